/** What the page shows, out of a store and a policy. */
import { describe, expect, test } from '@jest/globals';
import { notePolicy } from '../../../src/app/note-policy.ts';
import { Floor } from '../../../src/app/floor.ts';
import { pageSourceOf } from '../../../src/commands/run/page-facts.ts';
import { calledApart } from '../../../src/commands/run/page-desk.ts';
import { peopleOf } from '../../../src/commands/run/page-people.ts';
import type { PageSubject } from '../../../src/commands/run/page-subject.ts';
import type { Profile } from '../../../src/domain/policy/policy.ts';
import type { RecordEvent } from '../../../src/domain/record.ts';
import type { Candidate } from '../../../src/domain/rollout/rollout.ts';
import { isInShare } from '../../../src/domain/rollout/share.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import type { SweepReport } from '../../../src/ports/metrics.ts';
import type { PageFacts } from '../../../src/server/page/facts.ts';
import { partsHtml } from '../../../src/server/page/html.ts';
import { MemoryStore } from '../../../src/store/memory/memory-store.ts';
import { POLICY_NOTE, policyNotesOf } from '../../../src/store/policy-note.ts';
import { rolloutNotes } from '../../../src/store/rollout-note.ts';
import { agent, policy, profile, rule } from '../../domain/build.ts';
import { stateOf } from '../../store/examples.ts';
import { report } from '../../controller/parts.ts';
import { load, withMore, withRule } from '../../policy-file/texts.ts';

/** 07:30 in Chicago; the day began at 06:00 UTC. */
const NOW = Date.parse('2026-03-02T13:30:00Z');
const ZONE = 'calendars: { office: { timezone: America/Chicago, weekly: { mon-fri: "07:00-19:00" } } }\n';
const READY = { ok: true, why: '' };

/** An agent's log-off and silent return, told by name on record. */
function logoff(at: number, kind: RecordEvent['kind'] = 'verified'): RecordEvent {
  return { kind, at, agentId: 'jane-id', agentName: 'Jane Doe', rule: 'gone' };
}

async function subject({
  events = [],
  text = ZONE,
  ...more
}: Partial<PageSubject> & { events?: RecordEvent[]; text?: string } = {}): Promise<{
  readonly parts: PageSubject;
  readonly store: MemoryStore;
}> {
  const store = new MemoryStore({ now: () => NOW });
  await store.saveStep([], events);
  const loaded = load(withMore(text));
  const parts: PageSubject = {
    loaded: () => loaded,
    store: () => store,
    lastReport: () => undefined,
    ready: () => READY,
    now: () => NOW,
    ...more,
  };
  return { parts, store };
}

describe('the day', () => {
  test('begins at midnight where the calendars are, and counts log-offs, returns and hours from then on', async () => {
    const midnight = Date.parse('2026-03-02T06:00:00Z');
    const { parts } = await subject({
      events: [
        logoff(midnight - MINUTE),
        logoff(midnight + HOUR),
        { ...logoff(midnight + 3 * HOUR, 'return'), reason: 'silent after our log-off', delay: 2 * HOUR },
        logoff(midnight + 4 * HOUR, 'observed'),
        logoff(midnight + 5 * HOUR, 'failed'),
      ],
    });
    const { today, zone } = await pageSourceOf(() => 'acme', parts).facts();
    expect([zone, today.from]).toEqual(['America/Chicago', midnight]);
    expect(today).toMatchObject({
      logoffs: 1,
      observed: 1,
      unsuccessful: 1,
      returns: 1,
      recovered: 2 * HOUR,
    });
    expect(today.hours.map(({ logoffs, observed, returns }) => [logoffs, observed, returns])).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test('is that of UTC where calendars are of several zones', async () => {
    const both = ZONE.replace(
      '{ office:',
      '{ far: { timezone: Asia/Tokyo, weekly: { mon: "07:00-19:00" } }, office:',
    );
    const { parts } = await subject({ text: both });
    expect((await pageSourceOf(() => 'acme', parts).facts()).zone).toBe('UTC');
  });
});

describe('what is told now', () => {
  test('are the numbers of the last sweep, and why agents who are due stay on', async () => {
    const verdicts = {
      engaged: 5,
      waiting: 2,
      ladder_waiting: 1,
      due: 3,
      held: 1,
    } as SweepReport['verdicts'];
    const all = { ...report().verdicts, ...verdicts };
    const last = report({ online: 20, verdicts: all, deferred: { breaker: 3 }, overdue: 2, hold: undefined });
    const { parts } = await subject({ lastReport: () => last });
    const { sweep, warnings } = await pageSourceOf(() => 'acme', parts).facts();
    const counts = Object.fromEntries(sweep?.counts.map(({ key, value }) => [key, value]) ?? []);
    expect(counts).toMatchObject({ online: 20, engaged: 5, waiting: 3, due: 3, held: 1 });
    expect(warnings).toEqual([
      '3 agents due and held back: by the breaker, for many became due at once.',
      'Overdue for more than two intervals: 2 agents.',
    ]);
  });

  test('a worker that does not watch is said to be none, before its first sweep too', async () => {
    const ready = (): typeof READY => ({ ok: false, why: 'no complete sweep yet' });
    const { parts } = await subject({ ready });
    const facts = await pageSourceOf(() => 'acme', parts).facts();
    expect([facts.sweep, facts.warnings]).toEqual([undefined, ['Not watching: no complete sweep yet.']]);
  });

  test('is another version with each sweep, pause, policy and turn of health, and the same between them', async () => {
    let [last, ready] = [report({ sweepId: 'one' }), READY];
    const { parts, store } = await subject({ lastReport: () => last, ready: () => ready });
    const source = pageSourceOf(() => 'acme', parts);
    const versions = [await source.version(), await source.version()];
    last = report({ sweepId: 'two' });
    versions.push(await source.version());
    await store.setPause({ since: NOW, until: undefined, reason: undefined });
    versions.push(await source.version());
    ready = { ok: false, why: '' };
    versions.push(await source.version());
    expect(new Set(versions).size).toBe(4);
    expect(versions[0]).toBe(versions[1]);
  });
});

describe('a changed policy that is brought out', () => {
  const BEGUN = NOW - 20 * MINUTE;
  const candidate: Candidate = {
    ...{ judges: 'new', hash: '0a1b2c3d4e5f', steps: [{ at: BEGUN, share: 0.2 }] },
    ...{ watched: 19 * MINUTE, countedFrom: BEGUN },
  };

  async function shown(
    rollout: Candidate,
    text = `${ZONE}rollout: { steps: [20%, 60%, 100%], every: 30m }\n`,
  ): Promise<{ readonly facts: PageFacts; readonly html: string }> {
    const last = report({ startedAt: NOW - MINUTE });
    const { parts, store } = await subject({ text, lastReport: () => last });
    const base = { judges: 'former', mode: 'enforce' } as const;
    const kept = [{ ...base, hash: 'aaaaaaaaaaaa', content: '{}' }];
    await rolloutNotes(store).save({ base, candidate: rollout, stopped: [] }, kept, []);
    const facts = await pageSourceOf(() => 'acme', parts).facts();
    return { facts, html: partsHtml(facts).replaceAll(/<time[^>]*>([^<]*)<\/time>/g, '$1') };
  }

  test('is told of with its share, and when the next step comes at the earliest', async () => {
    const { facts, html } = await shown(candidate);
    expect(facts.rollout?.next).toEqual({ share: 0.6, at: NOW - MINUTE + 11 * MINUTE });
    expect(html).toContain(
      '<div class="banner good"><p><strong>Rollout.</strong> The changed policy 0a1b2c3d4e5f is in force for 20 % of the agents since 07:10, the former one for the others. From 07:40 on, at the earliest, 60 % have it.</p></div>',
    );
  });

  test('and has no steps any more is told of without the next', async () => {
    expect((await shown(candidate, ZONE)).html).toContain('the former one for the others.</p>');
  });

  test('and was stopped is told of with why, where no operator wrote that', async () => {
    const stopped = { at: NOW - 5 * MINUTE, reason: '3 of 8 log-offs regretted' };
    const { html } = await shown({ ...candidate, stopped });
    expect(html).toContain(
      '<div class="banner warn"><p><strong>Rollout stopped</strong> at 07:25: 3 of 8 log-offs regretted. The former policy is in force for all agents; policy 0a1b2c3d4e5f is in force for none.</p></div>',
    );
    const byOperator = { ...stopped, reason: 'aborted: Jane is on leave', by: 'joe@desk' };
    const { facts, html: other } = await shown({ ...candidate, stopped: byOperator });
    expect(other).toContain('<strong>Rollout stopped</strong> at 07:25 by an operator. The former');
    expect(`${JSON.stringify(facts)}${other}`).not.toMatch(/jane|joe/i);
  });

  test('names of each agent the rule of the policy that is in force for them', () => {
    const ids = Array.from({ length: 20 }, (_, n) => `agent-${n}`);
    const [first = '', other = ''] = [true, false].map((isFirst) =>
      ids.find((id) => isInShare(id, 0.2) === isFirst),
    );
    const of = (id: string): Profile => profile({ name: 'all', rules: [rule({ id })] });
    const both = policy({ profiles: [of('changed')], others: { share: 0.2, profiles: [of('former')] } });
    const floor = new Floor();
    for (const id of [first, other]) {
      const state = stateOf(id, NOW - HOUR);
      const none = { due: undefined, observed: [], detail: undefined, unknown: [] };
      const verdict = { agentId: id, profile: 'all', reason: 'waiting', nextAt: NOW, ...none } as const;
      floor.observed(agent({ id }), { state, verdict, changed: false, events: [] });
    }
    const { next } = peopleOf({
      ...{ floor, loaded: load(withMore(ZONE)), policy: both, returning: [] },
      ...{
        callApart:
          () =>
          ({ id }) => ({ called: id, id }),
        pause: undefined,
        now: NOW,
      },
    });
    expect(next.map(({ agent: { id }, rule: told }) => [id, told])).toEqual([
      [first, 'changed'],
      [other, 'former'],
    ]);
  });
});

describe('what names people', () => {
  test('is nowhere: neither in the policy, nor in the record, nor in a pause', async () => {
    const text = `${ZONE}exempt:
  - { users: [jane.doe@example.com], reason: Jane is on leave }
  - { not: { users: ["jane*"] }, presence: [meal] }
`;
    const { parts, store } = await subject({ text, events: [logoff(NOW - HOUR)] });
    await store.setPause({ since: NOW - MINUTE, until: NOW + HOUR, reason: 'ask Jane', by: 'jane@desk' });
    await store.saveAgents([
      { id: 'jane-id', name: 'Jane Doe', email: 'jane.doe@example.com', profile: 'all', exempt: undefined },
    ]);
    const facts = await pageSourceOf(() => 'acme', parts).facts();
    expect(facts.policy.lines.join('\n')).toContain('users (1)');
    expect(facts.pause).toEqual({ since: NOW - MINUTE, until: NOW + HOUR });
    expect(`${JSON.stringify(facts)}${partsHtml(facts)}`).not.toMatch(/jane/i);
  });
});

describe('changes of the policy', () => {
  test('are told in words, the newest first, and five of them', async () => {
    const { parts, store } = await subject();
    const redactor = { hide: (text: string) => text.replaceAll('sesame', '…') };
    for (let n = 1; n <= 6; n += 1)
      await notePolicy(
        { at: NOW + n, was: `h${n - 1}`, is: `h${n}`, changes: [`limit ${n} sesame`] },
        store,
        redactor,
      );
    const { changes } = (await pageSourceOf(() => 'acme', parts).facts()).policy;
    expect(changes.map(({ is }) => is)).toEqual(['h6', 'h5', 'h4', 'h3', 'h2']);
    expect(changes[0]).toEqual({ at: NOW + 6, was: 'h5', is: 'h6', changes: ['limit 6 …'] });
  });

  test('are bounded, and a note that is damaged is none', async () => {
    const { store } = await subject();
    const changes = Array.from({ length: 30 }, () => 'x'.repeat(1_000));
    await notePolicy({ at: NOW, was: 'a', is: 'b', changes }, store, { hide: (text) => text });
    const text = (await store.facts()).get(POLICY_NOTE) ?? '';
    expect([text.length < 10_000, policyNotesOf(text)[0]?.changes.at(-1)]).toEqual([
      true,
      'and 10 more changes',
    ]);
    expect([policyNotesOf('{'), policyNotesOf('{"v":2,"body":[]}'), policyNotesOf(undefined)]).toEqual([
      [],
      [],
      [],
    ]);
  });

  test('a store that takes no note stops nothing', async () => {
    const { store } = await subject();
    await store.close();
    const change = { at: NOW, was: 'a', is: 'b', changes: [] };
    await expect(notePolicy(change, store, { hide: (text) => text })).resolves.toBeUndefined();
  });
});

test('a policy whose rule names users in its profile shows how many they are', async () => {
  const loaded = load(
    withRule('{ id: gone, when: { presence: [idle] }, limit: 60m }').replace(
      'name: all',
      'name: all\n    match: { users: [jane@example.com, "joe*"] }',
    ),
  );
  const { parts } = await subject({ loaded: () => loaded });
  expect((await pageSourceOf(() => 'acme', parts).facts()).policy.lines).toContain(
    'Profile "all" covers users (2).',
  );
});

test('two agents of one name are told apart in the lists, also where one of them stands in two', () => {
  const loaded = load(withMore(ZONE));
  const floor = new Floor();
  for (const n of [1, 2]) {
    const id = `id-${n}`;
    const none = { due: undefined, observed: [], detail: undefined, unknown: [] };
    const verdict = { agentId: id, profile: 'all', reason: 'waiting', nextAt: NOW + n, ...none } as const;
    const nora = agent({ id, name: 'Nora Holm', email: `nora.${n}@example.com` });
    floor.observed(nora, { state: stateOf(id, NOW - HOUR), verdict, changed: false, events: [] });
  }
  const back = { id: 'id-1', name: 'Nora Holm', email: 'nora.1@example.com' };
  const { next, returning } = peopleOf({
    ...{ floor, loaded, policy: policy({ profiles: [] }), pause: undefined, now: NOW },
    returning: [{ agent: back, times: 2, lastAt: NOW }],
    callApart: (agents) => calledApart({ loaded: () => loaded }, agents),
  });
  expect([...next, ...returning].map(({ agent: { called } }) => called)).toEqual([
    'Nora Holm (nora.1@example.com)',
    'Nora Holm (nora.2@example.com)',
    'Nora Holm (nora.1@example.com)',
  ]);
});
