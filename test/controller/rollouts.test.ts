/** A rollout as its worker drives it: which policies judge in each sweep, what is put on record, and what another process goes on from. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Accounting } from '../../src/controller/accounting.ts';
import { NO_CONTROLLER_STATE } from '../../src/controller/controller-state.ts';
import { SweepFindings } from '../../src/controller/findings.ts';
import type { InForce } from '../../src/controller/in-force.ts';
import { Learner } from '../../src/controller/learner.ts';
import { Rollouts } from '../../src/controller/rollouts.ts';
import { Tracker, type SweepContext } from '../../src/controller/tracker.ts';
import type { Watched } from '../../src/controller/watched.ts';
import type { SweepHold } from '../../src/domain/planning/plan.ts';
import type { Policy } from '../../src/domain/policy/policy.ts';
import { profileOf } from '../../src/domain/policy/when.ts';
import type { ControllerState } from '../../src/domain/record.ts';
import type { Order } from '../../src/domain/rollout/rollout.ts';
import { isInShare } from '../../src/domain/rollout/share.ts';
import { HOUR, MINUTE, type Duration, type Instant } from '../../src/domain/time/time.ts';
import type { NameLookups } from '../../src/ports/names.ts';
import type { RolloutNotes } from '../../src/ports/rollout-notes.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { rolloutNotes } from '../../src/store/rollout-note.ts';
import { agent, policy, profile } from '../domain/build.ts';
import { BASE } from './parts.ts';

const STEPS = { steps: [0.1, 1], every: HOUR, stop: { regret: 0.05, unverified: 0.1 } };
const IDS = Array.from({ length: 100 }, (_, n) => `agent-${n}`);
const FIRST = IDS.filter((id) => isInShare(id, 0.1));
const quiet = (): void => undefined;

interface Words {
  readonly atOnce?: boolean;
  readonly every?: Duration;
}

/** A file that means the policy of this name. */
function file(name: string, { atOnce = false, every = HOUR }: Words = {}): InForce {
  const one = policy({
    hash: `file-${name}`,
    profiles: [profile({ name })],
    ...(atOnce ? {} : { rollout: { ...STEPS, every } }),
  });
  const kept = { judges: name, mode: one.mode, hash: one.hash, content: name };
  return { policy: one, longestInterval: MINUTE, retention: HOUR, kept };
}

const AT_ONCE: Words = { atOnce: true };

/** Finds the policy before in what the store keeps, as the worker's names do. */
class Names implements NameLookups {
  readonly #store: MemoryStore;
  isMistaken = false;
  onLatest: (() => void) | undefined;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  latest: NameLookups['latest'] = async (wanted, _, __, mark) => {
    this.onLatest?.();
    const { kept } = await rolloutNotes(this.#store).read();
    const found = mark && kept.find(({ judges }) => (judges === mark.judges) !== this.isMistaken);
    if (found === undefined) return wanted;
    return {
      ...wanted,
      before: policy({ hash: found.judges, profiles: [profile({ name: found.content ?? '' })] }),
    };
  };
}

/** A store of which writes may fail, and are counted. */
class FailingStore extends MemoryStore {
  factsWritten = 0;
  isKilled = false;

  override async setFacts(facts: ReadonlyMap<string, string>): Promise<void> {
    this.factsWritten += 1;
    await super.setFacts(facts);
  }

  override async saveStep(...parts: Parameters<MemoryStore['saveStep']>): Promise<void> {
    if (this.isKilled && parts[1].length > 0) throw new Error('killed');
    await super.saveStep(...parts);
  }
}

/** A worker and its store. Mutable. */
class Desk {
  readonly store = new FailingStore({ now: () => this.now });
  readonly notes = rolloutNotes(this.store);
  readonly names = new Names(this.store);
  readonly alarms: string[] = [];
  now: Instant = BASE;
  standing: ControllerState = { ...NO_CONTROLLER_STATE, intervals: [MINUTE] };
  rollouts!: Rollouts;
  judging!: Policy;
  /** What of the store fails. */
  failing: ReadonlySet<'notes' | 'order' | 'record'> = new Set();
  /** Happens when the worker has written its notes. */
  onNotesSaved: (() => Promise<void>) | undefined;

  async start(): Promise<this> {
    const { notes } = this;
    const unless = (what: 'notes' | 'order'): void => {
      if (this.failing.has(what)) throw new Error(`the ${what} were lost`);
    };
    const rollouts: RolloutNotes = {
      ...notes,
      read: async () => {
        unless('order');
        return await notes.read();
      },
      save: async (...parts) => {
        unless('notes');
        await notes.save(...parts);
        await this.onNotesSaved?.();
      },
    };
    this.rollouts = await Rollouts.load({ rollouts, store: this.store, names: this.names });
    return this;
  }

  /** One sweep under this file, as the controller makes it. */
  async sweep(
    wanted: InForce,
    { hold, complete = true }: { hold?: SweepHold; complete?: boolean } = {},
  ): Promise<this> {
    this.now += MINUTE;
    const begun = await this.#unlessLost(async () => {
      this.standing = await this.rollouts.begin(wanted, this.now, this.standing);
    });
    this.judging = await this.rollouts.policy(wanted.policy, 'sweep', new AbortController().signal);
    const saved = await this.#unlessLost(async () => {
      await this.rollouts.save();
      if (this.failing.has('record')) throw new Error('record lost');
      await this.store.saveStep([], this.rollouts.told);
      this.rollouts.recorded(this.rollouts.told);
    });
    const why = hold ?? (begun ? undefined : 'store');
    if (complete && saved)
      await this.#unlessLost(async () => {
        this.standing = await this.rollouts.goOn(
          await this.#crew(),
          this.#watched(why),
          wanted.policy,
          this.standing,
        );
      });
    this.rollouts.raise(({ fields }) => this.alarms.push(String(fields['reason'])));
    return this;
  }

  async sweeps(times: number, wanted: InForce): Promise<this> {
    for (let n = 0; n < times; n += 1) await this.sweep(wanted);
    return this;
  }

  async #unlessLost(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch {
      return false;
    }
  }

  async #crew(): Promise<Parameters<Rollouts['goOn']>[0]> {
    const meter = { returned: quiet, logoff: quiet, evidence: quiet };
    const accounting = new Accounting(meter, await Learner.load(this.store));
    return { store: this.store, population: new Tracker(new Map()), accounting };
  }

  #watched(hold: SweepHold | undefined): Watched {
    const context: SweepContext = {
      policy: this.judging,
      usualInterval: MINUTE,
      clockJumped: () => false,
      nativeTimeouts: () => [],
    };
    const findings = new SweepFindings(new Tracker(new Map()), context);
    const summary = { complete: true, fault: undefined, startedAt: this.now, clockError: 0 };
    return {
      sweepId: 's',
      begun: this.now,
      now: this.now,
      context,
      summary,
      findings,
      hold,
      complete: true,
      lease: 'held',
    };
  }

  async order(what: Order['what'], judges: string): Promise<void> {
    await this.notes.order({ id: `${what} ${this.now}`, what, judges, by: 'lead@floor' });
  }

  /** Of these agents a log-off of now is regretted. */
  async regretted(ids: readonly string[]): Promise<void> {
    await this.store.saveStep(
      [],
      ids.map((agentId) => ({ kind: 'regret', at: this.now, delay: 0, agentId })),
    );
  }

  /** The profiles that count for the first group, and for all others. */
  get counting(): readonly string[] {
    return [FIRST, IDS.filter((id) => !FIRST.includes(id))].map((ids) =>
      [...new Set(ids.map((id) => profileOf(agent({ id }), this.judging)?.name ?? 'nothing'))].join(),
    );
  }

  async told(): Promise<readonly (string | undefined)[]> {
    return (await this.store.events({ kinds: ['policy'] })).map(({ reason }) => reason);
  }
}

let desk: Desk;

/** Policy A is in force for all. */
beforeEach(async () => {
  desk = await new Desk().start();
  await desk.sweep(file('A', AT_ONCE));
});

describe('each sweep', () => {
  test('judges the first group by the changed policy, and all others by the one before', async () => {
    expect(desk.counting).toEqual(['A', 'A']);
    await desk.sweep(file('B'));
    expect(desk.counting).toEqual(['B', 'A']);
    await desk.sweeps(61, file('B'));
    expect(desk.counting).toEqual(['B', 'B']);
  });

  test('leaves the others to what the former policy did: where it observed, it observes', async () => {
    const observing = file('O', AT_ONCE);
    await desk.sweep({ ...observing, policy: { ...observing.policy, mode: 'observe' } });
    await desk.sweep(file('B'));
    const modes = (profiles: Policy['profiles'] = []): unknown => profiles.map(({ rules }) => rules[0]?.mode);
    expect([desk.counting, modes(desk.judging.profiles), modes(desk.judging.others?.profiles)]).toEqual([
      ['B', 'O'],
      ['enforce'],
      ['observe'],
    ]);
  });

  test('leaves the others observed where the policy that acted was made to observe before the change', async () => {
    const { policy: former, ...rest } = file('A', AT_ONCE);
    await desk.sweep({ ...rest, policy: { ...former, mode: 'observe' } });
    await desk.sweep(file('B'));
    expect([desk.counting, desk.judging.others?.profiles[0]?.rules[0]?.mode]).toEqual([
      ['B', 'A'],
      'observe',
    ]);
  });

  test('leaves the others alone where another policy is found in the place of the former', async () => {
    await desk.sweep(file('B'));
    desk.names.isMistaken = true;
    await desk.sweep(file('B'));
    expect(desk.counting).toEqual(['B', 'nothing']);
  });

  test('goes by the last one of several changes', async () => {
    desk.standing = await desk.rollouts.begin(file('B'), desk.now, desk.standing);
    await desk.sweep(file('C'));
    expect(desk.counting).toEqual(['C', 'A']);
    expect(await desk.told()).toEqual([
      'rollout of file-B begun: 10 % of the agents',
      'rollout of file-C begun: 10 % of the agents',
    ]);
  });

  test('settles when some agents have another policy than before', async () => {
    await desk.sweep(file('B'));
    expect(desk.standing.settleLeft).toBe(file('B').policy.caps.settle);
    desk.standing = { ...desk.standing, settleLeft: 0 };
    await desk.sweep(file('B'));
    expect(desk.standing.settleLeft).toBe(0);
  });

  test('keeps the policy before for as long as it may be needed, and no longer', async () => {
    await desk.sweep(file('B'));
    expect((await desk.notes.read()).kept.map(({ judges }) => judges)).toEqual(['A', 'B']);
    await desk.sweep(file('C'));
    expect((await desk.notes.read()).kept.map(({ judges }) => judges)).toEqual(['A', 'C']);
    await desk.sweeps(62, file('C'));
    expect((await desk.notes.read()).kept.map(({ judges }) => judges)).toEqual(['C']);
  });

  test('writes nothing where nothing has changed', async () => {
    await desk.sweep(file('A', AT_ONCE));
    const { factsWritten } = desk.store;
    await desk.sweeps(5, file('A', AT_ONCE));
    expect(desk.store.factsWritten).toBe(factsWritten);
  });
});

describe('a step is watched', () => {
  test('only by sweeps after which the worker may act', async () => {
    await desk.sweep(file('B'));
    for (let n = 0; n < 100; n += 1) await desk.sweep(file('B'), { hold: 'paused' });
    for (let n = 0; n < 100; n += 1) await desk.sweep(file('B'), { complete: false });
    expect(desk.counting).toEqual(['B', 'A']);
  });

  test('not while the breaker holds agents back: what the policy does is still to come', async () => {
    const { ledger } = desk.standing;
    desk.standing = { ...desk.standing, ledger: { ...ledger, broken: new Map([['agent-1', Infinity]]) } };
    await desk.sweeps(100, file('B'));
    expect(desk.counting).toEqual(['B', 'A']);
    desk.standing = { ...desk.standing, ledger };
    await desk.sweeps(62, file('B'));
    expect(desk.counting).toEqual(['B', 'B']);
  });

  test('for three usual intervals at most, where a sweep came late', async () => {
    desk.standing = { ...desk.standing, intervals: [24 * HOUR] };
    await desk.sweeps(19, file('B'));
    expect(desk.counting).toEqual(['B', 'A']);
    await desk.sweeps(3, file('B'));
    expect(desk.counting).toEqual(['B', 'B']);
  });
});

describe('a stop', () => {
  test('is made in the sweep that finds the third regret, before anything is done, with one alarm', async () => {
    await desk.sweep(file('B'));
    await desk.regretted(FIRST.slice(0, 3));
    await desk.sweep(file('B'));
    expect([desk.rollouts.isStopping, desk.rollouts.standing]).toEqual([
      true,
      { share: 0, policy: 'file-B', stopped: '3 of 0 log-offs regretted' },
    ]);
    await desk.sweeps(3, file('B'));
    expect([desk.rollouts.isStopping, desk.counting, desk.alarms]).toEqual([
      false,
      ['A', 'A'],
      ['3 of 0 log-offs regretted'],
    ]);
  });

  test('is not made for regrets of the others', async () => {
    await desk.sweep(file('B'));
    await desk.regretted(IDS.filter((id) => !FIRST.includes(id)).slice(0, 3));
    await desk.sweep(file('B'));
    expect(desk.counting).toEqual(['B', 'A']);
  });

  test('by an operator raises no alarm', async () => {
    await desk.sweep(file('B'));
    await desk.order('abort', 'B');
    await desk.sweep(file('B'));
    expect([desk.counting, desk.alarms]).toEqual([['A', 'A'], []]);
  });
});

describe('an abort', () => {
  /** An operator says so at the very moment at which this worker writes its notes for the first time from now on. */
  function inTheMoment(): void {
    desk.onNotesSaved = async () => {
      desk.onNotesSaved = undefined;
      await desk.order('abort', 'B');
    };
  }

  test('in the very moment in which the last step ends takes the change back before it acts', async () => {
    await desk.sweeps(59, file('B'));
    inTheMoment();
    await desk.sweeps(2, file('B'));
    expect(desk.counting).toEqual(['A', 'A']);
  });

  test('stops the policy for good also where another one comes at the same time', async () => {
    await desk.sweep(file('B'));
    await desk.order('abort', 'B');
    await desk.sweep(file('C'));
    expect(desk.counting).toEqual(['C', 'A']);
    await desk.sweep(file('B'));
    expect(desk.counting).toEqual(['A', 'A']);
  });

  test('waits for a store that cannot be read, whatever the file says meanwhile', async () => {
    await desk.sweep(file('B'));
    await desk.order('abort', 'B');
    desk.failing = new Set(['order']);
    await desk.sweeps(3, file('B', AT_ONCE));
    desk.failing = new Set();
    await desk.sweep(file('B', AT_ONCE));
    expect(desk.counting).toEqual(['A', 'A']);
  });

  test('is not passed over where the store is back in the middle of the sweep under another file', async () => {
    await desk.sweeps(30, file('B'));
    desk.failing = new Set(['order']);
    desk.names.onLatest = () => (desk.failing = new Set());
    await desk.sweep(file('C', { every: 10 * MINUTE }));
    expect((await desk.notes.read()).rollout).toMatchObject({
      base: { judges: 'A' },
      candidate: { judges: 'B' },
    });
    await desk.sweep(file('C'));
    expect(desk.counting).toEqual(['C', 'A']);
  });

  test('is open from the moment in which it is on record until a sweep has done it', async () => {
    await desk.sweep(file('B'));
    expect(await desk.rollouts.isAborted()).toBe(false);
    await desk.order('continue', 'B');
    expect(await desk.rollouts.isAborted()).toBe(false);
    await desk.order('abort', 'C');
    expect(await desk.rollouts.isAborted()).toBe(false);
    await desk.order('abort', 'B');
    expect(await desk.rollouts.isAborted()).toBe(true);
    await desk.sweep(file('B'));
    expect(await desk.rollouts.isAborted()).toBe(false);
  });
});

test('an order to go on is void when another policy is brought out: it does not let the former one go on later', async () => {
  await desk.sweep(file('B'));
  await desk.order('abort', 'B');
  await desk.sweep(file('B'));
  await desk.order('continue', 'B');
  await desk.sweep(file('C'));
  await desk.sweeps(2, file('B'));
  expect(desk.counting).toEqual(['A', 'A']);
});

describe('another process', () => {
  test('goes on from what is stored, whenever the last one ended', async () => {
    await desk.sweep(file('B'));
    for (let n = 0; n < 50; n += 1) await (await desk.start()).sweep(file('B'));
    expect(desk.counting).toEqual(['B', 'A']);
    expect((await desk.notes.read()).rollout.candidate?.watched).toBe(51 * MINUTE);
    await desk.sweeps(10, file('B'));
    expect(desk.counting).toEqual(['B', 'B']);
  });

  test('with the file of before takes the change back, and one with the new file begins it again from the first step', async () => {
    await desk.sweeps(30, file('B'));
    await (await desk.start()).sweep(file('A'));
    expect(desk.counting).toEqual(['A', 'A']);
    await (await desk.start()).sweep(file('B'));
    expect((await desk.notes.read()).rollout.candidate?.watched).toBe(MINUTE);
    expect(desk.counting).toEqual(['B', 'A']);
  });

  test('puts on record what the last one wrote down and did not come to tell, with the alarm, and nothing twice', async () => {
    await desk.sweep(file('B'));
    await desk.regretted(FIRST.slice(0, 3));
    desk.store.isKilled = true;
    await desk.sweep(file('B'));
    desk.alarms.length = 0;
    desk.store.isKilled = false;
    await (await desk.start()).sweep(file('B'));
    await (await desk.start()).sweep(file('B'));
    expect(await desk.told()).toEqual([
      'rollout of file-B begun: 10 % of the agents',
      'rollout of file-B stopped: 3 of 0 log-offs regretted',
    ]);
    expect(desk.alarms).toEqual(['3 of 0 log-offs regretted']);
  });
});

test('what is on record is kept no longer beside it: a record that has been shortened brings no alarm of old', async () => {
  await desk.sweep(file('B'));
  await desk.regretted(FIRST.slice(0, 3));
  await desk.sweep(file('B'));
  await (await desk.start()).sweep(file('B'));
  expect((await desk.notes.read()).told).toEqual([]);
  await desk.store.prune(Infinity);
  desk.alarms.length = 0;
  await (await desk.start()).sweep(file('B'));
  expect([desk.alarms, await desk.told()]).toEqual([[], []]);
});

describe('a store that fails', () => {
  test.each(['notes', 'order', 'record'] as const)(
    'at its %s lets no sweep judge all agents by the change',
    async (what) => {
      desk.failing = new Set([what]);
      for (let n = 0; n < 5; n += 1) {
        await desk.sweep(file('B'));
        expect(desk.counting).toEqual(['B', 'A']);
      }
      desk.failing = new Set();
      await desk.sweep(file('B'));
      expect(await desk.told()).toEqual(['rollout of file-B begun: 10 % of the agents']);
    },
  );

  test('brings no step on until it works again', async () => {
    await desk.sweep(file('B'));
    desk.failing = new Set(['notes', 'record']);
    await desk.sweeps(100, file('B'));
    expect(desk.counting).toEqual(['B', 'A']);
  });
});

test('without notes, as in a policy test, a change holds for all at once', async () => {
  const rollouts = await Rollouts.load({ store: desk.store, names: new Names(desk.store) });
  const { kept: unused, ...without } = file('B');
  await rollouts.begin(without, BASE, desk.standing);
  const judging = await rollouts.policy(without.policy, 'sweep', new AbortController().signal);
  expect(unused).toBeDefined();
  expect(judging).toBe(without.policy);
});
