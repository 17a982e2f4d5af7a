/** Whom the page names, out of the looks of the sweeps. */
import { describe, expect, test } from '@jest/globals';
import { Floor } from '../../src/app/floor.ts';
import type { Reason, Verdict } from '../../src/domain/judging/judge.ts';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import type { AgentState } from '../../src/domain/tracking/state.ts';
import { agentOf } from '../commands/stored.ts';
import { story } from '../domain/story.ts';

const AGENT = agentOf('one');
/** A state to vary: online since nine. */
const STATE: AgentState = story({ agent: AGENT }).until('09:10').state();
const T = STATE.seenAt;

function look(
  floor: Floor,
  id: string,
  reason: Reason,
  more: Partial<Verdict> = {},
  state: Partial<AgentState> = {},
): void {
  const verdict: Verdict = {
    ...{ agentId: id, profile: 'agents', reason, due: undefined, observed: [] },
    ...{ detail: undefined, unknown: [], nextAt: undefined },
    ...more,
  };
  const evaluation = { state: { ...STATE, agentId: id, ...state }, verdict, changed: false, events: [] };
  floor.observed({ ...AGENT, id, name: id }, evaluation);
}

const engagedSince = (since: number): Partial<AgentState> => ({
  session: { ...STATE.session, kind: 'engaged', since } as AgentState['session'],
});
const ids = (all: readonly { readonly agent: { readonly id: string } }[]): readonly string[] =>
  all.map(({ agent }) => agent.id);

describe('who is next', () => {
  test('are those on the way to a log-off, the first that is due first, agents who are held before them', () => {
    const floor = new Floor();
    look(floor, 'later', 'waiting', { nextAt: T + HOUR });
    look(floor, 'soon', 'ladder_waiting', { nextAt: T + MINUTE });
    look(floor, 'held', 'held');
    for (const reason of [
      'exempt',
      'unknown',
      'offline',
      'no_rule',
      'waiting_on_queue',
      'no_profile',
    ] as const)
      look(floor, reason, reason, { nextAt: T });
    look(floor, 'working', 'engaged', {}, engagedSince(T));
    expect(ids(floor.next)).toEqual(['held', 'soon', 'later']);
    expect(ids(floor.engaged)).toEqual(['working']);
  });

  test('is true of the last look: an agent who works again, or has gone, is not among them', () => {
    const floor = new Floor();
    look(floor, 'one', 'waiting', { nextAt: T + HOUR });
    look(floor, 'two', 'waiting', { nextAt: T + HOUR });
    look(floor, 'one', 'engaged', {}, engagedSince(T));
    floor.observed(
      { ...AGENT, id: 'two', name: 'two' },
      { state: undefined, verdict: { reason: 'unknown' } as Verdict, changed: false, events: [] },
    );
    expect([ids(floor.next), ids(floor.engaged)]).toEqual([[], ['one']]);
  });

  test('no agent stays whom a complete sweep did not see', () => {
    const floor = new Floor();
    look(floor, 'gone', 'waiting', { nextAt: T + HOUR }, { seenAt: T - 5 * MINUTE });
    look(floor, 'there', 'waiting', { nextAt: T + HOUR });
    floor.swept(T - MINUTE);
    expect(ids(floor.next)).toEqual(['there']);
  });

  test('of 50,000 only some are kept, and they are the first, in whichever order they come', () => {
    const floor = new Floor();
    for (let n = 0; n < 50_000; n += 1) {
      const place = (n * 7_919) % 50_000;
      look(floor, `a${place}`, 'waiting', { nextAt: T + place });
    }
    const kept = ids(floor.next);
    expect(kept.length).toBeLessThan(200);
    expect(kept.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, n) => `a${n}`));
  });
});

test('conversations that were asked for are known for as long as the agent is in an interaction', async () => {
  const floor = new Floor();
  const { signal } = new AbortController();
  const open = floor.listening({ of: (id) => Promise.resolve(id === 'one' ? ['c1'] : undefined) });
  look(floor, 'one', 'engaged', {}, engagedSince(T - 5 * HOUR));
  expect(await open.of('one', signal)).toEqual(['c1']);
  expect(await open.of('two', signal)).toBeUndefined();
  floor.swept(T - MINUTE);
  expect([floor.conversationsOf('one'), floor.conversationsOf('two')]).toEqual([['c1'], []]);
  look(floor, 'one', 'waiting', { nextAt: T });
  floor.swept(T - MINUTE);
  expect(floor.conversationsOf('one')).toEqual([]);
});
