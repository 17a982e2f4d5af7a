/** A month of a contact centre, as a recording that `backtest` and `suggest` read. */
import type { Agent } from '../src/domain/agent.ts';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../src/domain/time/time.ts';
import type { HistorySpan, UserHistory } from '../src/commands/backtest/history.ts';
import { RecordingWriter } from '../src/commands/backtest/recording.ts';
import { agentOf, namesOfDefault } from './domain.ts';

export const DAYS = 30;
const FROM: Instant = Date.parse('2026-03-02T00:00:00Z');
export const SPAN = { from: FROM, to: FROM + DAYS * DAY };

/** Writes the recording of so many agents; answers how many changes are in it. */
export async function recordMonth(path: string, many: number): Promise<number> {
  const agents = Array.from({ length: many }, (_, i) => agentOf(i));
  const read = { groups: true, roles: true, queues: [], teams: [] };
  const writer = await RecordingWriter.create(path, SPAN, { agents, names: namesOfDefault(), read });
  let changes = 0;
  for (let day = 0; day < DAYS; day += 1) {
    const from = FROM + day * DAY;
    for (let first = 0; first < many; first += 500) {
      const users = agents.slice(first, first + 500).map((agent, i) => dayOf(agent, first + i, from));
      for (const { presence, routing } of users) changes += presence.length + routing.length;
      const isLast = first + 500 >= many;
      await writer.append({ users, place: { doneTo: isLast ? from + DAY : from } });
    }
  }
  await writer.close();
  return changes;
}

/** Five days of seven a shift of eight hours with some forty calls; every tenth agent walks away and stays online. */
function dayOf({ id }: Agent, i: number, from: Instant): UserHistory {
  const presence: HistorySpan[] = [];
  const routing: HistorySpan[] = [];
  const shift = from + 8 * HOUR + (i % 8) * HOUR;
  const day = (from - FROM) / DAY;
  if ((day + i) % 7 >= 5) {
    presence.push({ from, to: from + DAY, state: 'OFFLINE', definitionId: 'OFFLINE' });
    routing.push({ from, to: from + DAY, state: 'OFF_QUEUE' });
    return { userId: id, presence, routing };
  }
  const line = (
    list: HistorySpan[],
    steps: readonly (readonly [Instant, string])[],
    labels = false,
  ): void => {
    steps.forEach(([at, state], index) => {
      const to = steps[index + 1]?.[0] ?? from + DAY;
      // The policy names a label: a presence without the id of its own is unknown to it, and protects.
      if (to > at) list.push({ from: at, to, state, definitionId: labels ? state : undefined });
    });
  };
  const leaves = (i + day) % 10 === 0 ? shift + 5 * HOUR : shift + 8 * HOUR;
  const steps: [Instant, string][] = [
    [from, 'OFFLINE'],
    [shift, 'AVAILABLE'],
  ];
  const calls: [Instant, string][] = [[from, 'OFF_QUEUE']];
  let at = shift + 2 * MINUTE;
  for (let block = 0; block < 6 && at < leaves; block += 1) {
    steps.push([at, 'ON_QUEUE']);
    calls.push([at, 'IDLE']);
    for (let call = 0; call < 7; call += 1) {
      const ring = at + (3 + ((i + call) % 4)) * MINUTE + (i % 50) * SECOND;
      calls.push([ring, 'INTERACTING'], [ring + 5 * MINUTE, 'IDLE']);
      at = ring + 5 * MINUTE;
    }
    at += MINUTE;
    steps.push([at, block % 2 === 0 ? 'BREAK' : 'MEAL'], [at + 10 * MINUTE, 'AVAILABLE']);
    calls.push([at, 'OFF_QUEUE']);
    at += 12 * MINUTE;
  }
  const gone = leaves < shift + 8 * HOUR ? from + DAY - MINUTE : Math.max(at, leaves);
  if (gone < from + DAY) steps.push([gone, 'OFFLINE']);
  line(presence, steps, true);
  line(routing, calls);
  return { userId: id, presence, routing };
}
