/** One accounting: what the metrics count stands in the record once, also where writes fail and where the worker is started anew. */
import { expect, test } from '@jest/globals';
import type { StoredEvent } from '../../src/domain/record.ts';
import { HOUR } from '../../src/domain/time/time.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { tornIntents } from './record.ts';
import { policyText, Shift } from './shift.ts';

const CAST = [
  'went-home',
  'went-home-on-queue',
  'sso-reasserts',
  'sso-keeps-returning',
  'comes-back',
] as const;
const SHIFT = { agents: 10, cast: CAST, shiftMs: 1 * HOUR, inMemory: true } as const;
const RETURNS = `
  window: 2m
  grace: 0s
  ladder:
    - { wait: 1m, actions: [off_queue, offline] }
    - { wait: 2m, actions: [off_queue, offline, revoke_tokens] }
  repeat: never`;
const RULES = `
      - { id: gone, when: { presence: [available, away, break, busy, on_queue, idle] }, limit: 20m, waiting_on_queue: true }`;

/** One write of the store in so many fails, as on a disk that is nearly full. */
function failing(shift: Shift, seed: number, share: number): { failed: number } {
  const random = createRandom(seed);
  const count = { failed: 0 };
  const { store } = shift;
  const orFail = async (write: () => Promise<void>): Promise<void> => {
    if (random() >= share) return write();
    count.failed += 1;
    throw new Error('database or disk is full');
  };
  store.instead.saveStep = (...step) => orFail(() => store.inner.saveStep(...step));
  store.instead.saveSweep = (record) => orFail(() => store.inner.saveSweep(record));
  return count;
}

/** Log-offs by outcome, and held agents, as the record has them. */
function recorded(events: readonly StoredEvent[], outcome: string): number {
  return events.filter(({ kind }) => kind === outcome).length;
}

function counted(text: string, outcome: string): number {
  const lines = text.matchAll(/^idle_enforcer_logoffs_total\{[^}]*outcome="(\w+)"[^}]*\} (\d+)$/gm);
  return [...lines].reduce((sum, [, name, count]) => sum + (name === outcome ? Number(count) : 0), 0);
}

test.each([
  ['enforce', 1],
  ['enforce', 2],
  ['observe', 4],
] as const)(
  'every outcome that is counted is on record, though writes fail (%s, seed %i)',
  async (mode, seed) => {
    const policy = policyText({ mode, rules: RULES, returns: RETURNS });
    const shift = await Shift.begin({ ...SHIFT, seed, policy });
    try {
      const writes = failing(shift, seed, 0.25);
      await shift.until(150);
      const events = await shift.events();
      const text = await shift.metrics.registry.metrics();
      for (const outcome of ['verified', 'unverified', 'failed', 'dropped', 'observed'])
        expect([outcome, recorded(events, outcome)]).toEqual([outcome, counted(text, outcome)]);
      expect(tornIntents(events)).toEqual([]);
      expect(counted(text, mode === 'observe' ? 'observed' : 'verified')).toBeGreaterThan(5);
      expect(writes.failed).toBeGreaterThan(20);
    } finally {
      await shift.end();
    }
  },
);

test('an agent who is held is on record once when the line could not be written at first', async () => {
  const policy = policyText({ rules: RULES, returns: RETURNS });
  const shift = await Shift.begin({ ...SHIFT, agents: 1, cast: ['sso-reasserts'], seed: 3, policy });
  const { store } = shift;
  try {
    let failed = 0;
    store.instead.saveSweep = (record) => {
      if (failed > 0 || !record.events.some(({ kind }) => kind === 'held'))
        return store.inner.saveSweep(record);
      failed += 1;
      return Promise.reject(new Error('database or disk is full'));
    };
    await shift.until(150);
    expect([failed, recorded(await shift.events(), 'held')]).toEqual([1, 1]);
  } finally {
    await shift.end();
  }
});

test('names of agents that could not be written at first are written when the store is back', async () => {
  const shift = await Shift.begin({ ...SHIFT, agents: 3, cast: ['went-home'], seed: 5 });
  try {
    const { store } = shift;
    let failed = 0;
    const full = (): Promise<never> => {
      failed += 1;
      return Promise.reject(new Error('database or disk is full'));
    };
    store.instead.saveSweep = (record) => (shift.minute === 0 ? full() : store.inner.saveSweep(record));
    store.instead.saveAgents = (agents) => (shift.minute === 1 ? full() : store.inner.saveAgents(agents));
    await shift.until(4);
    expect(failed).toBe(2);
    for (const { person } of shift.sandbox.world.journals())
      expect(await store.findAgents(person.name)).toHaveLength(1);
  } finally {
    await shift.end();
  }
});

test('an agent who is still held after a restart is not put on record as held again', async () => {
  const policy = policyText({ rules: RULES, returns: RETURNS });
  const shift = await Shift.begin({ agents: 1, cast: ['sso-reasserts'], shiftMs: 1 * HOUR, seed: 3, policy });
  try {
    await shift.until(150);
    expect(recorded(await shift.events(), 'held')).toBe(1);
    for (const minute of [160, 170]) {
      await shift.kill();
      await shift.open();
      await shift.until(minute);
    }
    expect(shift.reports.at(-1)?.verdicts.held).toBe(1);
    expect(recorded(await shift.events(), 'held')).toBe(1);
    expect(shift.alarms.filter((kind) => kind === 'held')).toHaveLength(1);
  } finally {
    await shift.end();
  }
});

test('what an action tells people waits in the store before the next action begins: a crash does not lose it', async () => {
  const returns = RETURNS.replace(
    'actions: [off_queue, offline] }',
    'actions: [notify, off_queue, offline] }',
  );
  const hook = 'notify: [{ name: ops, type: webhook, url: "http://127.0.0.1:9/", on: [return] }]\n';
  const policy = policyText({ rules: RULES, returns }) + hook;
  const shift = await Shift.begin({ ...SHIFT, agents: 1, cast: ['sso-reasserts'], seed: 3, policy });
  try {
    const kept: number[] = [];
    const { effects } = shift.platform;
    effects.instead.perform = async (action, ...rest) => {
      const told = shift.alarms.includes('return');
      if (told && action === 'offline') kept.push((await shift.store.outbox.due(Infinity, 10)).length);
      return effects.inner.perform(action, ...rest);
    };
    await shift.until(60);
    expect(kept[0]).toBe(1);
  } finally {
    await shift.end();
  }
});
