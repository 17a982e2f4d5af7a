/** A changed policy that is brought out step by step, in the whole worker: for whom it is in force, what stops it, and what outlives a restart. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { isInShare } from '../../src/domain/rollout/share.ts';
import { rolloutNotes } from '../../src/store/rollout-note.ts';
import { person, SmallOrganisation, type Person } from './small-organisation.ts';

let site: SmallOrganisation;

afterEach(async () => {
  await site.end();
});

const MANY = Array.from({ length: 40 }, (_, n) => person(n));
const ALL = MANY.map(({ id }) => id);
/** To whom a change comes first. */
const FIRST = ALL.filter((id) => isInShare(id, 0.2));
const OTHERS = ALL.filter((id) => !FIRST.includes(id));

const STEPS = 'rollout: { steps: [20%, 100%], every: 30m }';

interface Words {
  readonly rollout?: string;
  readonly exempt?: string;
  readonly caps?: string;
  readonly returns?: string;
}

/** Everyone is due after this time; a change comes to a fifth of the agents for half an hour, and then to all. */
function limitOf(
  length: string,
  { rollout = STEPS, exempt = '', caps = '', returns = '' }: Words = {},
): string {
  return `caps: { settle: 1, per_sweep: ${caps === '' ? 100 : caps}, breaker: { at_least: 100 } }
${rollout}
exempt: [${exempt}]
${returns}
profiles:
  - name: everyone
    rules: [{ id: gone, when: { routing: [off_queue] }, limit: ${length}, actions: [offline, revoke_tokens] }]
`;
}

/** Nobody is due for hours. */
const LENIENT = limitOf('4h');
/** Everyone has been idle for longer. */
const STRICT = limitOf('2m');

const OBSERVING = STRICT.replace('actions:', 'mode: observe, actions:');

async function begin(policy: string, people: readonly Person[] = MANY): Promise<void> {
  site = Object.assign(new SmallOrganisation(), { people: people.map((one) => ({ ...one })) });
  await site.begin(policy);
  await site.sweep(3);
}

/** The policy that was in force before has no steps: it has always been in force for all. */
async function beginInForce(policy: string, people?: readonly Person[]): Promise<void> {
  await begin(policy.replace(STEPS, ''), people);
}

function sorted(ids: readonly string[]): readonly string[] {
  return ids.toSorted();
}

async function told(): Promise<readonly (string | undefined)[]> {
  const events = await site.store.events({ kinds: ['policy'] });
  const reasons = events.map(({ reason = '', by }) => (by === undefined ? reason : `${reason} (${by})`));
  return reasons
    .filter((reason) => reason.startsWith('rollout'))
    .map((text) => text.replace(/[0-9a-f]{12}/, 'it'));
}

/** These agents log in again, three minutes after they were logged off. */
async function regret(ids: readonly string[]): Promise<void> {
  for (const id of ids) site.comesBack(id);
  await site.sweep(1);
}

async function order(what: 'continue' | 'abort'): Promise<void> {
  const notes = rolloutNotes(site.store);
  const { judges } = (await notes.read()).rollout.candidate!;
  await notes.order({
    id: `${what} ${site.fake.clock.time}`,
    what,
    judges,
    by: 'lead@floor',
    reason: 'seen enough',
  });
}

test('a shorter limit comes to a fifth of the agents first, and to all when half an hour was watched', async () => {
  await beginInForce(LENIENT);
  await site.reload(STRICT);
  await site.sweep(10);
  expect(sorted(site.loggedOff)).toEqual(sorted(FIRST));
  await site.sweep(19);
  expect(site.loggedOff).toHaveLength(FIRST.length);
  await site.sweep(6);
  expect(sorted(site.loggedOff)).toEqual(sorted(ALL));
  expect(await told()).toEqual([
    'rollout of it begun: 20 % of the agents',
    'rollout of it done: it is in force for all',
  ]);
});

test('without steps a change comes to all at once', async () => {
  await beginInForce(LENIENT);
  await site.reload(limitOf('2m', { rollout: '' }));
  await site.sweep(3);
  expect(sorted(site.loggedOff)).toEqual(sorted(ALL));
});

test('a longer limit comes in steps as well: the others keep the shorter one', async () => {
  await beginInForce(limitOf('10m'));
  await site.reload(LENIENT);
  await site.sweep(12);
  expect(sorted(site.loggedOff)).toEqual(sorted(OTHERS));
});

test('where no policy was in force before, agents whom the steps have not reached are left alone', async () => {
  await begin(STRICT);
  await site.sweep(10);
  expect(sorted(site.loggedOff)).toEqual(sorted(FIRST));
});

test('time in which the worker is paused brings no step', async () => {
  await beginInForce(LENIENT);
  await site.reload(STRICT);
  await site.sweep(3);
  await site.store.setPause({ since: site.fake.clock.time, until: undefined, reason: undefined });
  await site.sweep(60);
  await site.store.setPause(undefined);
  await site.sweep(20);
  expect(site.loggedOff).toHaveLength(FIRST.length);
});

test('a policy that observed so far acts for a fifth of the agents first', async () => {
  await beginInForce(OBSERVING);
  expect(site.loggedOff).toEqual([]);
  await site.reload(STRICT);
  await site.sweep(10);
  expect(sorted(site.loggedOff)).toEqual(sorted(FIRST));
});

test('observing holds for all at once, and the rollout waits meanwhile', async () => {
  await beginInForce(LENIENT);
  await site.reload(STRICT);
  await site.sweep(1);
  await site.reload(OBSERVING);
  await site.sweep(40);
  expect(site.loggedOff).toEqual([]);
  await site.reload(STRICT);
  await site.sweep(10);
  expect(sorted(site.loggedOff)).toEqual(sorted(FIRST));
});

test('exemptions of either policy protect, and the lower cap holds, until the change is in force for all', async () => {
  const [one = '', two = '', ...rest] = FIRST;
  const named = (id: string): string => `{ users: [${id}] }`;
  await beginInForce(limitOf('4h', { exempt: named(one), caps: '1' }));
  await site.reload(limitOf('2m', { exempt: named(two) }));
  await site.sweep(4);
  expect(site.loggedOff.length).toBeLessThanOrEqual(3);
  await site.sweep(16);
  expect(sorted(site.loggedOff)).toEqual(sorted(rest));
  await site.sweep(14);
  expect(sorted(site.loggedOff)).toEqual(sorted(ALL.filter((id) => id !== two)));
});

describe('a rollout stops', () => {
  async function stopped(): Promise<void> {
    await beginInForce(LENIENT);
    await site.reload(STRICT);
    await site.sweep(5);
    expect(sorted(site.loggedOff)).toEqual(sorted(FIRST));
    await regret(FIRST.slice(0, 3));
  }

  test('at the third log-off that an agent regrets: the former policy is in force for all, and an alarm is raised', async () => {
    await stopped();
    expect((await told()).at(-1)).toBe(`rollout of it stopped: 3 of ${FIRST.length} log-offs regretted`);
    expect(site.warned).toContain('the rollout was stopped: the changed policy is taken back');
    await site.sweep(60);
    expect(site.loggedOff).toHaveLength(FIRST.length);
    const regrets = await site.store.events({ kinds: ['regret'] });
    expect(sorted(regrets.map(({ agentId = '' }) => agentId))).toEqual(sorted(FIRST.slice(0, 3)));
  });

  test('also where a longer window of the change takes those returns for the doing of a browser', async () => {
    await beginInForce(LENIENT);
    await site.reload(limitOf('2m', { returns: 'returns: { window: 10m }' }));
    await site.sweep(5);
    await regret(FIRST.slice(0, 3));
    expect((await told()).at(-1)).toBe(`rollout of it stopped: 3 of ${FIRST.length} log-offs regretted`);
  });

  test('and not at the second', async () => {
    await beginInForce(LENIENT);
    await site.reload(STRICT);
    await site.sweep(5);
    await regret(FIRST.slice(0, 2));
    await site.sweep(40);
    expect((await told()).at(-1)).toBe('rollout of it done: it is in force for all');
  });

  test('and not for agents who come back after more than ten minutes', async () => {
    await beginInForce(LENIENT);
    await site.reload(STRICT);
    await site.sweep(15);
    await regret(FIRST.slice(0, 3));
    expect(await told()).toHaveLength(1);
  });

  test('for good: not for a restart, not for other changes of the file, and not where it was taken back meanwhile', async () => {
    await stopped();
    await site.restart();
    await site.sweep(5);
    await site.reload(
      limitOf('2m', {
        exempt: '{ users: [nobody@example.com], until: 2000-01-01 }'.replace(
          'nobody@example.com',
          ALL[0] ?? '',
        ),
      }),
    );
    await site.sweep(5);
    await site.reload(LENIENT);
    await site.sweep(5);
    await site.reload(STRICT);
    await site.sweep(40);
    expect(site.loggedOff).toHaveLength(FIRST.length);
    expect((await told()).at(-1)).toBe(
      'rollout of it not begun: it was stopped before, and has not changed since',
    );
  });

  test('and another policy in its place is brought out from the first step on', async () => {
    await stopped();
    await site.reload(limitOf('3m'));
    await site.sweep(8);
    expect((await told()).at(-1)).toBe('rollout of it begun: 20 % of the agents');
    expect(new Set(site.loggedOff)).toEqual(new Set(FIRST));
  });

  test('where an operator says so, on record with who', async () => {
    await beginInForce(LENIENT);
    await site.reload(STRICT);
    await site.sweep(1);
    await order('abort');
    await site.sweep(50);
    expect(site.loggedOff).toEqual([]);
    expect((await told()).at(-1)).toBe('rollout of it stopped: aborted: seen enough (lead@floor)');
    expect(site.warned).toEqual([]);
  });

  test('at once: agents who were about to be logged off when an operator says so are not', async () => {
    await beginInForce(LENIENT);
    await site.reload(STRICT);
    site.store.instead.saveStep = async (memories, events, ...rest) => {
      if (events.some(({ kind }) => kind === 'intent')) {
        site.store.instead.saveStep = undefined;
        await order('abort');
      }
      await site.store.inner.saveStep(memories, events, ...rest);
    };
    await site.sweep(50);
    expect(site.loggedOff).toEqual([]);
    const dropped = await site.store.events({ kinds: ['dropped'] });
    expect(sorted(dropped.map(({ agentId = '' }) => agentId))).toEqual(sorted(FIRST));
    expect((await told()).at(-1)).toBe('rollout of it stopped: aborted: seen enough (lead@floor)');
  });

  test('where an operator says so in the sweep with which it would come to all', async () => {
    await beginInForce(LENIENT);
    await site.reload(STRICT);
    await site.sweep(30);
    site.store.instead.saveSweep = async (record) => {
      site.store.instead.saveSweep = undefined;
      await order('abort');
      await site.store.inner.saveSweep(record);
    };
    await site.sweep(50);
    expect(site.loggedOff).toHaveLength(FIRST.length);
    expect(await told()).toEqual([
      'rollout of it begun: 20 % of the agents',
      'rollout of it stopped: aborted: seen enough (lead@floor)',
    ]);
  });

  test('where an operator says so just before the steps are taken out of the file', async () => {
    await beginInForce(LENIENT);
    await site.reload(STRICT);
    await site.sweep(1);
    await order('abort');
    await site.reload(limitOf('2m', { rollout: '' }));
    await site.sweep(50);
    expect(site.loggedOff).toEqual([]);
  });

  test('until an operator continues it: it goes on at its step, and counts anew', async () => {
    await stopped();
    await site.sweep(5);
    await order('continue');
    await site.sweep(8);
    expect((await told()).at(-1)).toBe(
      'rollout of it continued: 20 % of the agents: seen enough (lead@floor)',
    );
    const again = FIRST.slice(0, 3);
    const verified = await site.store.events({ kinds: ['verified'] });
    expect(sorted(verified.slice(FIRST.length).map(({ agentId = '' }) => agentId))).toEqual(sorted(again));
    await regret(again.slice(0, 2));
    await site.sweep(40);
    expect((await told()).at(-1)).toBe('rollout of it done: it is in force for all');
  });
});

test('a policy that holds a secret is not kept, which is said: its next change leaves the others alone', async () => {
  await beginInForce(LENIENT);
  await site.reload(limitOf('10m', { rollout: '' }).replace('name: everyone', 'name: some-secret'));
  await site.sweep(1);
  expect(site.warned).toEqual([]);
  await site.reload(limitOf('10m').replace('name: everyone', 'name: some-secret'));
  await site.sweep(1);
  expect(site.warned).toEqual([expect.stringContaining('the policy holds a secret or is too long')]);
  await site.reload(STRICT);
  await site.sweep(12);
  expect(sorted(site.loggedOff)).toEqual(sorted(FIRST));
});

describe('a restart', () => {
  test('goes on at the same step, and knows what was counted and watched', async () => {
    await beginInForce(LENIENT);
    await site.reload(STRICT);
    await site.sweep(5);
    await regret(FIRST.slice(0, 2));
    await site.restart();
    await site.sweep(3);
    expect(site.loggedOff).toHaveLength(FIRST.length);
    await regret(FIRST.slice(2, 3));
    expect((await told()).at(-1)).toBe(`rollout of it stopped: 3 of ${FIRST.length} log-offs regretted`);
  });

  test('with a changed file begins a rollout as a change while it runs does', async () => {
    await beginInForce(LENIENT);
    await site.restart(STRICT);
    await site.sweep(8);
    expect(sorted(site.loggedOff)).toEqual(sorted(FIRST));
  });

  test('under a policy without steps brings the change to all', async () => {
    await beginInForce(LENIENT);
    await site.reload(STRICT);
    await site.sweep(5);
    await site.restart(limitOf('2m', { rollout: '' }));
    await site.sweep(4);
    expect(sorted(site.loggedOff)).toEqual(sorted(ALL));
  });

  test('with notes that were damaged brings the change out anew, beside the policy that was in force before', async () => {
    await beginInForce(LENIENT);
    await site.reload(STRICT);
    await site.sweep(5);
    await site.store.setFacts(new Map([['rollout', '{"v":1,"body":{"base":7}}']]));
    await site.restart();
    await site.sweep(10);
    expect(sorted(site.loggedOff)).toEqual(sorted(FIRST));
    await site.sweep(30);
    expect(sorted(site.loggedOff)).toEqual(sorted(ALL));
  });
});
