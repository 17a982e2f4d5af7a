/** The one accounting: what each kind of return, and each outcome, is to the record, the metrics and what is learnt. */
import { beforeEach, expect, test } from '@jest/globals';
import {
  NO_BEHAVIOUR_KNOWN,
  returnsSeen,
  type PlatformBehaviour,
} from '../../src/domain/tracking/platform-behaviour.ts';
import type { TrackingEvent } from '../../src/domain/tracking/state.ts';
import type { RecordEvent } from '../../src/domain/record.ts';
import { SECOND } from '../../src/domain/time/time.ts';
import { Learner } from '../../src/controller/learner.ts';
import { Tracker } from '../../src/controller/tracker.ts';
import { Accounting } from '../../src/controller/accounting.ts';
import { saveStep } from '../../src/controller/save.ts';
import { agent } from '../domain/build.ts';
import { stateOf } from '../store/sqlite/fixtures.ts';
import { WatchedStore } from '../store/watched-store.ts';
import { BASE } from './parts.ts';

const ADA = agent({ id: 'ada', name: 'Ada' });
const SILENT: TrackingEvent = {
  kind: 'silent_return',
  at: BASE,
  delay: 3 * SECOND,
  own: true,
  quiet: false,
  tokenMoved: undefined,
};

let counted: string[];
let learner: Learner;
let book: Accounting;

beforeEach(() => {
  counted = [];
  learner = new Learner(NO_BEHAVIOUR_KNOWN);
  book = new Accounting(
    {
      returned: (kind, delay) => counted.push(`${kind} ${delay ?? ''}`.trim()),
      logoff: (rule, outcome, mode) => counted.push(`${rule} ${outcome} ${mode}`),
      evidence: (source, answer) => counted.push(`${source} ${answer}`),
    },
    learner,
  );
  book.begin('s1');
});

async function learnt(): Promise<number> {
  let saved: PlatformBehaviour = NO_BEHAVIOUR_KNOWN;
  await learner.save({
    saveLearnt: (learnt) => {
      saved = learnt;
      return Promise.resolve();
    },
  });
  return returnsSeen(saved);
}

test.each<[string, TrackingEvent, readonly string[], readonly string[], number, number]>([
  ['a silent return after our log-off', SILENT, ['silent after our log-off'], ['silent 3000'], 1, 1],
  [
    'a bounce of the platform’s own',
    { ...SILENT, delay: undefined, own: false },
    ['silent after the platform’s'],
    ['silent'],
    0,
    0,
  ],
  [
    'a late return after our log-off',
    { kind: 'late_return', at: BASE, delay: 240 * SECOND, own: true },
    ['late after our log-off'],
    ['late 240000'],
    1,
    1,
  ],
  ['a login after a night', { kind: 'late_return', at: BASE, delay: 9e7, own: false }, [], [], 0, 0],
  [
    'a person after a silent return',
    { kind: 'person_back', at: BASE, sign: 'presence' },
    [],
    ['person'],
    0,
    0,
  ],
])('%s', async (_, event, reasons, counts, delays, own) => {
  book.observed(ADA, { events: [event] });
  const lines = book.take();
  expect(lines.map(({ reason }) => reason)).toEqual(reasons);
  for (const line of lines) expect(line).toMatchObject({ kind: 'return', sweepId: 's1', agentId: 'ada' });
  expect(counted).toEqual(counts);
  expect(await learnt()).toBe(delays);
  expect(book.takeOwn()).toHaveLength(own);
  // Each once.
  expect([book.take(), book.takeOwn()]).toEqual([[], []]);
});

/** A store that fails so often, and the lines that it takes. */
function storeThatFails(times: number): {
  deps: Parameters<typeof saveStep>[0];
  written: string[];
} {
  const written: string[] = [];
  let left = times;
  const store = new WatchedStore((events, memories) => {
    left -= 1;
    if (left >= 0) throw new Error('the disk is full');
    written.push(...events.map(({ kind }) => kind), ...memories.map(({ agentId }) => agentId));
  });
  const population = new Tracker(new Map([['ada', stateOf('ada', BASE)]]), book);
  return { deps: { store, population, accounting: book }, written };
}

test('a return is written with the next step, and with what it did to memory', async () => {
  const { deps, written } = storeThatFails(0);
  book.observed(ADA, { events: [SILENT] });
  await saveStep(deps, [], [{ kind: 'verified', at: BASE }]);
  await saveStep(deps, [], []);
  expect(written).toEqual(['return', 'verified', 'ada']);
});

test('a return that could not be written waits for the store, and is written once', async () => {
  const { deps, written } = storeThatFails(2);
  book.observed(ADA, { events: [SILENT] });
  for (let n = 0; n < 4; n += 1) await saveStep(deps, [], []).catch(() => undefined);
  expect(written).toEqual(['return', 'ada']);
  expect(counted).toHaveLength(1);
});

test('the outcome of a log-off is counted once, whether or not the store takes it at first', async () => {
  const { deps, written } = storeThatFails(1);
  const line: RecordEvent = { kind: 'verified', at: BASE, rule: 'gone' };
  await saveStep(deps, [], [line]).catch(() => undefined);
  await saveStep(deps, [], [{ kind: 'observed', at: BASE, rule: 'seen' }]);
  expect(written).toEqual(['verified', 'observed']);
  expect(counted).toEqual(['gone verified enforce', 'seen observed observe']);
});

test('an intention that the store did not take is neither counted nor kept: nothing came of it', async () => {
  const { deps, written } = storeThatFails(1);
  await saveStep(deps, [], [{ kind: 'intent', at: BASE, rule: 'gone' }]).catch(() => undefined);
  await saveStep(deps, [], []);
  expect([written, counted]).toEqual([[], []]);
});

test('a line whose teller gives it again, not knowing that it waits, is written once', async () => {
  const { deps, written } = storeThatFails(2);
  const line: RecordEvent = { kind: 'policy', at: BASE, reason: 'rollout begun' };
  for (let n = 0; n < 3; n += 1) await saveStep(deps, [], [line]).catch(() => undefined);
  expect(written).toEqual(['policy']);
});

test('a line that is given again carries the trace of the sweep in which it was told first', () => {
  const traces = { traceId: 'first', told: () => undefined };
  const traced = new Accounting(
    { returned: () => undefined, logoff: () => undefined, evidence: () => undefined },
    learner,
    traces,
  );
  const line: RecordEvent = { kind: 'policy', at: BASE, reason: 'rollout begun' };
  traced.add([line]);
  const kept = traced.take();
  traced.putBack(kept);
  traces.traceId = 'second';
  traced.add([line]);
  // The same object: a store that may have it on record already knows it by that.
  expect(traced.take()).toEqual([expect.objectContaining({ traceId: 'first' })]);
  traced.add([line]);
  expect(traced.take()[0]).toBe(kept[0]);
});

test('while the store is lost for days, the newest twenty thousand returns wait', () => {
  for (let n = 0; n < 30; n += 1) {
    const events = Array.from({ length: 1_000 }, (_, i) => ({ ...SILENT, at: BASE + n * 1_000 + i }));
    book.observed(ADA, { events });
    book.putBack(book.take());
  }
  const lines = book.take();
  expect(lines).toHaveLength(20_000);
  expect(lines.at(-1)?.at).toBe(BASE + 29_999);
});
