/** What is older than `store.retention` goes by itself, and nothing goes by a clock that nobody vouches for. */
import { expect, test } from '@jest/globals';
import { DAY, HOUR, MINUTE, type Duration, type Instant } from '../../src/domain/time/time.ts';
import { logoffs } from './record.ts';
import { policyText, Shift, STARTS_AT } from './shift.ts';

const TWO_DAYS = policyText().replace('sqlite: "{DB}"', 'sqlite: "{DB}", retention: 2d');
const GONE = { agents: 3, cast: ['went-home'], shiftMs: 2 * HOUR, policy: TWO_DAYS } as const;

async function during(play: (shift: Shift) => Promise<void>): Promise<void> {
  const shift = await Shift.begin(GONE);
  try {
    await play(shift);
  } finally {
    await shift.end();
  }
}

/** How long ago the oldest head-count was taken. */
async function oldest(shift: Shift): Promise<Duration> {
  const now: Instant = shift.clock.now();
  for await (const [first] of shift.store.countPages(0, now + DAY)) return now - (first?.at ?? now);
  return 0;
}

function minuteOf(length: Duration): number {
  return length / MINUTE;
}

test('a worker that is started anew for each sweep forgets what is older, once a day', async () => {
  await during(async (shift) => {
    const ages: Duration[] = [];
    for (let at = 0; at <= 6 * DAY; at += 6 * HOUR) {
      shift.skipTo(minuteOf(at));
      await shift.sweep();
      ages.push(await oldest(shift));
      await shift.stop();
      await shift.open();
    }
    const days = ages.filter((_, i) => i % 4 === 0).map((age) => Math.round(age / HOUR));
    expect(days).toEqual([0, 24, 48, 48, 48, 48, 48]);
    const between = ages.slice(12).map((age) => Math.round(age / HOUR));
    expect(Math.max(...between)).toBe(66);
  });
});

test('the record goes as well, and another retention holds without a restart', async () => {
  await during(async (shift) => {
    await shift.until(150);
    expect(logoffs(await shift.events())).toHaveLength(3);
    shift.skipTo(minuteOf(DAY + 3 * HOUR));
    await shift.sweep();
    expect(logoffs(await shift.events())).toHaveLength(3);
    const loaded = shift.load(TWO_DAYS.replace('retention: 2d', 'retention: 1d'));
    await shift.assembly.reload.changed({ kind: 'valid', loaded });
    shift.skipTo(minuteOf(2 * DAY + 4 * HOUR));
    await shift.sweep();
    expect(logoffs(await shift.events())).toEqual([]);
  });
});

test('nothing is forgotten while the platform cannot be read, or when its clock is far from ours', async () => {
  await during(async (shift) => {
    await shift.until(2);
    const counted = async (): Promise<number> => {
      let counts = 0;
      for await (const page of shift.store.countPages(STARTS_AT, STARTS_AT + HOUR)) counts += page.length;
      return counts;
    };
    shift.sandbox.setFaults({ serverError: 1 });
    shift.skipTo(minuteOf(4 * DAY));
    await shift.sweep();
    expect(shift.reports.at(-1)?.complete).toBe(false);
    expect(await counted()).toBe(2);
    shift.sandbox.setFaults({ serverError: 0, clockSkewMs: 5 * DAY });
    shift.skipTo(minuteOf(4 * DAY) + 60);
    await shift.sweep();
    expect(shift.reports.at(-1)).toMatchObject({ complete: true, hold: 'clock' });
    expect(await counted()).toBe(2);
    shift.sandbox.setFaults({ clockSkewMs: 0 });
    shift.skipTo(minuteOf(4 * DAY) + 62);
    await shift.sweep();
    expect(await counted()).toBe(0);
  });
});
