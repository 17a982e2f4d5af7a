/** Replaying history: told as stories, and held against a replay that looks at everyone in every sweep. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Observation, SystemPresence } from '../../../src/domain/agent.ts';
import { track } from '../../../src/domain/tracking/track.ts';
import { judge, profileOf } from '../../../src/domain/judging/judge.ts';
import type { AgentState } from '../../../src/domain/tracking/state.ts';
import {
  EMPTY_LEDGER,
  plan,
  withLogoff,
  withOnline,
  type Candidate,
  type Ledger,
} from '../../../src/domain/planning/plan.ts';
import type { Policy } from '../../../src/domain/policy/policy.ts';
import { MINUTE, SECOND, type Instant } from '../../../src/domain/time/time.ts';
import { billingMonthAt, PLAIN_BILLING } from '../../../src/domain/licence/billing.ts';
import type { HeadSeries } from '../../../src/domain/licence/head-counts.ts';
import { peakShareOf, peakStanding } from '../../../src/domain/licence/near-peak.ts';
import { RunningPeak } from '../../../src/domain/licence/running-peak.ts';
import { waitsForPeak } from '../../../src/domain/planning/candidates.ts';
import { HistoryBuilder, type History } from '../../../src/commands/backtest/history.ts';
import { replay, type Replayed } from '../../../src/commands/backtest/replay.ts';
import { compare, traitsOf } from '../../../src/commands/backtest/summary.ts';
import { backtestLines } from '../../../src/commands/backtest/text.ts';
import { FROM, historyOf, NEAR, ownLabel, RICH, SPAN, step, storyOf, TO, type Story } from './stories.ts';
import { runTest } from '../../../src/commands/policy-test/run.ts';
import type { Word } from '../../../src/simulation/timeline.ts';
import {
  agent,
  CAPS,
  clockTime,
  exemption,
  matcher,
  policy,
  profile,
  RETURNS,
  rule,
} from '../../domain/build.ts';

function replayed(stories: Readonly<Record<string, Story>>, wanted: Policy = policy()): Replayed {
  return replay(historyOf(stories), { policy: wanted, interval: MINUTE, span: SPAN });
}

function told({ logoffs }: Replayed): string[] {
  return logoffs.map(({ agent: { id }, rule: by, at, recovered }) => {
    return `${id} ${new Date(at).toISOString().slice(11, 16)} ${by} ${Math.round(recovered / MINUTE)}m`;
  });
}

const UNSCHEDULED = { schedules: 'none', byShifts: [] } as const;

describe('an agent who walked away', () => {
  test('is logged off at the limit, and time is won once the browser’s return has been answered', () => {
    // Limit 60 min from first sight at 08:00; held from 09:03 on, up to the next click at 12:00.
    const result = replayed({ ann: ['08:00 AVAILABLE', '12:00 BREAK', '12:20 OFFLINE'] });
    expect(told(result)).toEqual(['ann 09:00 gone 177m']);
    expect(result.logoffs[0]).toMatchObject({ signAt: clockTime('12:00'), worked: false });
  });

  test('wins nothing after going Offline without a log-off', () => {
    expect(told(replayed({ ann: ['08:00 AVAILABLE', '09:30 OFFLINE'] }))).toEqual(['ann 09:00 gone 27m']);
  });

  test('wins up to the end of history without a further sign, and no more than eight hours after the log-off', () => {
    expect(told(replayed({ ann: ['12:00 AVAILABLE'] }))).toEqual(['ann 13:00 gone 417m']);
    expect(told(replayed({ ann: ['08:00 AVAILABLE'] }))).toEqual(['ann 09:00 gone 477m']);
    // Seen Offline in between: what follows is cut at the same moment.
    const again = ['08:00 AVAILABLE', '10:00 OFFLINE', '10:01 AVAILABLE', '18:00 OFFLINE'];
    expect(told(replayed({ ann: again }))).toEqual(['ann 09:00 gone 476m']);
  });

  test('wins nothing at all where no ladder would answer the browser', () => {
    const bare = policy({ profiles: [profile({ returns: { ...RETURNS, ladder: [] } })] });
    expect(told(replayed({ ann: ['08:00 AVAILABLE'] }, bare))).toEqual(['ann 09:00 gone 0m']);
  });

  test('wins from the log-off on when it leaves the session alone', () => {
    const quiet = policy({ profiles: [profile({ rules: [rule({ actions: ['offline'] })] })] });
    expect(told(replayed({ ann: ['08:00 AVAILABLE', '10:00 BREAK', '10:10 OFFLINE'] }, quiet))).toEqual([
      'ann 09:00 gone 60m',
    ]);
  });

  test('is logged off again after a sign and another absence', () => {
    const result = replayed({ ann: ['08:00 AVAILABLE', '11:00 BREAK'] });
    expect(told(result).map((line) => line.slice(0, 14))).toEqual(['ann 09:00 gone', 'ann 12:00 gone']);
  });

  test('is not logged off a second time for a return of the browser alone', () => {
    const result = replayed({ ann: ['08:00 AVAILABLE', '10:00 OFFLINE', '10:01 AVAILABLE'] });
    expect(told(result)).toEqual(['ann 09:00 gone 476m']);
  });
});

describe('an agent who waits on queue', () => {
  const wide = (waitingOnQueue: boolean): Policy =>
    policy({ profiles: [profile({ rules: [rule({ id: 'wide', waitingOnQueue })] })] });

  test('is logged off by no rule that leaves such agents alone', () => {
    expect(told(replayed({ ann: ['08:00 ON_QUEUE/IDLE'] }, wide(false)))).toEqual([]);
    expect(told(replayed({ ann: ['08:00 ON_QUEUE/IDLE'] }, wide(true)))).toEqual(['ann 09:00 wide 477m']);
  });

  test('and one whose history contradicts itself is not judged by it', () => {
    expect(told(replayed({ ann: ['08:00 ON_QUEUE/OFF_QUEUE'] }, wide(true)))).toEqual([]);
    const lunch = replayed({ ann: ['08:00 BREAK', '08:30 BREAK/IDLE', '12:00 BREAK'] }, wide(true));
    expect(told(lunch).map((line) => line.slice(0, 9))).toEqual(['ann 13:00']);
  });

  test.each(['LEVITATING', 'BREAK/IDLE', 'ON_QUEUE/OFF_QUEUE'])(
    'and the time in %s counts on no clock',
    (state) => {
      const workless = policy({
        profiles: [profile({ rules: [rule({ clock: 'since_work', limit: '5h' })] })],
      });
      const odd = replayed({ ann: ['08:00 AVAILABLE', `08:30 ${state}`, '12:00 AVAILABLE'] }, workless);
      expect(told(odd).map((line) => line.slice(0, 9))).toEqual(['ann 16:31']);
    },
  );

  test('and neither is one whose state is not known', () => {
    const odd = replayed({ ann: ['08:00 AVAILABLE', '08:30 LEVITATING', '12:00 AVAILABLE'] }, wide(true));
    expect(told(odd).map((line) => line.slice(0, 9))).toEqual(['ann 13:00']);
  });
});

describe('an agent on queue who stopped responding', () => {
  const systems = new Map<string, SystemPresence>([
    ['reading', 'AVAILABLE'],
    [ownLabel('AVAILABLE'), 'AVAILABLE'],
    [ownLabel('ON_QUEUE'), 'ON_QUEUE'],
    ['coaching', 'BUSY'],
  ]);
  const labels = { systems, builtIn: new Map([['AVAILABLE' as const, ownLabel('AVAILABLE')]]) };
  const rules = [rule({ id: 'silent', when: { routing: ['NOT_RESPONDING'] } })];
  const exempting = (when: NonNullable<Parameters<typeof exemption>[0]['when']>): Policy =>
    policy({ exempt: [exemption({ when })], labels, profiles: [profile({ rules })] });
  const story = { ann: ['08:00 ON_QUEUE/NOT_RESPONDING'] };
  const loggedOff = ['ann 09:00 silent 477m'];

  test('is logged off by a policy that names labels too', () => {
    const wanted = exempting({ secondaryPresence: ['coaching'] });
    expect(told(replayed(story, wanted))).toEqual(loggedOff);
  });

  test('and by one whose list of labels does not say which are the platform’s own', () => {
    const wanted = {
      ...exempting({ secondaryPresence: ['coaching'] }),
      labels: { systems, builtIn: new Map() },
    };
    expect(told(replayed(story, wanted))).toEqual(loggedOff);
  });

  test('shows the platform’s own Available once off the queue, which an exemption may protect', () => {
    expect(told(replayed(story, exempting({ secondaryPresence: [ownLabel('AVAILABLE')] })))).toEqual([]);
    expect(told(replayed(story, exempting({ secondaryPresence: ['reading'] })))).toEqual(loggedOff);
  });

  test('is told in a row of its own where that protects, and never where all log-offs come about', () => {
    const table = (wanted: Policy): readonly string[] => {
      const result = replayed(story, wanted);
      const named = { name: 'p', hash: 'h', interval: MINUTE, observes: false, ...traitsOf(wanted) };
      const compared = compare(historyOf(story), SPAN, PLAIN_BILLING, [{ ...named, replayed: result }]);
      return backtestLines(compared, ({ agentName }) => agentName);
    };
    const rowOf = (lines: readonly string[]): string | undefined =>
      lines.find((line) => line.startsWith('called off'));
    const limited = { ...CAPS, perSweep: 1, perHour: 3 };
    const held = { ...exempting({ secondaryPresence: [ownLabel('AVAILABLE')] }), caps: limited };
    // Three in each hour from 09:00 on: what is called off has taken its place under the caps.
    expect(rowOf(table(held))).toMatch(/^called off before an action +33$/);
    expect(rowOf(table(exempting({ secondaryPresence: ['reading'] })))).toBeUndefined();
  });

  test('keeps any other presence when taken off the queue', () => {
    const away = { ann: ['08:00 AWAY/NOT_RESPONDING'] };
    expect(told(replayed(away, exempting({ presence: ['AVAILABLE'] })))).toEqual(loggedOff);
  });
});

describe('regret', () => {
  const regretOf = (story: Story): Partial<ReturnType<typeof compare>['columns'][number]['totals']> => {
    const history = historyOf({ ann: story });
    const result = replay(history, { policy: policy(), interval: MINUTE, span: SPAN });
    const named = {
      name: 'p',
      hash: 'h',
      interval: MINUTE,
      observes: false,
      warns: false,
      ...UNSCHEDULED,
      waitsForPeak: false,
      replayed: result,
    };
    const { logoffs, regret, worked, perhapsBrowser } = compare(history, SPAN, PLAIN_BILLING, [named])
      .columns[0]!.totals;
    return { logoffs, regret, worked, perhapsBrowser };
  };

  test.each<[string, Story, object]>([
    [
      'an agent back on queue after five minutes',
      ['08:00 AVAILABLE', '09:05 ON_QUEUE/IDLE', '09:40 OFFLINE'],
      { logoffs: 1, regret: 1, worked: 1 },
    ],
    [
      'a call after nine minutes',
      ['08:00 AVAILABLE', '09:09 AVAILABLE/INTERACTING', '19:00 OFFLINE'],
      { regret: 1, worked: 1 },
    ],
    [
      'another presence after three minutes, and no work',
      ['08:00 AVAILABLE', '09:03 MEETING', '09:20 OFFLINE'],
      { regret: 1, worked: 0 },
    ],
    [
      'a presence first and work within the ten minutes',
      ['08:00 AVAILABLE', '09:03 BUSY', '09:08 ON_QUEUE/IDLE', '19:00 OFFLINE'],
      { regret: 1, worked: 1 },
    ],
    [
      'a presence first and work later',
      ['08:00 AVAILABLE', '09:03 BUSY', '09:30 ON_QUEUE/IDLE', '19:00 OFFLINE'],
      { regret: 1, worked: 0 },
    ],
    [
      'an agent back after eleven minutes',
      ['08:00 AVAILABLE', '09:11 ON_QUEUE/IDLE', '09:40 OFFLINE'],
      { logoffs: 1, regret: 0, worked: 0 },
    ],
    ['a screen that locks by itself', ['08:00 AVAILABLE', '09:05 IDLE', '10:00 OFFLINE'], { regret: 0 }],
    ['a native time-out', ['08:00 AVAILABLE', '09:05 OFFLINE'], { regret: 0 }],
  ])('%s', (_, story, expected) => {
    expect(regretOf(story)).toMatchObject(expected);
  });

  test('a return between two sweeps may have been a browser, and is told apart', () => {
    const history = new HistoryBuilder();
    const at = (time: string, seconds = 0): Instant => clockTime(time) + seconds * SECOND;
    history.add({
      userId: 'ann',
      presence: [
        { from: at('08:00'), to: at('09:05', 10), state: 'AVAILABLE' },
        { from: at('09:05', 10), to: at('09:05', 18), state: 'OFFLINE' },
        { from: at('09:05', 18), to: undefined, state: 'AVAILABLE' },
      ],
      routing: [{ from: at('08:00'), to: undefined, state: 'OFF_QUEUE' }],
    });
    const built = history.build(SPAN, [agent({ id: 'ann' })]);
    expect(replay(built, { policy: policy(), interval: MINUTE, span: SPAN }).logoffs[0]).toMatchObject({
      perhapsBrowser: true,
      worked: false,
    });
  });
});

describe('what protects live protects here', () => {
  test.each<[string, Story]>([
    ['an interaction', ['08:00 AVAILABLE/INTERACTING']],
    ['an exemption', ['08:00 MEETING']],
    ['a routing status that is not known', ['08:00 AVAILABLE/SLEEPING']],
    ['a presence that is not known', ['08:00 DREAMING']],
    [
      'going on queue and off again',
      ['08:00 AVAILABLE', '08:50 ON_QUEUE/IDLE', '08:55 BREAK', '09:50 OFFLINE'],
    ],
    ['Offline', ['08:00 OFFLINE']],
  ])('%s', (_, story) => {
    const careful = policy({ exempt: [exemption({ when: { presence: ['MEETING'] } })] });
    expect(told(replayed({ ann: story }, careful))).toEqual([]);
  });

  test('a gap in history does not count', () => {
    expect(told(replayed({ ann: ['08:00 AVAILABLE', '08:30 -', '09:30 AVAILABLE'] }))[0]).toMatch(
      /^ann 10:30/,
    );
  });

  test('an exemption that ends protects up to its end', () => {
    const until = clockTime('15:00');
    const exempt = policy({ exempt: [exemption({ match: matcher({ users: ['ann'] }), until })] });
    expect(
      told(replayed({ ann: ['08:00 AVAILABLE'], bob: ['08:00 AVAILABLE'] }, exempt)).map((line) =>
        line.slice(0, 9),
      ),
    ).toEqual(['bob 09:00', 'ann 15:00']);
  });
});

describe('the plan', () => {
  const crowd = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`agent-${i}`, ['08:00 AVAILABLE']]));

  test('cuts at the caps, and says what held people back', () => {
    const capped = policy({ caps: { ...CAPS, perSweep: 10, breaker: { ...CAPS.breaker, atLeast: 100 } } });
    const { logoffs, deferred } = replayed(crowd, capped);
    expect(logoffs.map(({ at }) => (at - clockTime('09:00')) / MINUTE)).toEqual(
      [0, 1, 2].flatMap((minute) => Array.from({ length: 10 }, () => minute)),
    );
    expect(deferred).toEqual([{ hold: 'per_sweep', sweeps: 2, most: 20 }]);
  });

  test('holds a crowd that becomes due at once, by the breaker', () => {
    const { logoffs, breaker } = replayed(crowd);
    expect(breaker).toBe(1);
    expect(new Set(logoffs.map(({ at }) => at))).toEqual(new Set([clockTime('09:30')]));
  });

  test('watches only, in the first sweeps', () => {
    const hasty = policy({
      profiles: [profile({ rules: [rule({ limit: '1m' })] })],
      caps: { ...CAPS, settle: 5 },
    });
    expect(replayed({ ann: ['08:00 AVAILABLE'] }, hasty).logoffs[0]?.at).toBe(clockTime('08:05'));
  });

  test('counts rules in observe mode once in an idle episode, and logs no agent off', () => {
    const pilot = policy({ profiles: [profile({ rules: [rule({ mode: 'observe' })] })] });
    const { logoffs, observed } = replayed(
      { ann: ['08:00 AVAILABLE', '12:00 BREAK', '14:00 OFFLINE'] },
      pilot,
    );
    expect(logoffs).toEqual([]);
    expect(observed.map(({ at }) => at)).toEqual([clockTime('09:00'), clockTime('13:00')]);
  });

  test('waits for a warning to have been out long enough', () => {
    const warned = policy({ profiles: [profile({ rules: [rule({ warn: '5m' })] })] });
    expect(told(replayed({ ann: ['08:00 AVAILABLE'] }, warned))[0]).toMatch(/^ann 09:00/);
  });
});

describe('near the licence peak', () => {
  /** Four who were away since the morning, and as many as it takes to be near a peak of ten, from 12:00 to 14:00. */
  const crowd: Readonly<Record<string, Story>> = Object.fromEntries<Story>([
    ...['ann', 'bob', 'cyd', 'dan'].map((id): [string, Story] => [id, ['08:00 AVAILABLE']]),
    ...Array.from({ length: 6 }, (_, i): [string, Story] => [
      `at-work-${i}`,
      ['08:00 OFFLINE', '12:00 ON_QUEUE/INTERACTING', '14:00 OFFLINE'],
    ]),
  ]);
  const at = (nearPeak?: number, more: Partial<Policy> = {}): Policy =>
    policy({
      profiles: [profile({ rules: [{ ...rule(), nearPeak }] })],
      billing: { startsOn: 1, zone: 'UTC', expectedPeak: 10 },
      ...more,
    });
  const times = (result: Replayed): string[] => told(result).map((line) => line.slice(0, 9));

  test('agents are logged off once the peak is near, and the rest is counted as spared', () => {
    const result = replayed(crowd, at(0.9));
    // The sweep of 12:00 sees ten online; the one after it goes by that.
    expect(times(result)).toEqual(['ann 12:01', 'bob 12:01', 'cyd 12:01', 'dan 12:01']);
    expect([result.belowPeak, result.observed]).toEqual([4, []]);
  });

  test('no agent is, far from it', () => {
    const result = replayed(crowd, at(0.9, { billing: { startsOn: 1, zone: 'UTC', expectedPeak: 20 } }));
    expect([result.logoffs, result.belowPeak]).toEqual([[], 4]);
  });

  test('without an expected peak no agent is in the first three days of watching', () => {
    expect(replayed(crowd, at(0.1, { billing: PLAIN_BILLING })).logoffs).toEqual([]);
  });

  test('the breaker counts agents when their limit is reached, and lets them pass at the peak', () => {
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`agent-${i}`, ['08:00 AVAILABLE']]),
    );
    const late = { late: ['08:00 OFFLINE', '11:00 AVAILABLE'] };
    const billing = { startsOn: 1, zone: 'UTC', expectedPeak: 31 };
    const { logoffs, breaker } = replayed({ ...many, ...late }, at(1, { billing }));
    expect(breaker).toBe(1);
    expect(new Set(logoffs.map(({ at: when }) => when))).toEqual(new Set([clockTime('11:01')]));
  });

  test('the comparison says what each licence took', () => {
    const history = historyOf(crowd);
    const columns = [at(0.9), at()].map((wanted) => ({
      ...{ name: 'p', hash: 'h', interval: MINUTE, observes: false, ...traitsOf(wanted) },
      replayed: replay(history, { policy: wanted, interval: MINUTE, span: SPAN }),
    }));
    const lines = backtestLines(compare(history, SPAN, PLAIN_BILLING, columns), ({ agentName }) => agentName);
    expect(lines.find((line) => line.startsWith('not made'))).toMatch(/ 4 +0$/);
    expect(lines.find((line) => line.startsWith('licences saved'))).toMatch(/ 4 +4$/);
    expect(lines.find((line) => line.startsWith('  log-offs for each'))).toMatch(/ 1\.0 +1\.0$/);
  });
});

test('head-counts show who is online, and who would be', () => {
  const { asItWas, withPolicy } = replayed({
    ann: ['08:00 AVAILABLE'],
    bob: ['08:00 ON_QUEUE/INTERACTING', '12:00 OFFLINE'],
    cyd: ['08:00 OFFLINE', '10:00 AVAILABLE'],
  });
  const at = (counts: typeof asItWas, time: string): number =>
    counts.online((clockTime(time) - counts.at(0)) / MINUTE);
  const table = ['08:00', '09:02', '09:03', '10:00', '11:03', '12:00'].map((time) => [
    time,
    at(asItWas, time),
    at(withPolicy, time),
  ]);
  expect(table).toEqual([
    ['08:00', 2, 2],
    ['09:02', 2, 2],
    ['09:03', 2, 1],
    ['10:00', 3, 2],
    ['11:03', 3, 1],
    ['12:00', 2, 0],
  ]);
});

/** A replay that skips nothing: everyone, in every sweep. How near the licence peak was is read from the head-counts of the other. */
function plainReplay(history: History, wanted: Policy, span: typeof SPAN, counts?: HeadSeries): string[] {
  const { billing = PLAIN_BILLING } = wanted;
  const running = new RunningPeak(billingMonthAt(span.from, billing), MINUTE);
  const seen: Seen = { memories: new Map(), off: new Map() };
  const lines: string[] = [];
  let ledger: Ledger = EMPTY_LEDGER;
  const everyone = new Set(history.agents.map((each) => each.agent.id));
  for (let now = span.from, sweep = 0; now < span.to; now += MINUTE, sweep += 1) {
    const share = peakShareOf(peakStanding(running, billing, now));
    const looked = history.agents.map((each) => dueNow(history, each, wanted, seen, now, share));
    const due = looked.flatMap((look) => look.due);
    const waiting = looked.flatMap((look) => look.waiting);
    const planned = plan(
      due,
      everyone,
      sweep < wanted.caps.settle ? 'settling' : undefined,
      wanted.caps,
      withOnline(ledger, 0, now),
      now,
      waiting,
    );
    const online = counts?.online(sweep);
    if (online !== undefined) running.add({ at: now, online });
    ledger = planned.ledger;
    for (const { agentId, due: reason } of planned.act) {
      ledger = withLogoff(ledger, now);
      seen.off.set(agentId, now);
      lines.push(`${agentId} ${new Date(now).toISOString()} ${reason.ruleId} ${reason.measured}`);
    }
  }
  return lines;
}

interface Seen {
  readonly memories: Map<string, AgentState>;
  readonly off: Map<string, Instant>;
}

function dueNow(
  history: History,
  each: History['agents'][number],
  wanted: Policy,
  { memories, off }: Seen,
  now: Instant,
  peakShare: number | undefined,
): { readonly due: readonly Candidate[]; readonly waiting: readonly string[] } {
  const { id } = each.agent;
  const shown = observationAt(history, each, now);
  const context = {
    agent: each.agent,
    exempt: wanted.exempt,
    profile: profileOf(each.agent, wanted),
    usualInterval: MINUTE,
    clockJumped: false,
    nativeTimeouts: [],
    peakShare,
  };
  const memory = track(memories.get(id), shown, context)?.state;
  if (memory !== undefined) memories.set(id, memory);
  const verdict = judge(each.agent, memory, shown, wanted, now, context);
  const { due } = verdict;
  const offAt = off.get(id);
  if (offAt !== undefined && (memory?.episode.sign?.at ?? 0) > offAt) off.delete(id);
  if (off.has(id)) return { due: [], waiting: [] };
  return {
    due: due?.mode === 'enforce' ? [{ agentId: id, due }] : [],
    waiting: waitsForPeak(verdict, wanted) ? [id] : [],
  };
}

function observationAt(
  { states }: History,
  { agent: { id }, presence, routing }: History['agents'][number],
  now: Instant,
): Observation {
  const p = [...presence.at].findLastIndex((at) => at <= now);
  const r = [...routing.at].findLastIndex((at) => at <= now);
  const shown = states[presence.state[p] ?? 0];
  const status =
    states[routing.state[r] ?? 0]?.routing ?? (shown?.presence === 'OFFLINE' ? 'OFF_QUEUE' : undefined);
  return {
    agentId: id,
    at: now,
    presence: shown && { system: shown.presence, definitionId: shown.definitionId, since: presence.at[p] },
    routing: status && { status, since: states[routing.state[r] ?? 0] && routing.at[r] },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: undefined,
    missing: [],
  };
}

test('skipping sweeps in which nothing can change changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(step, { maxLength: 25, size: 'max' }), { minLength: 1, maxLength: 4 }),
      (stories) => {
        const history = historyOf(
          Object.fromEntries(stories.map((steps, i) => [`agent-${i}`, storyOf(steps)])),
        );
        for (const wanted of [RICH, NEAR]) {
          const { logoffs, withPolicy } = replay(history, { policy: wanted, interval: MINUTE, span: SPAN });
          const lines = logoffs.map(
            ({ agent: { id }, at, rule: by, measured }) =>
              `${id} ${new Date(at).toISOString()} ${by} ${measured}`,
          );
          expect(lines).toEqual(plainReplay(history, wanted, SPAN, withPolicy));
        }
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

test('a timeline has the same first log-off in a policy test and in a backtest', async () => {
  const words = fc.record({
    after: fc.integer({ min: 2 * 60, max: 90 * 60 }),
    presence: fc.constantFrom('AVAILABLE', 'BREAK', 'MEAL', 'ON_QUEUE', 'BUSY'),
  });
  const one = policy({ profiles: RICH.profiles, caps: { ...CAPS, settle: 0 } });
  await fc.assert(
    fc.asyncProperty(fc.array(words, { maxLength: 12, size: 'max' }), async (steps) => {
      let at = FROM;
      const first: { at: Instant; word: Word } = {
        at,
        word: { does: 'set_presence', presence: 'AVAILABLE', label: undefined },
      };
      const happenings = [
        first,
        ...steps.map(({ after, presence }) => {
          at += after * SECOND;
          const word: Word = { does: 'set_presence', presence, label: undefined };
          return { at, word };
        }),
      ].filter((each) => each.at < TO);
      const scene = {
        agent: agent({ id: 'ann' }),
        interval: MINUTE,
        happenings,
        lacking: [],
        unwatched: [],
        browser: undefined,
        from: FROM,
        to: TO - MINUTE,
      };
      const story = happenings.map(({ at: time, word }) => {
        const presence = word.does === 'set_presence' ? word.presence : '';
        return `${new Date(time).toISOString().slice(11, 19)} ${presence}${presence === 'ON_QUEUE' ? '/IDLE' : ''}`;
      });
      const played = (await runTest(scene, one)).logoffs[0];
      const result = replayed({ ann: story }, one).logoffs[0];
      expect([result?.at, result?.rule, result?.measured]).toEqual([
        played?.at,
        played?.rule,
        played?.measured,
      ]);
    }),
    { numRuns: 25 },
  );
});
