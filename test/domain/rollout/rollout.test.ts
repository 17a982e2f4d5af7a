/** How a changed policy comes to all agents: each step, what stops it, and what an operator may ask for. */
import { describe, expect, test } from '@jest/globals';
import type { RolloutTerms } from '../../../src/domain/policy/policy.ts';
import {
  isForAll,
  isOfRollout,
  NO_ROLLOUT,
  NOTHING_COUNTED,
  ordered,
  progressed,
  shareAt,
  shareOf,
  wanting,
  type GroupCount,
  type Moved,
  type Order,
  type Rollout,
  type Wanted,
} from '../../../src/domain/rollout/rollout.ts';
import { DAY, HOUR, MINUTE } from '../../../src/domain/time/time.ts';

const at = (text: string): number => Date.parse(`2026-03-02T${text}:00Z`);
const TERMS: RolloutTerms = { steps: [0.01, 0.1, 1], every: HOUR, stop: { regret: 0.05, unverified: 0.1 } };

function wants(judges: string, parts: Partial<Wanted> = {}): Wanted {
  return { judges, hash: `file-${judges}`, mode: 'enforce', terms: TERMS, ...parts };
}

/** A rollout as its worker drives it. Mutable. */
class Story {
  rollout: Rollout = NO_ROLLOUT;
  readonly told: string[] = [];
  #orders = 0;

  /** The policy file says this. */
  file(time: string, wanted: Wanted): this {
    return this.#take(wanting(this.rollout, wanted, at(time)));
  }

  /** An hour, or as much as given, has been watched since, with these log-offs. */
  watched(time: string, changed: Partial<GroupCount> = {}, watched = HOUR): this {
    const progress = { now: at(time), watched, changed: { ...NOTHING_COUNTED, ...changed } };
    return this.#take(progressed(this.rollout, TERMS, progress));
  }

  asks(time: string, what: Order['what'], parts: Partial<Order> = {}): this {
    const judges = this.rollout.candidate?.judges ?? '';
    const id = `order-${(this.#orders += 1)}`;
    return this.#take(
      ordered(this.rollout, { id, what, judges, by: 'lead@floor', ...parts }, TERMS, at(time)),
    );
  }

  #take({ rollout, told }: Moved): this {
    this.rollout = rollout;
    this.told.push(...told.map(({ reason, by }) => (by === undefined ? reason : `${reason} (${by})`)));
    return this;
  }

  get share(): number {
    return shareOf(this.rollout);
  }

  get base(): string | undefined {
    return this.rollout.base?.judges;
  }
}

/** Policy A is in force for all. */
function inForce(): Story {
  return new Story().file('08:00', wants('A', { terms: undefined }));
}

function begun(): Story {
  return inForce().file('09:00', wants('B'));
}

describe('a change', () => {
  test('begins with the first step, goes on when a step was watched for long enough, and ends with the last', () => {
    const story = begun();
    expect([story.share, story.base]).toEqual([0.01, 'A']);
    story.watched('10:00');
    expect([story.share, story.base]).toEqual([0.1, 'A']);
    story.watched('11:00');
    expect([story.share, story.base, story.rollout.candidate]).toEqual([1, 'B', undefined]);
    expect(story.told).toEqual([
      'rollout of file-B begun: 1 % of the agents',
      'rollout of file-B goes on: 10 % of the agents',
      'rollout of file-B done: it is in force for all',
    ]);
  });

  test('comes to all at once where the file has no steps, or a single one', () => {
    const single = { ...TERMS, steps: [1] };
    for (const terms of [undefined, single]) {
      const story = inForce().file('09:00', wants('B', { terms }));
      expect([story.share, story.base, story.told]).toEqual([1, 'B', []]);
    }
  });

  test('that is changed again in the middle begins anew, beside the policy that was in force for all', () => {
    const story = begun().watched('10:00').file('10:30', wants('C'));
    expect([story.share, story.base]).toEqual([0.01, 'A']);
  });

  test('that is taken back is over', () => {
    const story = begun().file('09:30', wants('A'));
    expect([story.share, story.base, story.rollout.candidate]).toEqual([1, 'A', undefined]);
    expect(story.told.at(-1)).toBe(
      'rollout of file-B over: the policy file has the policy again that is in force for all',
    );
  });

  test('comes to all when the steps are taken out of the file, but not where it was stopped', () => {
    const story = begun().file('09:30', wants('B', { terms: undefined }));
    expect([story.base, story.told.at(-1)]).toEqual(['B', 'rollout of file-B over']);
    const stopped = begun()
      .asks('09:20', 'abort')
      .file('09:30', wants('B', { terms: undefined }));
    expect([stopped.share, stopped.base]).toEqual([0, 'A']);
  });

  test('that is already in force for all is none, also while it observes', () => {
    const acting = inForce();
    const observing = new Story().file('08:00', wants('A', { mode: 'observe' }));
    for (const [{ rollout }, mode] of [
      [acting, 'enforce'],
      [observing, 'observe'],
    ] as const) {
      const moved = wanting(rollout, wants('A', { mode }), at('09:00'));
      expect(moved.rollout).toBe(rollout);
      expect(moved.told).toHaveLength(0);
    }
  });

  test('from observe to enforce is none where the policy acted on all before it observed', () => {
    const story = inForce().file('09:00', wants('A', { mode: 'observe' }));
    expect(story.rollout.base).toEqual({ judges: 'A', mode: 'observe', acted: true });
    expect([story.file('10:00', wants('A')).share, story.rollout.base, story.told]).toEqual([
      1,
      { judges: 'A', mode: 'enforce' },
      [],
    ]);
    const observed = new Story().file('08:00', wants('A', { mode: 'observe' })).file('09:00', wants('A'));
    expect([observed.share, observed.told]).toEqual([0.01, ['rollout of file-A begun: 1 % of the agents']]);
    const forgotten = inForce().file('09:00', wants('B', { mode: 'observe' }));
    forgotten.file('09:10', wants('A', { mode: 'observe' })).file('09:20', wants('A'));
    expect(forgotten.share).toBe(0.01);
  });

  test('of a policy that was made to observe leaves the others observing, until the former one is back', () => {
    const story = inForce()
      .file('09:00', wants('A', { mode: 'observe' }))
      .file('10:00', wants('B'));
    expect([story.share, story.rollout.base?.mode]).toEqual([0.01, 'observe']);
    story.file('10:10', wants('A', { mode: 'observe' }));
    expect([story.share, story.rollout.base?.mode, story.rollout.candidate]).toEqual([
      1,
      'observe',
      undefined,
    ]);
    story.file('10:20', wants('B')).file('10:30', wants('A'));
    expect([story.share, story.rollout.base]).toEqual([1, { judges: 'A', mode: 'enforce' }]);
    const taken = begun().file('09:30', wants('A', { mode: 'observe' }));
    expect([taken.share, taken.rollout.base?.mode, taken.told.length]).toEqual([1, 'observe', 2]);
  });

  test('from observe to enforce comes in steps, and a change to observe holds for all at once', () => {
    const story = inForce().file('09:00', wants('B', { mode: 'observe' }));
    expect([story.share, story.rollout.base]).toEqual([1, { judges: 'B', mode: 'observe' }]);
    story.file('10:00', wants('B'));
    expect([story.share, story.rollout.base]).toEqual([0.01, { judges: 'B', mode: 'observe' }]);
    story.file('10:10', wants('C', { mode: 'observe' }));
    expect([story.share, story.rollout.base]).toEqual([1, { judges: 'C', mode: 'observe' }]);
  });

  test('that observes in the middle waits, and goes on from where it was', () => {
    const story = begun()
      .watched('10:00')
      .file('10:10', wants('B', { mode: 'observe' }));
    expect(story.share).toBe(0.1);
    story.file('10:15', wants('B', { mode: 'observe', terms: undefined }));
    expect([story.share, story.base]).toEqual([0.1, 'A']);
    expect(story.file('10:20', wants('B')).share).toBe(0.1);
  });

  test('is the same object where nothing changes', () => {
    const { rollout } = begun();
    for (const time of ['09:00', '09:10']) {
      const moved = wanting(rollout, wants('B'), at(time));
      expect(moved.rollout).toBe(rollout);
      expect(moved.told).toEqual([]);
    }
  });

  test('has no progress where nothing is brought out, or it was stopped', () => {
    for (const story of [inForce(), begun().asks('09:30', 'abort')]) {
      const { rollout } = story;
      const { length } = story.told;
      expect(story.watched('12:00', { regrets: 3 }).rollout).toBe(rollout);
      expect(story.told).toHaveLength(length);
    }
  });
});

describe('a step', () => {
  test('goes on by watched time only, however late it is', () => {
    const story = begun();
    expect(story.watched('09:59', {}, 0).told).toHaveLength(1);
    for (let hour = 10; hour < 24; hour += 1) story.watched(`${hour}:00`, {}, 0);
    expect(story.share).toBe(0.01);
    story.watched('23:30', {}, 59 * MINUTE);
    expect(story.share).toBe(0.01);
    expect(story.watched('23:31', {}, MINUTE).share).toBe(0.1);
  });

  test('lasts ten minutes at least, for so long a log-off may be regretted', () => {
    const { rollout } = begun();
    const hasty = { ...TERMS, every: MINUTE };
    const after = (watched: number): number =>
      shareOf(progressed(rollout, hasty, { now: at('09:30'), watched, changed: NOTHING_COUNTED }).rollout);
    expect([after(9 * MINUTE), after(10 * MINUTE)]).toEqual([0.01, 0.1]);
  });

  test('does not end later for a file whose steps were changed: the next larger one comes', () => {
    const { rollout } = begun();
    const terms = { ...TERMS, steps: [0.005, 0.02, 0.5, 1] };
    expect(
      shareOf(
        progressed(rollout, terms, { now: at('10:00'), watched: HOUR, changed: NOTHING_COUNTED }).rollout,
      ),
    ).toBe(0.02);
  });

  test('of a clock that was an hour ahead is set right: log-offs from now on are counted', () => {
    const story = begun().file('08:05', wants('B'));
    expect(story.rollout.candidate).toMatchObject({
      countedFrom: at('08:05'),
      steps: [{ at: at('08:05'), share: 0.01 }],
    });
    expect(shareAt(story.rollout.candidate!, at('08:10'))).toBe(0.01);
    expect(story.told).toEqual(['rollout of file-B begun: 1 % of the agents']);
  });

  test('of a clock that ran ahead since an earlier step keeps what came before: its steps, and since when it counts', () => {
    const story = begun().watched('10:00').asks('10:10', 'abort').asks('10:20', 'continue');
    story.file('10:15', wants('B'));
    expect(story.rollout.candidate).toEqual({
      judges: 'B',
      hash: 'file-B',
      steps: [
        { at: at('09:00'), share: 0.01 },
        { at: at('10:00'), share: 0.1 },
        { at: at('10:10'), share: 0 },
        { at: at('10:15'), share: 0.1 },
      ],
      watched: 0,
      countedFrom: at('10:15'),
    });
  });

  test('of a clock that ran ahead at the last step alone is set right, with all that was counted before', () => {
    const { candidate } = begun().watched('10:00').file('09:30', wants('B')).rollout;
    expect(candidate).toMatchObject({
      countedFrom: at('09:00'),
      steps: [
        { at: at('09:00'), share: 0.01 },
        { at: at('09:30'), share: 0.1 },
      ],
    });
  });

  test('of a clock that ran ahead when a stopped policy was refused is set right too', () => {
    const story = begun().asks('09:10', 'abort').file('09:20', wants('A')).file('09:40', wants('B'));
    expect(story.file('09:30', wants('B')).rollout.candidate).toMatchObject({
      steps: [],
      countedFrom: at('09:30'),
    });
  });
});

describe('a rollout is stopped', () => {
  test.each<[string, Partial<GroupCount>]>([
    ['3 of 3 log-offs regretted', { logoffs: 3, regrets: 3 }],
    ['3 of 1000 log-offs regretted', { logoffs: 1_000, regrets: 3 }],
    ['3 of 0 log-offs regretted', { answers: 3, regrets: 3 }],
    ['2 of 20 log-offs regretted', { logoffs: 20, regrets: 2 }],
    ['3 of 20 log-offs not verified', { logoffs: 20, unverified: 3 }],
    ['3 of 20 log-offs not verified', { logoffs: 5, answers: 15, unverified: 3 }],
  ])('by %s', (reason, changed) => {
    const story = begun().watched('09:10', changed, MINUTE);
    expect(story.told.at(-1)).toBe(`rollout of file-B stopped: ${reason}`);
    expect(story.rollout.candidate?.stopped).toEqual({ at: at('09:10'), reason });
    expect([story.share, story.base]).toEqual([0, 'A']);
  });

  test.each<[string, Partial<GroupCount>]>([
    ['two regrets of 19 log-offs', { logoffs: 19, regrets: 2 }],
    ['two regrets of 40 log-offs, which is no more than the share', { logoffs: 40, regrets: 2 }],
    ['two of 20 answers that are not verified', { answers: 20, unverified: 2 }],
    ['19 log-offs that all failed', { logoffs: 19, unverified: 19 }],
  ])('but not by %s', (_, changed) => {
    expect(begun().watched('09:10', changed, MINUTE).share).toBe(0.01);
  });

  test('before it would go on, when both fall together', () => {
    expect(begun().watched('10:00', { regrets: 3 }).share).toBe(0);
  });

  test('and stays so: whatever was watched, taken back and forth, or written anew around it', () => {
    const story = begun().watched('09:10', { regrets: 3 }, MINUTE);
    story
      .watched('12:00')
      .file('12:10', wants('A'))
      .file('12:20', wants('B', { hash: 'another file' }));
    expect([story.share, story.base]).toEqual([0, 'A']);
    expect(story.told.at(-1)).toBe(
      'rollout of another file not begun: it was stopped before, and has not changed since',
    );
    story.file('12:30', wants('C')).file('12:40', wants('B')).watched('14:00');
    expect([story.share, story.base]).toEqual([0, 'A']);
  });

  test('and a hundred others that are stopped later do not let it begin again, but more may', () => {
    const story = begun().asks('09:01', 'abort');
    for (let n = 0; n < 99; n += 1) story.file('09:02', wants(`C${n}`)).asks('09:03', 'abort');
    expect(story.file('09:04', wants('B')).share).toBe(0);
    story.file('09:05', wants('C99')).asks('09:06', 'abort');
    expect(story.rollout.stopped).toHaveLength(100);
    expect(story.file('09:07', wants('B')).share).toBe(0.01);
  });

  test('twice, and is remembered once', () => {
    const story = begun().asks('09:10', 'abort').asks('09:20', 'continue').asks('09:30', 'abort');
    expect(story.rollout.stopped).toEqual(['B']);
  });
});

describe('an operator', () => {
  test('stops it with a reason, on record with who', () => {
    const story = begun().asks('09:30', 'abort', { reason: 'too many calls' });
    expect(story.told.at(-1)).toBe('rollout of file-B stopped: aborted: too many calls (lead@floor)');
    expect(story.rollout.candidate?.stopped).toMatchObject({ at: at('09:30'), by: 'lead@floor' });
    const { length } = story.told;
    expect(story.asks('09:40', 'abort').told).toHaveLength(length);
  });

  test('brings the next step at once', () => {
    const story = begun().asks('09:10', 'continue');
    expect([story.share, story.told.at(-1)]).toEqual([
      0.1,
      'rollout of file-B continued: 10 % of the agents (lead@floor)',
    ]);
    story.asks('09:20', 'continue');
    expect([story.share, story.base, story.told.at(-1)]).toEqual([
      1,
      'B',
      'rollout of file-B continued: it is in force for all (lead@floor)',
    ]);
  });

  test('brings the next step without another beginning: log-offs are counted since the first', () => {
    const { candidate } = begun().asks('09:10', 'continue').rollout;
    expect([candidate?.countedFrom, candidate?.watched]).toEqual([at('09:00'), 0]);
  });

  test('brings it to all where the file has no steps any more', () => {
    const story = begun().asks('09:10', 'abort').file('09:20', wants('A')).file('09:30', wants('B'));
    const order = { id: 'one', what: 'continue', judges: 'B', by: 'lead@floor' } as const;
    const { rollout, told } = ordered(story.rollout, order, undefined, at('09:40'));
    expect([rollout.base, rollout.candidate]).toEqual([{ judges: 'B', mode: 'enforce' }, undefined]);
    expect(told).toEqual([
      { reason: 'rollout of file-B continued: it is in force for all', by: 'lead@floor' },
    ]);
  });

  test('lets one stopped policy go on, and no other that was stopped', () => {
    const story = begun().asks('09:10', 'abort').file('09:20', wants('C')).asks('09:30', 'abort');
    expect(story.asks('09:40', 'continue').rollout.stopped).toEqual(['B']);
  });

  test('lets a stopped one go on at the step where it stopped, counting anew; time and counts from before are gone', () => {
    const story = begun()
      .watched('10:00')
      .watched('10:30', {}, 30 * MINUTE);
    story.watched('10:31', { regrets: 3 }, MINUTE).asks('11:00', 'continue');
    expect(story.rollout.candidate).toMatchObject({ watched: 0, countedFrom: at('11:00') });
    expect(story.rollout.candidate?.stopped).toBeUndefined();
    expect([story.share, story.rollout.stopped]).toEqual([0.1, []]);
    expect(story.watched('11:30', {}, 30 * MINUTE).share).toBe(0.1);
  });

  test('a stop between two steps: no log-off of that time was by the changed policy', () => {
    const { candidate } = begun().asks('09:30', 'abort').asks('10:00', 'continue').rollout;
    const times = ['08:59', '09:00', '09:29', '09:30', '09:59', '10:00'];
    expect(times.map((time) => shareAt(candidate!, at(time)))).toEqual([0, 0.01, 0.01, 0, 0, 0.01]);
  });

  test('a stop: no log-off since then was by the changed policy', () => {
    const { candidate } = begun().asks('09:30', 'abort').rollout;
    expect(['09:29', '09:30', '09:31'].map((time) => shareAt(candidate!, at(time)))).toEqual([0.01, 0, 0]);
  });

  test('begins one that was refused, at its first step', () => {
    const story = begun().asks('09:10', 'abort').file('09:20', wants('A')).file('09:30', wants('B'));
    expect(story.asks('09:40', 'continue').share).toBe(0.01);
    expect(story.rollout.candidate?.steps).toEqual([{ at: at('09:40'), share: 0.01 }]);
  });

  test('is heeded once for each order, and not about another policy than the one that is brought out', () => {
    const story = begun().asks('09:10', 'continue', { id: 'one' });
    expect(story.asks('09:11', 'continue', { id: 'one' }).share).toBe(0.1);
    expect(story.asks('09:12', 'continue', { id: 'two', judges: 'C' }).share).toBe(0.1);
    expect(inForce().asks('09:12', 'abort', { judges: 'A' }).share).toBe(1);
    expect(story.told).toHaveLength(2);
  });

  test('continues as often as wanted: what is remembered of steps stays small', () => {
    const story = begun();
    for (let n = 0; n < 200; n += 1) story.asks('09:10', 'abort').asks('09:20', 'continue');
    expect(story.rollout.candidate?.steps).toHaveLength(50);
    expect(story.share).toBe(0.01);
    expect(story.watched('10:20').share).toBe(0.1);
    expect(story.rollout.candidate?.steps).toHaveLength(50);
  });
});

describe('what is on record of a rollout', () => {
  const stories = {
    begun: begun(),
    goesOn: begun().watched('10:00'),
    done: begun().watched('10:00').watched('11:00'),
    stopped: begun().asks('09:30', 'abort', { reason: 'it is in force for all' }),
    refused: begun().asks('09:10', 'abort').file('09:20', wants('C')).file('09:30', wants('B')),
    continued: begun().asks('09:10', 'continue', { reason: 'quiet so far' }),
    continuedToAll: begun().asks('09:10', 'continue').asks('09:20', 'continue'),
    withoutSteps: begun().file('09:30', wants('B', { terms: undefined })),
    takenBack: begun().file('09:30', wants('A')),
  };

  test('says when one policy is in force for all again', () => {
    const forAll = Object.entries(stories).filter(([, { told }]) => isForAll(told.at(-1) ?? ''));
    expect(forAll.map(([name]) => name)).toEqual(['done', 'continuedToAll', 'withoutSteps', 'takenBack']);
  });

  test('is told from what the record says of other changes of the policy', () => {
    expect(Object.values(stories).every(({ told }) => told.every(isOfRollout))).toBe(true);
    const change = '0a1b2c3d4e5f → file-B';
    for (const told of [change, `${change}, in the place of the rollout of file-A over`])
      expect([isOfRollout(told), isForAll(told)]).toEqual([false, false]);
  });
});

test('a rollout of days is told by percentages that people read', () => {
  const terms = { ...TERMS, every: DAY, steps: [0.001, 0.333, 1] };
  const story = inForce().file('09:00', wants('B', { terms }));
  expect(story.told).toEqual(['rollout of file-B begun: 0.1 % of the agents']);
});
