/** From a changed file to the policy in force: when, with what said, and what happens to the one that is refused. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Policy } from '../../src/domain/policy/policy.ts';
import type { RecordEvent } from '../../src/domain/record.ts';
import { SECOND } from '../../src/domain/time/time.ts';
import type { Alarm } from '../../src/ports/alarms.ts';
import type { LoadedPolicy } from '../../src/policy-file/draft.ts';
import { wholeFileFault } from '../../src/policy-file/faults.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';
import { watchPolicy, type After, type PolicyChange } from '../../src/policy-file/watch.ts';
import { Reload } from '../../src/app/reload.ts';
import { checking, Folder, policyText, settled, Timers, type Texts } from './reload-parts.ts';

const BASE = Date.parse('2026-03-02T09:00:00Z');
/** A policy with this in it names somebody whom the platform does not know. */
const STRANGER = 'exempt: [{ users: [stranger@example.com] }]';

interface Line {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** One worker as far as reloading sees it. */
class Desk {
  readonly lines: Line[] = [];
  readonly alarms: Alarm[] = [];
  readonly events: RecordEvent[] = [];
  readonly outcomes: string[] = [];
  readonly taken: (readonly [LoadedPolicy, Policy | undefined])[] = [];
  readonly differences: unknown[] = [];
  busy = false;
  reachable = true;
  /** So many writes of the store fail. */
  fullFor = 0;
  readonly reload: Reload;

  constructor(loaded: LoadedPolicy) {
    const note = (fields: object, message: string): void => {
      this.lines.push({ fields: { ...fields }, message });
    };
    this.reload = new Reload({
      loaded,
      resolve: (wanted) => this.#resolve(wanted),
      busy: () => this.busy,
      takeUp: (...both) => this.taken.push(both),
      differs: (change) => this.differences.push(change),
      record: (event) => {
        this.fullFor -= 1;
        if (this.fullFor >= 0) return Promise.reject(new Error('the disk is full'));
        this.events.push(event);
        return Promise.resolve();
      },
      alarm: (alarm) => this.alarms.push(alarm),
      onChange: (outcome) => this.outcomes.push(outcome),
      clock: { now: () => BASE },
      log: { debug: note, info: note, warn: note, error: note },
    });
  }

  async #resolve(loaded: LoadedPolicy): Promise<Policy> {
    await Promise.resolve();
    if (!this.reachable) throw new Error('the platform does not answer');
    if (loaded.draft.content.exempt.length > 0)
      throw wholeFileFault('policy.yaml', 'there is no user stranger');
    return resolvePolicy(loaded.draft, undefined, new Map(), BASE).policy;
  }

  /** The fields of the last line with this sentence. */
  said(message: string): Line['fields'] | undefined {
    return this.lines.findLast((line) => line.message.includes(message))?.fields;
  }

  get limit(): number | undefined {
    return limitOf(this.reload.current);
  }
}

function load(texts: Texts = {}): LoadedPolicy {
  return loadPolicyText(policyText(texts), 'policy.yaml', {});
}

function valid(texts: Texts): PolicyChange {
  return { kind: 'valid', loaded: load(texts) };
}

const REFUSED: PolicyChange = { kind: 'refused', refusal: wholeFileFault('policy.yaml', 'is wrong') };

function limitOf({ draft }: LoadedPolicy): number | undefined {
  return draft.content.profiles[0]?.rules[0]?.limit;
}

const MINUTES = 60 * SECOND;
let desk: Desk;
beforeEach(() => {
  desk = new Desk(load());
});

describe('a valid change', () => {
  test('comes into force at once between two sweeps, is said in plain words, and is on record', async () => {
    const before = desk.reload.current.hash;
    await desk.reload.changed(valid({ limit: '45m' }));
    expect(desk.limit).toBe(45 * MINUTES);
    expect(desk.taken[0]?.[1]?.hash).toBe(desk.reload.current.hash);
    expect(desk.said('is in force')).toMatchObject({ was: before, changes: ['rule gone: limit 1h → 45m'] });
    expect(desk.events).toEqual([
      { kind: 'policy', at: BASE, reason: `${before} → ${desk.reload.current.hash}` },
    ]);
    const is = desk.reload.current.hash;
    expect(desk.differences).toEqual([{ at: BASE, was: before, is, changes: ['rule gone: limit 1h → 45m'] }]);
    expect(desk.outcomes).toEqual(['taken_up']);
    expect(desk.alarms).toEqual([]);
  });

  test('is not said to be in force where it is brought out step by step', async () => {
    await desk.reload.changed(valid({ limit: '45m', more: 'rollout: {}' }));
    expect(desk.said('are brought out step by step')).toBeDefined();
    expect(desk.said('is in force')).toBeUndefined();
  });

  test('that the store cannot take is on record once it can, and said to be missing once', async () => {
    desk.fullFor = 3;
    await desk.reload.changed(valid({ limit: '45m' }));
    for (let sweep = 0; sweep < 4; sweep += 1) {
      await settled();
      desk.reload.betweenSweeps();
    }
    await settled();
    expect(desk.events.map(({ kind }) => kind)).toEqual(['policy']);
    expect(desk.lines.filter(({ message }) => message.includes('recorded'))).toHaveLength(1);
  });

  test('waits for the end of the sweep that is under way', async () => {
    desk.busy = true;
    await desk.reload.changed(valid({ limit: '45m' }));
    expect(desk.taken).toEqual([]);
    desk.busy = false;
    desk.reload.betweenSweeps();
    expect(desk.limit).toBe(45 * MINUTES);
  });

  test('that comes while another waits takes its place', async () => {
    desk.busy = true;
    await desk.reload.changed(valid({ limit: '45m' }));
    await desk.reload.changed(valid({ limit: '50m' }));
    desk.busy = false;
    desk.reload.betweenSweeps();
    desk.reload.betweenSweeps();
    expect(desk.taken.map(([loaded]) => limitOf(loaded))).toEqual([50 * MINUTES]);
  });

  test('waits for a platform that cannot be asked, and the old one goes on', async () => {
    desk.reachable = false;
    await desk.reload.changed(valid({ limit: '45m' }));
    expect(desk.limit).toBe(60 * MINUTES);
    expect(desk.said('cannot be resolved yet')).toBeDefined();
    desk.reload.betweenSweeps();
    desk.reachable = true;
    await settled();
    desk.reload.betweenSweeps();
    await settled();
    expect(desk.limit).toBe(45 * MINUTES);
    expect(desk.alarms).toEqual([]);
  });

  test('of secrets alone is taken up without another look at names, and without settling', async () => {
    await desk.reload.changed(valid({ secret: 'n3w-s3cr3t' }));
    expect(desk.taken[0]?.[1]).toBeUndefined();
    expect(desk.reload.current.settings.genesys.clientSecret).toBe('n3w-s3cr3t');
    expect(desk.said('is in force')?.['changes']).toEqual(['genesys.client_secret changed']);
    expect(desk.events).toEqual([]);
    expect(JSON.stringify(desk.lines)).not.toContain('n3w-s3cr3t');
  });

  test('of what is read once at the start is said to need a restart, for as long as it does', async () => {
    const more = 'server: { port: 9090 }\nstore: { sqlite: other.db }';
    await desk.reload.changed(valid({ region: 'eu-central-1', more }));
    const settings = ['genesys.region', 'store.sqlite', 'server.port'];
    expect(desk.said('only with a restart')).toEqual({ settings });
    await desk.reload.changed(valid({ region: 'eu-central-1', limit: '45m' }));
    expect(desk.said('only with a restart')).toEqual({ settings: ['genesys.region'] });
    desk.lines.splice(0);
    await desk.reload.changed(valid({ limit: '45m' }));
    expect(desk.said('only with a restart')).toBeUndefined();
  });

  test('back to what is in force says so', async () => {
    await desk.reload.changed(REFUSED);
    await desk.reload.changed(valid({}));
    expect(desk.said('means what is in force already')).toBeDefined();
    expect(desk.outcomes).toEqual(['refused', 'taken_up']);
  });

  test('is told to the channels that list it', async () => {
    const heard: (string | undefined)[] = [];
    desk.reload.subscribe(({ settings }) => heard.push(settings.sweep.every));
    await desk.reload.changed(valid({ every: '*/30 * * * * *' }));
    expect(heard).toEqual(['*/30 * * * * *']);
  });
});

describe('a change that is refused', () => {
  test('by the file is said in the log, counted, and told to people; the old one goes on', async () => {
    await desk.reload.changed(REFUSED);
    expect(desk.taken).toEqual([]);
    expect(desk.said('is refused')).toEqual({ faults: ['policy.yaml:1:1: policy: is wrong'] });
    expect(desk.alarms).toMatchObject([
      { kind: 'policy_refused', fields: { faults: ['policy.yaml:1:1: policy: is wrong'] } },
    ]);
    expect(desk.outcomes).toEqual(['refused']);
  });

  test('by the platform, because of a name, is refused just so', async () => {
    await desk.reload.changed(valid({ limit: '45m', more: STRANGER }));
    expect(desk.limit).toBe(60 * MINUTES);
    expect(desk.alarms.map(({ kind }) => kind)).toEqual(['policy_refused']);
  });

  test('does not take with it a valid one that was still waiting', async () => {
    desk.busy = true;
    await desk.reload.changed(valid({ limit: '45m' }));
    await desk.reload.changed(REFUSED);
    desk.busy = false;
    desk.reload.betweenSweeps();
    expect(desk.limit).toBe(45 * MINUTES);
  });

  test('by the platform gives way to the newest valid one before it', async () => {
    desk.reachable = false;
    await desk.reload.changed(valid({ limit: '45m' }));
    await desk.reload.changed(valid({ limit: '50m' }));
    await desk.reload.changed(valid({ limit: '55m', more: STRANGER }));
    desk.reachable = true;
    desk.reload.betweenSweeps();
    await settled();
    expect(desk.limit).toBe(50 * MINUTES);
    expect(desk.taken).toHaveLength(1);
  });

  test('with many faults names some of them to people, and all in the log', async () => {
    const more = 'a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7';
    const refusal = refusalOf(policyText({ more }));
    await desk.reload.changed({ kind: 'refused', refusal });
    expect(desk.said('is refused')?.['faults']).toHaveLength(7);
    expect(desk.alarms[0]?.fields['faults']).toHaveLength(6);
  });
});

function refusalOf(text: string): Extract<PolicyChange, { kind: 'refused' }>['refusal'] {
  try {
    loadPolicyText(text, 'policy.yaml', {});
  } catch (error) {
    return error as Extract<PolicyChange, { kind: 'refused' }>['refusal'];
  }
  throw new Error('not refused');
}

describe('a hundred swaps of a ConfigMap in a row', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
  });
  afterEach(() => {
    folder.remove();
  });

  test.each([1, 2, 3])(
    'valid and invalid mixed, always leave the newest valid policy in force (mix %i)',
    async (mix) => {
      folder.swap({ 'policy.yaml': policyText() });
      const timers = new Timers();
      const options = { ...checking(folder.policy), after: timers.after, events: false };
      const watch = watchPolicy(folder.policy, (change) => void desk.reload.changed(change), options);
      let newest = 60;
      let chance = mix;
      for (let n = 1; n <= 100; n += 1) {
        const limit = `${n + 100}m`;
        chance = (chance * 48_271) % 2_147_483_647;
        const kind = chance % 8;
        if (kind === 0) folder.swap({ 'policy.yaml': policyText({ limit: 'soon' }) });
        else if (kind === 1) folder.swap({ 'policy.yaml': policyText({ limit, more: STRANGER }) });
        else if (kind === 2) folder.swap({ 'policy.yaml': policyText({ limit }).slice(0, 60) });
        else if (kind === 3) folder.swap({});
        else {
          folder.swap({ 'policy.yaml': policyText({ limit }) });
          newest = n + 100;
        }
        desk.busy = n % 3 === 0;
        await timers.wind(6 * SECOND);
        desk.busy = false;
        desk.reload.betweenSweeps();
        expect([n, desk.limit]).toEqual([n, newest * MINUTES]);
      }
      watch.close();
      expect(desk.outcomes.filter((one) => one === 'refused').length).toBeGreaterThan(20);
      expect(desk.outcomes.filter((one) => one === 'taken_up').length).toBeGreaterThan(20);
    },
  );

  test('are each found by the events of the file system alone, faults among them', async () => {
    folder.swap({ 'policy.yaml': policyText() });
    let tell: (() => void) | undefined;
    const take = (change: PolicyChange): void => void desk.reload.changed(change).then(() => tell?.());
    const watch = watchPolicy(folder.policy, take, { ...checking(folder.policy), after: atOnceButPolls });
    try {
      let newest = 60;
      for (let n = 1; n <= 100; n += 1) {
        const told = new Promise<void>((resolve) => (tell = resolve));
        const limit = `${n + 100}m`;
        if (n % 3 === 1) folder.swap({ 'policy.yaml': policyText({ limit: `${limit}x` }) });
        else if (n % 7 === 1) folder.swap({ 'policy.yaml': policyText({ limit, more: STRANGER }) });
        else {
          folder.swap({ 'policy.yaml': policyText({ limit }) });
          newest = n + 100;
        }
        await told;
        expect([n, desk.limit]).toEqual([n, newest * MINUTES]);
      }
      expect(newest).toBeGreaterThan(190);
      expect(desk.outcomes.filter((one) => one === 'refused')).toHaveLength(44);
    } finally {
      watch.close();
    }
  });
});

/** Timers that go off in the next turn; those that look without an event never do. */
const atOnceButPolls: After = (length, run) => {
  if (length >= 5 * SECOND) return () => undefined;
  const turn = setImmediate(run);
  return () => {
    clearImmediate(turn);
  };
};
