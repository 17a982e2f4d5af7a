/** `kill -9` at random moments while the worker acts: the record is compared with what the platform saw. */
import { expect, test } from '@jest/globals';
import process from 'node:process';
import type { StoredEvent } from '../../src/domain/record.ts';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { Life, listEffects, type Effect } from './kills.ts';
import { tornIntents } from './record.ts';
import { policyText, Shift, SLACK, STARTS_AT } from './shift.ts';

/** More of them find more, and take longer. */
const KILLS = Number(process.env['IDLE_ENFORCER_TEST_KILLS'] ?? 20);
const CAST = [
  'went-home',
  'went-home-on-queue',
  'sso-restored',
  'sso-keeps-returning',
  'overran-break',
  'locked-screen',
  'ordinary',
  'email-worker',
] as const;
const POLICY = policyText({
  rules: `
      - { id: screen-locked, when: { presence: [idle] }, clock: in_state, limit: 40m, actions: [off_queue, offline, release_station, revoke_tokens] }
      - { id: gone, when: { presence: [available, away, break, busy, on_queue] }, limit: 40m }`,
});
/** There are no kills in the last part: what was interrupted is put right by then. */
const LAST_KILL = 150;
const END = 200;

interface Told {
  readonly events: readonly StoredEvent[];
  readonly effects: readonly Effect[];
  readonly kills: number;
  readonly shift: Shift;
}

/** Plays a shift in which the worker is killed up to so often. */
async function play(seed: number, most: number): Promise<Told> {
  const random = createRandom(seed);
  const shift = await Shift.begin({ agents: 32, cast: CAST, shiftMs: 100 * MINUTE, seed, policy: POLICY });
  try {
    const effects = listEffects(shift);
    let kills = 0;
    let life = new Life(shift, Infinity, random);
    for (let minute = 0; minute < END; minute += 1) {
      await shift.clock.goOnTo(Math.max(shift.clock.now(), STARTS_AT + minute * MINUTE));
      const before = effects.length;
      await life.sweep();
      if (!life.dead && (effects.length === before || kills >= most || minute > LAST_KILL)) continue;
      if (life.dead) kills += 1;
      await shift.kill();
      await shift.open();
      // A sweep that acts takes some two dozen steps; one in three of them is left to go on.
      const last = kills < most && minute < LAST_KILL ? 2 + Math.floor(random() * 36) : Infinity;
      life = new Life(shift, last, random);
    }
    return { events: await shift.events(), effects, kills, shift };
  } finally {
    await shift.end();
  }
}

const OUTCOMES = ['verified', 'unverified', 'failed', 'dropped'];

/** From an intention until the next one for the same agent. */
function attempts({ events, effects }: Told): readonly {
  readonly intent: StoredEvent;
  readonly outcome: StoredEvent;
  readonly done: readonly Effect[];
}[] {
  const intents = events.filter(({ kind }) => kind === 'intent');
  return intents.map((intent) => {
    const { agentId, intentId, at } = intent;
    const outcome = events.find((one) => one.intentId === intentId && OUTCOMES.includes(one.kind))!;
    const next = intents.find((one) => one.agentId === agentId && one.at > at)?.at ?? Infinity;
    const done = effects.filter(
      (one) =>
        one.agentId === agentId && one.at >= at - SECOND && one.at < Math.min(next, at + MINUTE) - SECOND,
    );
    return { intent, outcome, done };
  });
}

/** What is wrong with one attempt. */
function faults({ intent, outcome, done }: ReturnType<typeof attempts>[number]): readonly string[] {
  const sent = new Set<string>(done.map(({ what }) => what));
  const said = outcome.actions ?? [];
  const open = /not known to be done: (.*)$/.exec(outcome.reason ?? '')?.[1]?.split(', ') ?? [];
  const who = `${intent.agentName} at ${new Date(intent.at).toISOString()}: ${outcome.kind}`;
  return [
    ...said.filter((what) => !sent.has(what)).map((what) => `${who} says ${what}, which was not done`),
    ...[...sent]
      .filter((what) => what !== 'restore' && !said.some((one) => one === what) && !open.includes(what))
      .map((what) => `${who} says nothing of ${what}, which was done`),
    ...done
      .filter(({ what, session }) => what === 'revoke_tokens' && !session)
      .map(() => `${who}: tokens were revoked twice`),
    ...(['off_queue', 'release_station', 'revoke_tokens'] as const)
      .filter((what) => done.filter((one) => one.what === what).length > 1)
      .map((what) => `${who}: ${what} was done twice`),
  ];
}

test(`after ${KILLS} kills while acting nothing is lost, nothing done twice, and nothing said to be done that was not`, async () => {
  let left = KILLS;
  let interrupted = 0;
  for (let seed = 11; left > 0; seed += 1) {
    const told = await play(seed, left);
    expect(told.kills).toBeGreaterThan(0);
    left -= told.kills;
    const all = attempts(told);
    expect(tornIntents(told.events)).toEqual([]);
    const returns = told.events
      .filter(({ kind }) => kind === 'return')
      .map(({ agentId, at }) => `${agentId} ${at}`);
    expect(new Set(returns).size).toBe(returns.length);
    expect(all.flatMap(faults)).toEqual([]);
    // Each effect has its intention before it.
    const explained = new Set(all.flatMap(({ done }) => done));
    expect(told.effects.filter((effect) => !explained.has(effect))).toEqual([]);
    interrupted += told.events.filter(({ reason = '' }) => reason.includes('interruption')).length;
    expect(told.shift.truth(SLACK + 30 * MINUTE)).toMatchObject({ disturbed: [], missed: [] });
  }
  expect(interrupted).toBeGreaterThan(KILLS / 4);
});
