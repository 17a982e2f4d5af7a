/**
 * A changed policy that is brought out while things go wrong: a process that is killed at each of its writes, a store that fails at one
 * of them, and a former policy of another time.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { isInShare } from '../../src/domain/rollout/share.ts';
import { MINUTE } from '../../src/domain/time/time.ts';
import type { Store } from '../../src/ports/store.ts';
import { person, SmallOrganisation, type Person } from './small-organisation.ts';

let site: SmallOrganisation;

afterEach(async () => {
  await site.end();
});

const MANY = Array.from({ length: 40 }, (_, n) => person(n));
const ALL = MANY.map(({ id }) => id);
const FIRST = ALL.filter((id) => isInShare(id, 0.2));
const OTHERS = ALL.filter((id) => !FIRST.includes(id));

const CAPS = 'caps: { settle: 1, per_sweep: 100, breaker: { at_least: 100 } }';
const STEPS = 'rollout: { steps: [20%, 100%], every: 30m }';

function policyOf(rule: string, { match = '', more = '', steps = STEPS } = {}): string {
  return `${CAPS}\n${steps}\n${more}\nprofiles:\n  - name: everyone\n    ${match}\n    rules: [{ id: gone, actions: [offline, revoke_tokens], ${rule} }]\n`;
}

const IDLE = 'when: { routing: [off_queue] }, limit:';
const LENIENT = policyOf(`${IDLE} 4h`);
const STRICT = policyOf(`${IDLE} 2m`);

async function begin(former: string, organisation: Partial<SmallOrganisation> = {}): Promise<void> {
  site = Object.assign(new SmallOrganisation(), { people: MANY.map((one) => ({ ...one })) }, organisation);
  await site.begin(former.replace(STEPS, ''));
  await site.sweep(3);
}

async function told(): Promise<readonly string[]> {
  const events = await site.store.events({ kinds: ['policy'] });
  return events.flatMap(({ reason = '' }) =>
    reason.startsWith('rollout') ? [reason.replace(/[0-9a-f]{12}/, 'it')] : [],
  );
}

describe('a store that takes nothing', () => {
  /** Answers whether it came to a write that failed. */
  function failAt(isFailing: (write: number) => boolean): () => boolean {
    let [writes, hasFailed] = [0, false];
    const unlessFailing = <T>(work: () => Promise<T>): Promise<T> => {
      writes += 1;
      if (!isFailing(writes)) return work();
      hasFailed = true;
      return Promise.reject(new Error('no room'));
    };
    const { inner } = site.store;
    const instead: Pick<Store, 'saveStep' | 'saveSweep' | 'setFacts' | 'saveAgents'> = {
      saveStep: (...parts) => unlessFailing(() => inner.saveStep(...parts)),
      saveSweep: (...parts) => unlessFailing(() => inner.saveSweep(...parts)),
      setFacts: (...parts) => unlessFailing(() => inner.setFacts(...parts)),
      saveAgents: (...parts) => unlessFailing(() => inner.saveAgents(...parts)),
    };
    Object.assign(site.store.instead, instead);
    return () => hasFailed;
  }

  function live(): void {
    Object.assign(site.store.instead, {
      saveStep: undefined,
      saveSweep: undefined,
      setFacts: undefined,
      saveAgents: undefined,
    });
  }

  /** Of the first group three agents in all come back, each some minutes after their log-off. */
  function comeBack(): void {
    const now = site.fake.clock.time;
    const off = site.people.filter(({ offlineSince = now }) => now - offlineSince >= 3 * MINUTE);
    for (const { id } of off.slice(0, 3 - back.size)) {
      back.add(id);
      site.comesBack(id);
    }
  }

  const back = new Set<string>();
  /** Those of the sweeps in which the rollout begins, acts, and stops. */
  const WRITES = [1, 2, 3, 4, 5, 6, 9, 13, 18, 24, 31, 32, 39, 47];

  /** Answers whether a write failed meanwhile. */
  async function go(hasFailed: () => boolean, isKilled: boolean): Promise<boolean> {
    let restarted = false;
    for (let minute = 0; minute < 16; minute += 1) {
      await site.sweep(1);
      if (isKilled && !restarted && hasFailed()) {
        live();
        await site.restart();
        restarted = true;
      }
      comeBack();
    }
    return hasFailed();
  }

  test.each<[string, (write: number) => (each: number) => boolean, boolean]>([
    ['of a process that is killed, from any of its writes on', (write) => (each) => each >= write, true],
    ['at any single write', (write) => (each) => each === write, false],
  ])('%s has it act on none of the others, begin once, and stop once', async (_, failing, isKilled) => {
    let met = 0;
    for (const [i, write] of WRITES.entries()) {
      if (i > 0) await site.end();
      back.clear();
      await begin(LENIENT);
      const hasFailed = failAt(failing(write));
      await site.reload(STRICT);
      if (await go(hasFailed, isKilled)) met += 1;
      const loggedOff = new Set(site.loggedOff);
      expect({ write, others: OTHERS.filter((id) => loggedOff.has(id)) }).toEqual({ write, others: [] });
      const lines = await told();
      expect({ write, lines: lines.map((line) => line.replace(/\d+ of \d+/, 'some')) }).toEqual({
        write,
        lines: ['rollout of it begun: 20 % of the agents', 'rollout of it stopped: some log-offs regretted'],
      });
      const before = site.loggedOff.length;
      await site.sweep(5);
      expect({ write, more: site.loggedOff.length - before }).toEqual({ write, more: 0 });
    }
    expect(met).toBe(WRITES.length);
  });
});

describe('a former policy of another time', () => {
  const NIGHT = 'match: { groups: [Night] }';
  const night = (): Person[] => MANY.map((one) => ({ ...one, groups: ['g-1'] }));
  const GROUPS = [{ id: 'g-1', name: 'Night' }];

  test('that alone names a group has it read for the others, in a process of another day as well', async () => {
    await begin(policyOf(`${IDLE} 10m`, { match: NIGHT }), { groups: GROUPS, people: night() });
    await site.restart(LENIENT);
    await site.sweep(20);
    expect(site.loggedOff.toSorted()).toEqual(OTHERS.toSorted());
  });

  test('whose group is deleted goes by the id that it had, as any policy does', async () => {
    await begin(policyOf(`${IDLE} 10m`, { match: NIGHT }), { groups: GROUPS, people: night() });
    site.groups = [];
    await site.restart(LENIENT);
    await site.sweep(20);
    expect(site.loggedOff.toSorted()).toEqual(OTHERS.toSorted());
  });

  test('whose group was never known here leaves the others alone, and says so', async () => {
    await begin(policyOf(`${IDLE} 10m`, { match: NIGHT }), { groups: GROUPS, people: night() });
    site.groups = [];
    const names = [...(await site.store.facts()).keys()].filter((name) => name.startsWith('name:'));
    await site.store.setFacts(new Map(names.map((name) => [name, '[]'])));
    await site.restart(LENIENT);
    await site.sweep(20);
    expect(site.loggedOff).toEqual([]);
    expect(site.warned).toContain(
      'the policy that was in force before names what the platform does not have: agents whom the rollout has not reached are left alone',
    );
  });

  test('that alone names a label goes on with it', async () => {
    const labels = [{ id: 'def-coaching', name: 'Coaching', system: 'Busy' }];
    const people = MANY.map((one) => ({ ...one, presence: 'def-coaching' }));
    await begin(policyOf('when: { secondary_presence: [Coaching] }, limit: 10m'), { labels, people });
    await site.restart(policyOf('when: { presence: [meal] }, limit: 4h'));
    await site.sweep(20);
    expect(site.loggedOff.toSorted()).toEqual(OTHERS.toSorted());
  });

  test('that warned by a channel which is gone logs no agent off without a warning', async () => {
    const notify =
      'notify: [{ name: hook, type: webhook, url: "http://127.0.0.1:9/x", secret: sesame-of-the-hook, on: [warning] }]';
    await begin(policyOf(`${IDLE} 10m, warn: 5m`, { more: notify }));
    await site.restart(LENIENT);
    await site.sweep(20);
    expect(site.loggedOff).toEqual([]);
  });

  test.each([
    ['lets an agent go on the ladder of the change whom it would not have logged off', '4h', []],
    ['goes on with its last rung, where it has fewer than the agent has climbed', '2m', [0]],
  ])('%s', async (_, limit, rungs) => {
    const rung = '{ wait: 1m, actions: [offline, revoke_tokens] }';
    const ladder = (rungs: number): string =>
      `returns: { window: 3m, repeat: 3m, ladder: [${Array.from({ length: rungs }, () => rung).join(', ')}] }`;
    const former = policyOf(`${IDLE} ${limit}`, { more: ladder(1) });
    await begin(former);
    await site.reload(policyOf(`${IDLE} 2m`, { more: ladder(4) }));
    const answers = async (): Promise<readonly (number | undefined)[]> => {
      const intents = await site.store.events({ kinds: ['intent'], agentId: FIRST[0] ?? '' });
      return intents.map(({ rung: place }) => place);
    };
    const sweepBack = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n += 1) {
        await site.sweep(1);
        for (const { id, offlineSince } of site.people) if (offlineSince !== undefined) site.comesBack(id);
      }
    };
    await sweepBack(12);
    const climbed = await answers();
    expect(climbed.slice(0, 5)).toEqual([undefined, 0, 1, 2, 3]);
    await site.reload(former);
    await sweepBack(8);
    expect([...new Set((await answers()).slice(climbed.length))]).toEqual(rungs);
  });

  test('whose ladder ends sessions at a provider that is gone: nothing crashes, and no agent is left out', async () => {
    const identity = 'identity: { okta: { url: "https://example.okta.com", api_token: some-token-of-okta } }';
    const returns = 'returns: { ladder: [{ wait: 1m, actions: [end_sso_session, offline, revoke_tokens] }] }';
    await begin(policyOf(`${IDLE} 10m`, { more: `${identity}\n${returns}` }));
    await site.restart(LENIENT);
    await site.sweep(3);
    for (const id of OTHERS) if (site.loggedOff.includes(id)) site.comesBack(id);
    await site.sweep(10);
    expect(new Set(site.loggedOff)).toEqual(new Set(OTHERS));
  });
});

test('a file that is changed twice between two sweeps brings out the last change alone', async () => {
  await begin(LENIENT);
  await site.reload(STRICT);
  await site.reload(policyOf(`${IDLE} 3m`));
  await site.reload(policyOf('when: { presence: [meal] }, limit: 4h'));
  await site.sweep(20);
  expect(site.loggedOff).toEqual([]);
  expect(await told()).toEqual(['rollout of it begun: 20 % of the agents']);
});

test('a restart in each minute of a step brings it neither nearer nor further than its watched time', async () => {
  await begin(LENIENT);
  await site.reload(STRICT);
  for (let n = 0; n < 25; n += 1) {
    await site.restart();
    await site.sweep(1);
  }
  expect(new Set(site.loggedOff).size).toBeLessThanOrEqual(FIRST.length);
  expect(site.loggedOff.filter((id) => OTHERS.includes(id))).toEqual([]);
});
