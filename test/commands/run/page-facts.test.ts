/** What the page shows, out of a store and a policy. */
import { describe, expect, test } from '@jest/globals';
import { notePolicy } from '../../../src/app/note-policy.ts';
import { pageSourceOf } from '../../../src/commands/run/page-facts.ts';
import type { PageSubject } from '../../../src/commands/run/page-subject.ts';
import type { RecordEvent } from '../../../src/domain/record.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import type { SweepReport } from '../../../src/ports/metrics.ts';
import { partsHtml } from '../../../src/server/page/html.ts';
import { MemoryStore } from '../../../src/store/memory/memory-store.ts';
import { POLICY_NOTE, policyNotesOf } from '../../../src/store/policy-note.ts';
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
