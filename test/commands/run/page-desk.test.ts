/** What users who are signed in on the page ask and do, on a store. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { Floor } from '../../../src/app/floor.ts';
import { deskOf } from '../../../src/commands/run/page-desk.ts';
import { pageSourceOf } from '../../../src/commands/run/page-facts.ts';
import type { PageSubject } from '../../../src/commands/run/page-subject.ts';
import type { Verdict } from '../../../src/domain/judging/judge.ts';
import type { StoredAgent } from '../../../src/domain/record.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { loadPolicyFile } from '../../../src/policy-file/load.ts';
import type { Store } from '../../../src/ports/store.ts';
import { MOST_FOUND } from '../../../src/server/page/latest.ts';
import { openStore } from '../../../src/store/open.ts';
import { clockTime } from '../../domain/build.ts';
import { agentOf, StoredCentre } from '../stored.ts';

const NOW = clockTime('10:00:20');
let centre: StoredCentre | undefined;
let store: Store | undefined;
afterEach(async () => {
  await store?.close();
  centre?.remove();
});

async function subject(
  more = '',
  events: ConstructorParameters<typeof StoredCentre>[0] = {},
): Promise<Omit<PageSubject, 'floor'> & { readonly floor: () => Floor }> {
  centre = await new StoredCentre({ more, ...events }).agent('due', (told) => told.until('10:00')).save();
  store = await openStore({ sqlite: centre.sqlite }, { now: () => NOW });
  const loaded = loadPolicyFile(centre.config, { NOT_SET_HERE: 'b-secret' });
  const floor = new Floor();
  const open = store;
  return {
    loaded: () => loaded,
    store: () => open,
    lastReport: () => undefined,
    ready: () => ({ ok: true, why: '' }),
    floor: () => floor,
    now: () => NOW,
  };
}

describe('an agent', () => {
  test('is found by a part of the name, and explained by id in the sentences of explain', async () => {
    const desk = deskOf(await subject());
    expect(await desk.find('pers')).toEqual([{ called: 'Due Person', id: 'due' }]);
    const explained = await desk.explain('due');
    expect(explained?.called).toBe('Due Person');
    expect(JSON.stringify(explained?.lines)).toMatch(/Due Person (is|would|will|may)/);
    expect(explained?.lines[0]).toContain('due@example.com');
  });

  test('that has the name of another one is told apart by the address, and the first of very many by their number', async () => {
    const parts = await subject();
    const person = (n: number): StoredAgent => ({
      ...{ id: `id-${n}`, name: n < 2 ? 'Nora Holm' : `Many ${n}`, email: `nora.${n}@example.com` },
      profile: undefined,
    });
    await store?.saveAgents(Array.from({ length: 40 }, (_, n) => person(n)));
    const desk = deskOf(parts);
    expect((await desk.find('Nora Holm')).map(({ called }) => called)).toEqual([
      'Nora Holm (nora.0@example.com)',
      'Nora Holm (nora.1@example.com)',
    ]);
    expect(await desk.find('many')).toHaveLength(MOST_FOUND + 1);
  });

  test('that is not there is not explained, and neither is one by a part of the name', async () => {
    const desk = deskOf(await subject());
    expect([await desk.explain('nobody'), await desk.explain('Due Person')]).toEqual([undefined, undefined]);
  });

  test('is called by id where the policy says so, also in the explanation', async () => {
    const desk = deskOf(await subject('log: { identities: id }\n'));
    expect(await desk.find('pers')).toEqual([{ called: 'due', id: 'due' }]);
    const lines = JSON.stringify((await desk.explain('due'))?.lines);
    expect(lines).not.toMatch(/Due Person|example\.com/);
  });

  test('is not explained where only hashes may be shown', async () => {
    const desk = deskOf(await subject('log: { identities: hash }\n'));
    expect(await desk.explain('due')).toBeUndefined();
    const [found] = await desk.find('pers');
    expect([found?.id, found?.called.length]).toEqual([undefined, 12]);
    expect(desk.inLog('due')).toBe(found?.called);
  });
});

describe('an operator', () => {
  test('pauses and resumes on record, and frees what the breaker holds, as the commands do', async () => {
    const parts = await subject();
    const desk = deskOf(parts);
    await desk.pause(NOW + HOUR, { by: 'vera@example.com', reason: 'storm' });
    const by = 'vera@example.com (page)';
    expect(await store?.pause()).toEqual({ since: NOW, until: NOW + HOUR, reason: 'storm', by });
    const { people, pause } = await pageSourceOf(() => 'acme', parts).facts();
    expect([people?.pause, pause]).toEqual([
      { by, reason: 'storm' },
      { since: NOW, until: NOW + HOUR },
    ]);
    await desk.resume({ by: 'vera@example.com', reason: 'over' });
    expect([await store?.pause(), await store?.takeResume()]).toEqual([undefined, true]);
    const told = (await store?.events({ kinds: ['pause', 'resume'] })) ?? [];
    expect(told.map((event) => [event.kind, event.by, event.reason])).toEqual([
      ['pause', by, 'storm'],
      ['resume', by, 'over'],
    ]);
  });
});

describe('the agents whom the page names', () => {
  test('have the rule with its numbers, the times they came back, and for how long they have been in an interaction', async () => {
    const returned = (at: number): object => ({
      kind: 'return',
      at,
      agentId: 'due',
      agentName: 'Due Person',
      reason: 'silent after our log-off',
      delay: MINUTE,
    });
    const parts = await subject('', {
      events: [returned(clockTime('08:00')), returned(clockTime('09:00'))] as never,
    });
    const floor = parts.floor();
    const memory = await store?.loadMemory('due');
    const agent = agentOf('due');
    const at = memory!.seenAt;
    const verdict: Verdict = {
      ...{ agentId: 'due', profile: 'agents', reason: 'waiting', due: undefined, observed: [] },
      ...{ detail: undefined, unknown: [], nextAt: at + MINUTE },
    };
    floor.observed(agent, {
      state: memory,
      verdict,
      changed: false,
      events: [],
    });
    const stuck = {
      ...memory!,
      agentId: 'stuck',
      session: { ...memory!.session, kind: 'engaged', since: NOW - 5 * HOUR },
    } as typeof memory;
    floor.observed(
      { ...agent, id: 'stuck', name: 'Stuck' },
      { state: stuck, verdict: { ...verdict, reason: 'engaged' }, changed: false, events: [] },
    );
    const { people } = await pageSourceOf(() => 'acme', parts).facts();
    expect(people?.next).toMatchObject([{ agent: { called: 'Due Person', id: 'due' }, profile: 'agents' }]);
    expect(people?.next[0]?.rule).toBeDefined();
    expect(people?.returning).toEqual([
      { agent: { called: 'Due Person', id: 'due' }, times: 2, lastAt: clockTime('09:00') },
    ]);
    expect(people?.stuck).toMatchObject([
      { agent: { called: 'Stuck', id: 'stuck' }, since: NOW - 5 * HOUR, conversations: [] },
    ]);
  });

  test('are none where no user signs in', async () => {
    const parts = await subject();
    expect(
      (await pageSourceOf(() => 'acme', { ...parts, floor: () => undefined }).facts()).people,
    ).toBeUndefined();
  });
});
