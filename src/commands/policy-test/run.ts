/**
 * Runs a policy test: the timeline is shown to the production engine, sweep by sweep. The controller and its actuator are those of
 * the worker; the platform behind them is a simulated agent, and the store keeps everything in memory.
 */
import { nothing, QUIET } from '../../simulation/quiet.ts';
import type { Observation } from '../../domain/agent.ts';
import type { Evaluation } from '../../domain/judging/evaluate.ts';
import type { Verdict } from '../../domain/judging/judge.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import { HOLDS, type Hold } from '../../domain/planning/plan.ts';
import type { Action, Policy } from '../../domain/policy/policy.ts';
import type { RecordEvent, StoredEvent, SweepRecord } from '../../domain/record.ts';
import type { Duration, Instant, Interval } from '../../domain/time/time.ts';
import type { ObservationSink } from '../../controller/accounting.ts';
import { Alarms } from '../../controller/alarms.ts';
import type { SweepLimits } from '../../controller/limits.ts';
import type { EnforcerParts } from '../../controller/enforcer-parts.ts';
import type { HeadCountSource } from '../../controller/peak-watch.ts';
import { peakAt, type HeadCountAt } from './head-counts.ts';
import { Controller } from '../../controller/sweep.ts';
import type { SweepReport } from '../../ports/metrics.ts';
import { SimulatedPlatform, type Scene } from '../../simulation/simulated-platform.ts';
import { Answers } from './answers.ts';
import { MemoryStore } from '../../store/memory/memory-store.ts';

/** A timeline with instants. */
export interface TestScene extends Scene {
  readonly interval: Duration;
  /** In order; before the first the head-count is not known. */
  readonly headCounts?: readonly HeadCountAt[];
  /** No look falls inside; at both ends there is one. */
  readonly unwatched: readonly Interval[];
  /** The last look; the first is at `from`. */
  readonly to: Instant;
}

/** One look of a sweep, as it was judged before anything was done. */
export interface PlayedLook {
  readonly at: Instant;
  readonly observation: Observation;
  readonly memory: AgentState | undefined;
  readonly verdict: Verdict;
  /** Why a due log-off was not begun. */
  readonly hold: Hold | undefined;
}

/** A log-off of the run, the end of a session at the identity provider, or a log-off that was only observed. */
export interface Logoff {
  readonly kind: 'logoff' | 'sso' | 'observed';
  /** Of the sweep that brought it. */
  readonly at: Instant;
  readonly rule: string;
  /** Counted from 1; `undefined` for the plain actions of a rule. */
  readonly rung: number | undefined;
  readonly actions: readonly Action[];
  readonly measured: Duration;
  readonly limit: Duration;
}

/** What came of a scene. */
export interface TestRun {
  readonly looks: readonly PlayedLook[];
  readonly logoffs: readonly Logoff[];
  /** Log-offs that were begun and given up, because a look in the middle showed something that protects. */
  readonly givenUp: readonly GivenUp[];
  /** When the agent was to answer a warning, and none could be answered. */
  readonly unanswered: readonly Instant[];
}

/** A log-off that was begun and given up. */
export interface GivenUp {
  /** Of the sweep that brought it. */
  readonly at: Instant;
  readonly rule: string;
  readonly reason: string;
}

/** Nothing that a test remembers or records is ever too old. */
const FOR_EVER: Duration = Number.MAX_SAFE_INTEGER;

/** Plays a scene through a policy. */
export async function runTest(scene: TestScene, policy: Policy): Promise<TestRun> {
  const platform = new SimulatedPlatform(scene);
  const store = new RecordStore({ now: () => platform.serverNow() });
  const seen: JudgedLook[] = [];
  const onlooker: ObservationSink = {
    observed: (_, evaluation) => void seen.push(...lookOf(platform, evaluation)),
  };
  const answers = new Answers(scene, store);
  const headCounts: HeadCountSource = {
    standing: (asked, now) => Promise.resolve(peakAt(scene.headCounts ?? [], asked, now)),
    counted: nothing,
  };
  const ports = { ...portsOf(platform), warner: answers, store, headCounts };
  const parts: EnforcerParts = { ...QUIET, ...ports, onlooker };
  const inForce = { policy, longestInterval: scene.interval, retention: FOR_EVER };
  const controller = await Controller.load(parts, inForce);
  const looks: PlayedLook[] = [];
  const sweptAt = new Map<string, Instant>();
  for (const at of timesOf(scene)) {
    platform.windTo(at);
    await answers.until(at, seen.at(-1)?.memory);
    seen.length = 0;
    const { sweepId, deferred } = await controller.sweep(LIMITS);
    sweptAt.set(sweepId, at);
    const hold = holdIn(deferred);
    // Those around a log-off follow the sweep's own.
    looks.push(...seen.slice(0, 1).map((look) => ({ ...look, at, hold })));
  }
  const events = await store.events({});
  const { unanswered } = answers;
  return { looks, logoffs: logoffsIn(events, sweptAt), givenUp: givenUpIn(events, sweptAt), unanswered };
}

/**
 * A test is never taken up again by another run: what is remembered need not be written, which would be most of the work. The
 * record is kept as it is.
 */
class RecordStore extends MemoryStore {
  override saveSweep({ events }: SweepRecord): Promise<void> {
    return this.saveStep([], events);
  }

  override saveStep(_: readonly AgentState[], events: readonly RecordEvent[]): Promise<void> {
    return events.length === 0 ? Promise.resolve() : super.saveStep([], events);
  }
}

/** There is one agent: what holds any agent back holds this one. */
function holdIn(deferred: SweepReport['deferred']): Hold | undefined {
  for (const hold of HOLDS) if (deferred[hold] !== undefined) return hold;
  return undefined;
}

function timesOf({ from, to, interval, unwatched }: TestScene): readonly Instant[] {
  const times: Instant[] = [];
  for (let at = from; at <= to; at += interval) {
    if (!unwatched.some((span) => at > span.from && at < span.to)) times.push(at);
  }
  return times;
}

type JudgedLook = Omit<PlayedLook, 'at' | 'hold'>;

function lookOf({ last }: SimulatedPlatform, { state, verdict }: Evaluation): readonly JudgedLook[] {
  if (last === undefined) return [];
  return [{ observation: last.observation, memory: state, verdict }];
}

const LIMITS: SweepLimits = {
  mayBegin: () => Promise.resolve(true),
  signal: new AbortController().signal,
};

function portsOf(
  platform: SimulatedPlatform,
): Pick<EnforcerParts, 'clock' | 'directory' | 'sources' | 'effects' | 'alarms'> {
  const clock = { now: () => platform.serverNow(), sleep: () => Promise.resolve() };
  return {
    clock,
    directory: platform,
    sources: [platform],
    effects: platform,
    alarms: new Alarms(nothing, nothing),
  };
}

/** Intentions that came to something, and what was only observed, in order. */
function logoffsIn(events: readonly StoredEvent[], sweptAt: ReadonlyMap<string, Instant>): readonly Logoff[] {
  const dropped = new Set(events.filter(({ kind }) => kind === 'dropped').map(({ intentId }) => intentId));
  return events
    .filter(({ kind, intentId }) => kind === 'observed' || (kind === 'intent' && !dropped.has(intentId)))
    .map(({ kind, at, sweepId = '', rule = '', rung, actions = [], measured = 0, limit = 0 }) => {
      const isSso = actions.includes('end_sso_session');
      return {
        kind: kind === 'observed' ? 'observed' : isSso ? 'sso' : 'logoff',
        at: sweptAt.get(sweepId) ?? at,
        rule,
        rung: rung === undefined ? undefined : rung + 1,
        actions,
        measured,
        limit,
      };
    });
}

function givenUpIn(
  events: readonly StoredEvent[],
  sweptAt: ReadonlyMap<string, Instant>,
): readonly GivenUp[] {
  return events
    .filter(({ kind, intentId }) => kind === 'dropped' && intentId !== undefined)
    .map(({ at, sweepId = '', rule = '', reason = '' }) => ({
      at: sweptAt.get(sweepId) ?? at,
      rule,
      reason,
    }));
}
