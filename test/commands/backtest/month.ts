/** A month of a simulated centre, and limits to hold it by: for the story of `near_peak`, and for its benchmark with more agents. */
import type { Policy } from '../../../src/domain/policy/policy.ts';
import { DAY, HOUR, MINUTE, type Instant } from '../../../src/domain/time/time.ts';
import { HistoryBuilder, type History, type HistorySpan } from '../../../src/commands/backtest/history.ts';
import { replay } from '../../../src/commands/backtest/replay.ts';
import { compare, traitsOf, type BacktestColumn } from '../../../src/commands/backtest/summary.ts';
import { agent, CAPS, policy, profile, rule } from '../../domain/build.ts';

/** The same numbers each time. */
function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/**
 * Shifts of eight hours begin from seven to eleven, five days a week; on weekends few work. A quarter of the agents leave their session
 * open when they go, until they come again; some go in the middle of the day.
 */
export function monthOf(agents: number, days: number, from: Instant, isSpread = true): History {
  const builder = new HistoryBuilder();
  const random = randomBy(7);
  const people = Array.from({ length: agents }, (_, i) => agent({ id: `agent-${i}` }));
  people.forEach(({ id: userId }, i) => {
    const presence: HistorySpan[] = [];
    const routing: HistorySpan[] = [];
    let at = from;
    let shown = 'OFFLINE';
    const change = (to: Instant, next: string): void => {
      if (to > at) {
        presence.push({ from: at, to, state: shown });
        routing.push({ from: at, to, state: shown === 'ON_QUEUE' ? 'INTERACTING' : 'OFF_QUEUE' });
      }
      at = to;
      shown = next;
    };
    const offset = (isSpread ? 7 + (i % 9) * 0.5 : 8) * HOUR;
    for (let day = 0; day < days; day += 1) {
      const midnight = from + day * DAY;
      const weekday = new Date(midnight).getUTCDay();
      const isWeekend = weekday === 0 || weekday === 6;
      if (isWeekend ? random() > 0.15 : random() > 0.85) continue;
      const start = midnight + offset + Math.floor(random() * 20) * MINUTE;
      const leavesEarly = random() < 0.02;
      const end = start + (leavesEarly ? 4 : 8) * HOUR + Math.floor(random() * 30) * MINUTE;
      const meal = start + 3.5 * HOUR + Math.floor(random() * 60) * MINUTE;
      change(Math.max(at, start), 'AVAILABLE');
      change(Math.max(at, start + 5 * MINUTE), 'ON_QUEUE');
      if (meal + 40 * MINUTE < end) {
        change(meal, 'MEAL');
        change(meal + 40 * MINUTE, 'ON_QUEUE');
      }
      change(end, leavesEarly || random() < 0.25 ? 'AWAY' : 'OFFLINE');
    }
    change(from + days * DAY, 'OFFLINE');
    builder.add({ userId, presence, routing });
  });
  return builder.build({ from, to: from + days * DAY }, people);
}

/** Log off agents who are away for an hour; large caps, so that the limits alone decide. */
export function limitsOf(nearPeak?: number, expectedPeak?: number): Policy {
  const away = rule({ when: { presence: ['AWAY', 'AVAILABLE'], routing: ['OFF_QUEUE'] }, limit: '60m' });
  const rules = [{ ...away, ...(nearPeak === undefined ? {} : { nearPeak }) }];
  const caps = { ...CAPS, perSweep: 100, perHour: 5_000, breaker: { ...CAPS.breaker, atLeast: 500 } };
  return policy({
    profiles: [profile({ rules })],
    caps,
    billing: { startsOn: 1, zone: 'UTC', expectedPeak },
  });
}

/** What one policy comes to. */
export function columnOf(history: History, wanted: Policy): BacktestColumn {
  const replayed = replay(history, { policy: wanted, interval: MINUTE, span: history.span });
  const named = { name: 'p', hash: '', interval: MINUTE, observes: false, ...traitsOf(wanted) };
  const calendar = { startsOn: 1, zone: 'UTC' };
  const [column] = compare(history, history.span, calendar, [{ ...named, replayed }]).columns;
  if (column === undefined) throw new Error('a comparison of one policy has one column');
  return column;
}
