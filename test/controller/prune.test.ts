import { describe, expect, test } from '@jest/globals';
import { EMPTY_LEDGER } from '../../src/domain/planning/plan.ts';
import type { ControllerState } from '../../src/domain/record.ts';
import { DAY, HOUR, MINUTE, type Instant } from '../../src/domain/time/time.ts';
import { forgetOld } from '../../src/controller/prune.ts';
import { Tracker } from '../../src/controller/tracker.ts';
import { NO_CONTROLLER_STATE } from '../../src/controller/controller-state.ts';
import { agent } from '../domain/build.ts';
import { stateOf } from '../store/sqlite/fixtures.ts';
import { BASE, Sentences } from './parts.ts';

const WEEK = 7 * DAY;

/** Ada was seen a minute ago, Ben left ten days ago; both were due when they were last seen. */
function theTwo(): { readonly population: Tracker; readonly standing: ControllerState } {
  const seen: readonly [string, Instant][] = [
    ['ada', BASE - MINUTE],
    ['ben', BASE - 10 * DAY],
  ];
  const population = new Tracker(new Map(seen.map(([id, at]) => [id, stateOf(id, at)])));
  const ledger = { ...EMPTY_LEDGER, dueBefore: new Set(['ada', 'ben']) };
  return { population, standing: { ...NO_CONTROLLER_STATE, ledger, observedLedger: ledger } };
}

/** A store that notes what it was asked, or fails. */
class Notes {
  readonly pruned: Instant[] = [];
  readonly saved: (ControllerState | undefined)[] = [];
  readonly #works: boolean;

  constructor(works = true) {
    this.#works = works;
  }

  prune(before: Instant): Promise<void> {
    this.pruned.push(before);
    return this.#works ? Promise.resolve() : Promise.reject(new Error('database or disk is full'));
  }

  saveStep(_: unknown, __: unknown, standing?: ControllerState): Promise<void> {
    this.saved.push(standing);
    return Promise.resolve();
  }
}

function forget(parts: {
  readonly standing?: ControllerState;
  readonly store?: Notes;
  readonly log?: Sentences;
  readonly population?: Tracker;
  readonly now?: Instant;
}): Promise<ControllerState> {
  const { store = new Notes(), log = new Sentences(), now = BASE } = parts;
  const { population = theTwo().population, standing = theTwo().standing } = parts;
  return forgetOld({ store: store as never, population, log }, standing, WEEK, now);
}

describe('once a day', () => {
  test('the store forgets what is older than the retention, and the time of it is stored', async () => {
    const store = new Notes();
    const standing = await forget({ store });
    expect(store.pruned).toEqual([BASE - WEEK]);
    expect(standing.forgottenAt).toBe(BASE);
    expect(store.saved).toEqual([standing]);
  });

  test.each<[string, Instant, boolean]>([
    ['an hour after the last time', BASE + HOUR, false],
    ['a minute less than a day after it', BASE + DAY - MINUTE, false],
    ['a day after it', BASE + DAY, true],
    ['when that time lies far ahead, written by a clock that was wrong', BASE - 2 * DAY, true],
  ])('and not more often: %s', async (_, now, happens) => {
    const store = new Notes();
    const before = await forget({});
    const after = await forget({ store, standing: before, now });
    expect(store.pruned).toHaveLength(happens ? 1 : 0);
    expect(after.forgottenAt).toBe(happens ? now : BASE);
  });

  test('a store that fails is said, and tried again a day later', async () => {
    const log = new Sentences();
    const store = new Notes(false);
    const standing = await forget({ store, log });
    expect(log.said).toEqual(['error: old events could not be forgotten']);
    await forget({ store, standing, now: BASE + HOUR });
    expect(store.pruned).toHaveLength(1);
    await forget({ store, standing, now: BASE + DAY });
    expect(store.pruned).toHaveLength(2);
  });
});

describe('an agent who left longer ago', () => {
  test('is not remembered by the worker either, and was never due', async () => {
    const { population, standing } = theTwo();
    const after = await forget({ population, standing });
    expect(population.memory('ben')).toBeUndefined();
    expect(population.memory('ada')).toBeDefined();
    expect([...after.ledger.dueBefore]).toEqual(['ada']);
    expect([...after.observedLedger.dueBefore]).toEqual(['ada']);
  });

  test('is stored by name again after coming back', async () => {
    const { population } = theTwo();
    const toStore = (): string[] =>
      ['ada', 'ben', 'cleo'].filter((id) => population.described(agent({ id }), 'agents') !== undefined);
    expect(toStore()).toEqual(['ada', 'ben', 'cleo']);
    expect(toStore()).toEqual([]);
    await forget({ population });
    // Of Cleo no reading could ever be used: only the name was stored, and that has gone.
    expect(toStore()).toEqual(['ben', 'cleo']);
  });
});
