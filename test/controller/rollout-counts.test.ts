/** What the record tells of a rollout: which log-offs count, and in which group. */
import { beforeEach, expect, test } from '@jest/globals';
import { RolloutCounts, type RolloutCount } from '../../src/controller/rollout-counts.ts';
import type { EventQuery, RecordEvent, StoredEvent } from '../../src/domain/record.ts';
import type { Candidate } from '../../src/domain/rollout/rollout.ts';
import { isInShare } from '../../src/domain/rollout/share.ts';
import { MINUTE } from '../../src/domain/time/time.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';

const at = (text: string): number => Date.parse(`2026-03-02T${text}Z`);
const IDS = Array.from({ length: 400 }, (_, n) => `agent-${n}`);
const inFirst = IDS.filter((id) => isInShare(id, 0.1));
const inSecond = IDS.filter((id) => isInShare(id, 0.5) && !isInShare(id, 0.1));
const outside = IDS.filter((id) => !isInShare(id, 0.5));
const [changed = '', second = '', other = ''] = [inFirst[0], inSecond[0], outside[0]];

/** A tenth from nine, half from ten. */
const CANDIDATE: Candidate = {
  judges: 'B',
  hash: 'file-B',
  steps: [
    { at: at('09:00:00'), share: 0.1 },
    { at: at('10:00:00'), share: 0.5 },
  ],
  watched: 0,
  countedFrom: at('09:00:00'),
};
const NONE = { logoffs: 0, answers: 0, regrets: 0, unverified: 0 };

class CountedStore extends MemoryStore {
  reads = 0;
  isLost = false;

  override async *eventPages(query: EventQuery): AsyncGenerator<readonly StoredEvent[]> {
    if (this.isLost) throw new Error('the disk is full');
    for await (const page of super.eventPages(query)) {
      this.reads += page.length;
      yield page;
    }
  }
}

let store: CountedStore;
let counts: RolloutCounts;

beforeEach(() => {
  store = new CountedStore({ now: () => at('09:00:00') });
  counts = new RolloutCounts(store);
});

async function count(events: readonly Partial<RecordEvent>[], candidate = CANDIDATE): Promise<RolloutCount> {
  await store.saveStep(
    [],
    events.map((event) => ({ kind: 'verified', at: at('09:30:00'), ...event })),
  );
  return await counts.of(candidate);
}

test('log-offs count in the group in which the agent was, with those that were not verified', async () => {
  const found = await count([
    { agentId: changed },
    { agentId: changed, kind: 'unverified' },
    { agentId: changed, kind: 'failed' },
    { agentId: other },
  ]);
  expect(found).toEqual({
    changed: { ...NONE, logoffs: 3, unverified: 2 },
    others: { ...NONE, logoffs: 1 },
  });
});

test('answers to returns are counted apart', async () => {
  const found = await count([
    { agentId: changed, rung: 0 },
    { agentId: changed, rung: 2, kind: 'failed' },
  ]);
  expect(found.changed).toEqual({ ...NONE, answers: 2, unverified: 1 });
});

test('a regret counts in the group in which the agent was when the log-off began', async () => {
  const found = await count([
    { kind: 'regret', agentId: second, at: at('10:02:00'), delay: 3 * MINUTE },
    { kind: 'regret', agentId: second, at: at('10:08:00'), delay: 3 * MINUTE },
    { kind: 'regret', agentId: changed, at: at('10:02:00'), delay: 3 * MINUTE },
  ]);
  expect([found.changed.regrets, found.others.regrets]).toEqual([2, 1]);
});

test('nothing counts of log-offs before the rollout counts, also where they are regretted later', async () => {
  const found = await count([
    { agentId: changed, at: at('08:59:59') },
    { kind: 'regret', agentId: changed, at: at('09:02:00'), delay: 3 * MINUTE },
  ]);
  expect(found).toEqual({ changed: NONE, others: NONE });
});

test('nothing else of the record counts', async () => {
  const kinds = ['intent', 'dropped', 'observed', 'return', 'held', 'policy', 'gap'] as const;
  expect(await count(kinds.map((kind) => ({ kind, agentId: changed })))).toEqual({
    changed: NONE,
    others: NONE,
  });
});

test('each event is read once, in whatever number of pages, and counted by another process as well', async () => {
  const many = Array.from({ length: 700 }, (_, n) => ({ agentId: n % 2 === 0 ? changed : other }));
  await count(many);
  const found = await count([{ agentId: changed }]);
  expect([found.changed.logoffs, found.others.logoffs, store.reads]).toEqual([351, 350, 701]);
  expect(await new RolloutCounts(store).of(CANDIDATE)).toEqual(found);
});

test('what counts anew from now on, or is another policy, is counted from the beginning', async () => {
  await count([{ agentId: changed }, { agentId: changed, at: at('09:40:00') }]);
  const later = { ...CANDIDATE, countedFrom: at('09:35:00') };
  expect((await counts.of(later)).changed.logoffs).toBe(1);
  expect((await counts.of({ ...later, judges: 'C' })).changed.logoffs).toBe(1);
  expect((await counts.of(CANDIDATE)).changed.logoffs).toBe(2);
});

test('a store that fails in the middle is counted on from there', async () => {
  await count([{ agentId: changed }]);
  await store.saveStep([], [{ kind: 'verified', at: at('09:31:00'), agentId: changed }]);
  store.isLost = true;
  await expect(counts.of(CANDIDATE)).rejects.toThrow('the disk is full');
  store.isLost = false;
  expect((await counts.of(CANDIDATE)).changed.logoffs).toBe(2);
});
