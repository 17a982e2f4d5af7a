/** One line of changes out of records that come twice, overlap, or are cut at midnight. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Agent } from '../../../src/domain/agent.ts';
import { DAY } from '../../../src/domain/time/time.ts';
import { HistoryBuilder, timelineOf, type HistorySpan } from '../../../src/commands/backtest/history.ts';
import { readRecording, RecordingWriter } from '../../../src/commands/backtest/recording.ts';

const at = (text: string): number => Date.parse(text);
const SPAN = { from: at('2026-03-02T00:00:00Z'), to: at('2026-03-09T00:00:00Z') };

/** `09:00-10:00 1`, on Monday, or `d09:00` for a later day; without an end `09:00- 1`. */
function spans(...texts: readonly string[]): number[] {
  return texts.flatMap((text) => {
    const [, from = '', to = '', state] = /^(\S+?)-(\S*) (\d+)$/.exec(text) ?? [];
    return [moment(from), to === '' ? Infinity : moment(to), Number(state)];
  });
}

function moment(text: string): number {
  const [, day = '0', time] = /^(?:(\d)d)?(\d\d:\d\d)$/.exec(text) ?? [];
  return at(`2026-03-02T${time}:00Z`) + Number(day) * DAY;
}

function line(...texts: readonly string[]): string {
  const { at: times, state } = timelineOf(spans(...texts), SPAN);
  return [...times].map((time, i) => `${new Date(time).toISOString().slice(8, 16)} ${state[i]}`).join(', ');
}

describe('a timeline', () => {
  const table: readonly [string, readonly string[], string][] = [
    [
      'of records that follow each other',
      ['09:00-10:00 1', '10:00-11:00 2'],
      '02T09:00 1, 02T10:00 2, 02T11:00 0',
    ],
    [
      'says where nothing is known',
      ['09:00-10:00 1', '12:00-13:00 1'],
      '02T09:00 1, 02T10:00 0, 02T12:00 1, 02T13:00 0',
    ],
    [
      'is the same in whatever order they come',
      ['10:00-11:00 2', '09:00-10:00 1'],
      '02T09:00 1, 02T10:00 2, 02T11:00 0',
    ],
    [
      'has a record once that came twice',
      ['22:00-1d02:00 1', '1d02:00- 2', '22:00-1d02:00 1'],
      '02T22:00 1, 03T02:00 2',
    ],
    [
      'has a record once that was cut at midnight',
      ['22:00-1d00:00 1', '1d00:00-1d02:00 1', '1d02:00- 2'],
      '02T22:00 1, 03T02:00 2',
    ],
    ['keeps a state that was chosen anew', ['09:00-10:00 1', '10:00- 1'], '02T09:00 1, 02T10:00 1'],
    [
      'believes the reading that knows the end',
      ['09:00- 1', '09:00-10:00 1', '12:00- 2'],
      '02T09:00 1, 02T10:00 0, 02T12:00 2',
    ],
    [
      'lets the later record hold where two contradict each other',
      ['09:00-12:00 1', '10:00-11:00 2'],
      '02T09:00 1, 02T10:00 2, 02T11:00 0',
    ],
    ['goes on to the end without one', ['09:00- 1'], '02T09:00 1'],
    ['of nothing is empty', [], ''],
  ];

  test.each(table)('%s', (_, texts, expected) => {
    expect(line(...texts)).toBe(expected);
  });

  test('begins with what held before the span, and ends with it', () => {
    const records = [
      at('2026-03-01T20:00:00Z'),
      at('2026-03-02T04:00:00Z'),
      1,
      at('2026-03-09T10:00:00Z'),
      Infinity,
      2,
    ];
    expect([...timelineOf(records, SPAN).at].map((time) => new Date(time).toISOString())).toEqual([
      '2026-03-01T20:00:00.000Z',
      '2026-03-02T04:00:00.000Z',
    ]);
  });

  test('has no gap where records end and begin within a second', () => {
    const nine = moment('09:00');
    const records = [nine, nine + 999, 1, nine + 1_500, Infinity, 2];
    expect([...timelineOf(records, SPAN).state]).toEqual([1, 2]);
  });
});

describe('history', () => {
  const agent = (id: string): Agent => ({
    id,
    name: id,
    email: `${id}@example.com`,
    username: id,
    divisionId: 'home',
    groups: [],
    roles: [],
    queues: [],
    teams: [],
  });
  const presence = [{ from: moment('09:00'), to: undefined, state: 'On Queue', definitionId: 'q' }];
  const routing = [{ from: moment('09:00'), to: undefined, state: 'IDLE' }];

  test('leaves strangers and people without any record out, and counts who cannot be judged', () => {
    const builder = new HistoryBuilder();
    builder.add({ userId: 'a', presence, routing });
    builder.add({ userId: 'no-routing', presence, routing: [] });
    builder.add({ userId: 'stranger', presence, routing });
    const history = builder.build(SPAN, [agent('a'), agent('no-routing'), agent('silent')]);
    expect(history.agents.map((each) => each.agent.id)).toEqual(['a', 'no-routing']);
    expect([history.strangers, history.withoutRouting]).toEqual([1, 1]);
  });

  test('reads the platform’s words in any spelling; one that it never heard of protects', () => {
    const builder = new HistoryBuilder();
    const odd = [{ from: moment('09:00'), to: undefined, state: 'TELEPATHY' }];
    builder.add({ userId: 'a', presence, routing: odd });
    const { agents, states } = builder.build(SPAN, [agent('a')]);
    expect(states[agents[0]!.presence.state[0]!]).toMatchObject({ presence: 'ON_QUEUE', definitionId: 'q' });
    expect(states[agents[0]!.routing.state[0]!]).toMatchObject({ routing: 'UNKNOWN' });
  });
});

describe('a presence and its label', () => {
  const from = at('2026-03-02T09:00:00Z');
  const spansOf = (...pairs: readonly (readonly [string, string | undefined])[]): HistorySpan[] =>
    pairs.map(([state, definitionId], i) => ({
      from: from + i * 1_000,
      to: from + (i + 1) * 1_000,
      state,
      definitionId,
    }));
  /** Joined with a blank, or with nothing, some of these would be the same. */
  const PAIRS = spansOf(
    ['BREAK', 'x y'],
    ['BREAK x', 'y'],
    ['BREAK', ''],
    ['BREAK', undefined],
    ['BREAK=', 'x'],
    ['BREAK', '=x'],
  );

  test('are told apart in a history, whatever they are made of', () => {
    const builder = new HistoryBuilder();
    builder.add({ userId: 'u', presence: PAIRS, routing: [] });
    const { states, agents } = builder.build(SPAN, [{ id: 'u' } as Agent]);
    const seen = [...agents[0]!.presence.state].slice(0, PAIRS.length).map((n) => states[n]);
    expect(seen.map((state) => state?.definitionId)).toEqual(PAIRS.map(({ definitionId }) => definitionId));
    expect(seen.map((state) => state?.presence === 'BREAK')).toEqual(
      PAIRS.map(({ state }) => state === 'BREAK'),
    );
  });

  test('come back from a recording as they were', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-history-'));
    try {
      const path = join(folder, 'h.jsonl');
      const read = { groups: false, roles: false, queues: [], teams: [] };
      const writer = await RecordingWriter.create(path, SPAN, { agents: [], names: {}, read });
      await writer.append({
        users: [{ userId: 'u', presence: PAIRS, routing: [] }],
        place: { doneTo: SPAN.to },
      });
      await writer.close();
      const found: HistorySpan[] = [];
      await readRecording(path, (users) => found.push(...users.flatMap(({ presence }) => presence)));
      expect(found).toEqual(PAIRS);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
