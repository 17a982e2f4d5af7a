/** SIGTERM: what is under way is finished or given up in order, and the next worker can begin at once. */
import { expect, test } from '@jest/globals';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { endings, logoffs, tornIntents } from './record.ts';
import { policyText, Shift } from './shift.ts';

/** More than are acted on at the same time. */
const GONE = { agents: 14, cast: ['went-home'], shiftMs: 90 * MINUTE, seed: 5 } as const;
/** By then they are all away for more than forty minutes. */
const ALL_AWAY = 85;
const LATE = policyText({
  rules: `
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: 12h }`,
});

/** All of them become due in the sweep at `ALL_AWAY + 2`, which is still to come. */
async function beforeTheRound(): Promise<Shift> {
  const shift = await Shift.begin({ ...GONE, policy: LATE });
  await shift.until(ALL_AWAY);
  await shift.stop();
  await shift.open(policyText());
  await shift.until(ALL_AWAY + 2);
  return shift;
}

/** `happens` at the first action of a round. */
function atFirstAction(shift: Shift, happens: () => void): void {
  const { effects } = shift.platform;
  let first = true;
  effects.instead.perform = (...wanted) => {
    if (first) happens();
    first = false;
    return effects.inner.perform(...wanted);
  };
}

test('in the middle of a round: log-offs that were begun are completed, no others are begun, the lease is given back', async () => {
  const shift = await beforeTheRound();
  try {
    const { assembly, clock } = shift;
    // Time enough to finish: the eight seconds end only with the work.
    clock.sleep = (_, signal) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
        if (signal?.aborted === true) resolve();
      });
    let drained: Promise<void> | undefined;
    atFirstAction(shift, () => {
      drained = assembly.worker.drain(8 * SECOND);
    });
    await shift.until(ALL_AWAY + 3);
    await drained;
    expect(drained).toBeDefined();
    const events = await shift.events();
    expect(tornIntents(events)).toEqual([]);
    const ended = endings(events);
    expect(ended).toContain('verified');
    expect(new Set(ended)).toEqual(new Set(['verified', 'dropped: stopped']));
    expect(shift.done('deleteToken')).toBe(ended.filter((ending) => ending === 'verified').length);
    // Nothing is begun any more.
    expect(await assembly.worker.tick()).toBeUndefined();
    await shift.kill();
    await shift.open();
    await shift.until(ALL_AWAY + 4);
    expect(shift.truth()).toMatchObject({ disturbed: [], loggedOff: 14, logoffs: 14 });
    expect(logoffs(await shift.events()).length).toBeGreaterThanOrEqual(14);
    expect(shift.log.some(({ msg }) => msg.startsWith('another worker'))).toBe(false);
  } finally {
    await shift.end();
  }
});

test('a platform that hangs is not waited for: what was begun is told by the next worker', async () => {
  const shift = await beforeTheRound();
  try {
    const { assembly } = shift;
    let drained: Promise<void> | undefined;
    atFirstAction(shift, () => {
      // No answer will come before this test is over.
      shift.sandbox.setFaults({ slow: 1, slowMs: 600 * SECOND });
      drained = assembly.worker.drain(8 * SECOND);
    });
    await shift.until(ALL_AWAY + 3);
    await drained;
    expect(drained).toBeDefined();
    await shift.kill();
    shift.sandbox.setFaults({ slow: 0 });
    await shift.open();
    await shift.until(ALL_AWAY + 20);
    const events = await shift.events();
    expect(tornIntents(events)).toEqual([]);
    expect(shift.truth()).toMatchObject({ disturbed: [], loggedOff: 14 });
  } finally {
    await shift.end();
  }
});
