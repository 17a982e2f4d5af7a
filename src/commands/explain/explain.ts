/**
 * Why one agent is, or is not, to be logged off: the same judging as in a sweep, on the agent's memory or on one
 * fresh look, with every number that went into it. Pure; `sentences.ts` puts it into words.
 */
import type { Agent, Observation, Shown } from '../../domain/agent.ts';
import { clockStart, countable, measure } from '../../domain/tracking/clocks.ts';
import type { Verdict } from '../../domain/judging/judge.ts';
import { weigh, type Weighed } from '../../domain/judging/weigh.ts';
import { judgeByNames } from '../../domain/judging/judge-names.ts';
import {
  departureOf,
  ladderInForce,
  placeIn,
  silentReturnOf,
  type AgentState,
  type Departure,
  type LadderPlace,
  type Sign,
  type SilentReturn,
  type Stay,
} from '../../domain/tracking/state.ts';
import { peakShareOf, type PeakStanding } from '../../domain/licence/near-peak.ts';
import { concernOf } from '../../domain/tracking/reading.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../domain/tracking/platform-behaviour.ts';
import { profilesFor } from '../../domain/policy/when.ts';
import { CLOCKS, isOfCondition } from '../../domain/policy/clocks.ts';
import type { ClockName, Mode, Policy, Profile } from '../../domain/policy/policy.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import type { Pause, ControllerState, StoredAgent, StoredEvent } from '../../domain/record.ts';
import { SECOND, type Duration, type Instant, type Interval } from '../../domain/time/time.ts';
import { evidenceOf, type EvidenceShown } from './evidence.ts';
import { holdsOf } from './holds.ts';
import { ladderShown, type LadderShown } from './ladder.ts';
import { scheduleShown, type ScheduleShown } from './schedule.ts';
import { rolloutShown, type RolloutShown } from './rollout.ts';
import { nextDue, type NextDue } from './next-due.ts';
import { withStoredFacts } from './stored.ts';
import { whenWords } from './words.ts';
import type { SourcesKnown } from '../shared/evidence-words.ts';

/** What explaining starts from. */
export interface ExplainInput {
  readonly agent: StoredAgent;
  readonly memory: AgentState | undefined;
  readonly policy: Policy;
  /** One look at the agent made just now, folded into `memory`; without it, memory alone is judged. */
  readonly live?: { readonly agent: Agent; readonly observation: Observation };
  readonly standing: ControllerState | undefined;
  readonly pause: Pause | undefined;
  /** How the environment holds the mode down, where it does. */
  readonly held?: { readonly by: string; readonly policySays: Mode } | undefined;
  /** Of this agent, in rising order. */
  readonly events: readonly StoredEvent[];
  /** Events of kind `gap`: no agent was watched. */
  readonly gaps?: readonly StoredEvent[];
  /** The organisation's own presences by id. */
  readonly labels?: ReadonlyMap<string, string>;
  /** What the service has learnt of the platform, by name. */
  readonly learnt: readonly string[];
  /** Sources of evidence; none is asked unless given. */
  readonly sources?: SourcesKnown;
  /** The usual time between two sweeps. */
  readonly interval: Duration;
  /** How near the licence peak the head-count was in the last sweep, where rules ask for it. */
  readonly peak?: PeakStanding | undefined;
  /** Which policy is in force for whom; one for all unless given. */
  readonly rollout?: Rollout;
  readonly now: Instant;
}

/** What one clock shows, and what it left out. */
export interface ClockShown {
  readonly clock: ClockName;
  /** Of a clock that each condition has: whose. */
  readonly rule: string | undefined;
  /** `undefined` while it stands at zero. */
  readonly startedAt: Instant | undefined;
  readonly counted: Duration;
  readonly notCounted: Duration;
}

/** A span that no clock counts, and why. */
export interface Uncounted extends Interval {
  readonly why: 'Offline' | 'not watched' | 'not watched, or Offline';
}

/** How one rule stands. */
export interface RuleShown extends Omit<Weighed, 'rule'> {
  readonly id: string;
  readonly description: string | undefined;
  /** Its condition in words. */
  readonly when: string;
  readonly clock: ClockName;
  readonly limit: Duration;
  readonly mode: Mode;
  /** Name of the calendar that bounds it, with the side. */
  readonly hours: string | undefined;
  /** The share of the licence peak from which on it acts; without it, whatever the head-count. */
  readonly peakFrom: number | undefined;
}

/** All that is known of one agent's case. Instants are of the server's clock. */
export interface Explanation {
  readonly agent: StoredAgent;
  readonly basis: 'store' | 'live';
  /** The look that everything below is true of; `undefined` when nothing is remembered. */
  readonly asOf: Instant | undefined;
  readonly now: Instant;
  readonly policy: string;
  readonly mode: Mode;
  /** `undefined` where one policy is in force for all. */
  readonly rollout: RolloutShown | undefined;
  readonly profile: string | undefined;
  readonly state: Shown | undefined;
  readonly presenceSince: Instant | undefined;
  readonly routingSince: Instant | undefined;
  readonly firstSeenAt: Instant | undefined;
  readonly lastSign: Sign | undefined;
  /** The newest answer to a warning in the last day, whether or not it still protects. */
  readonly stay: Stay | undefined;
  readonly engagedSince: Instant | undefined;
  /** Since when readings cannot be used, and what of the last one was unknown. */
  readonly unread: AgentState['unread'];
  readonly departure: Departure | undefined;
  readonly back: SilentReturn | undefined;
  readonly graceUntil: Instant | undefined;
  readonly verdict: Verdict | undefined;
  /** When the agent would be logged off, or is due since, if nothing happens; and by which rule. */
  readonly next: NextDue | undefined;
  readonly clocks: readonly ClockShown[];
  readonly uncounted: readonly Uncounted[];
  readonly rules: readonly RuleShown[];
  readonly ladder: LadderShown | undefined;
  readonly schedule: ScheduleShown | undefined;
  /** What would hold a log-off back although it is due. */
  readonly holds: readonly string[];
  /** What cannot be told. */
  readonly caveats: readonly string[];
  /** The last ten, in rising order. */
  readonly events: readonly StoredEvent[];
  /** Earlier ones, as far as they were asked for. */
  readonly before: readonly StoredEvent[];
  readonly learnt: readonly string[];
  readonly evidence: EvidenceShown;
  /** Where rules of the agent's profile ask for it. */
  readonly peak: PeakStanding | undefined;
}

/** Explains one agent. */
export function explainAgent(input: ExplainInput): Explanation {
  const { memory, policy, events } = input;
  const { agent, observation, judged, caveats } = judgeable(input);
  const at = observation?.at ?? input.now;
  const verdict =
    observation === undefined
      ? undefined
      : judgeByNames(
          agent,
          memory,
          observation,
          judged,
          at,
          concernOf(agent, judged, peakShareOf(input.peak)),
        );
  const profile = profilesFor(agent.id, judged).find(({ name }) => name === verdict?.profile);
  return {
    agent: input.agent,
    basis: input.live === undefined ? 'store' : 'live',
    asOf: observation?.at,
    now: input.now,
    policy: policy.hash,
    mode: policy.mode,
    rollout: rolloutShown(input),
    profile: verdict?.profile,
    ...lookOf(memory),
    verdict,
    ...(memory === undefined ? NOTHING_WEIGHED : weighAll(memory, profile, verdict, input, at)),
    schedule: memory && scheduleShown(memory, profile, judged, at),
    holds: holdsOf(input, verdict),
    caveats: [...heldCaveat(input), ...caveats],
    events: events.slice(-SHOWN),
    before: events.slice(0, -SHOWN),
    learnt: input.learnt,
    peak: profile?.rules.some(({ nearPeak }) => nearPeak !== undefined) === true ? input.peak : undefined,
    evidence: evidenceOf(memory, input.sources ?? NONE_ASKED, input.now),
  };
}

/** The mode of a policy that only observes needs no word; one that would enforce does. */
function heldCaveat({ held }: ExplainInput): readonly string[] {
  if (held === undefined || held.policySays === 'observe') return [];
  return [
    `The policy says enforce, but the environment holds the mode at observe (${held.by}): no agent is logged off.`,
  ];
}

const NONE_ASKED: SourcesKnown = { known: NO_BEHAVIOUR_KNOWN.evidence, asked: [] };

/** So many events are shown; earlier ones only help to tell what came of what. */
const SHOWN = 10;

interface Judgeable {
  readonly agent: Agent;
  readonly observation: Observation | undefined;
  readonly judged: Policy;
  readonly caveats: readonly string[];
}

function judgeable(input: ExplainInput): Judgeable {
  if (input.live !== undefined) return { ...input.live, judged: input.policy, caveats: [] };
  const { agent, observation, policy, caveats } = withStoredFacts(input);
  return { agent, observation, judged: policy, caveats };
}

type Weighing = Pick<Explanation, 'graceUntil' | 'next' | 'clocks' | 'uncounted' | 'rules' | 'ladder'>;

const NOTHING_WEIGHED: Weighing = {
  graceUntil: undefined,
  next: undefined,
  clocks: [],
  uncounted: [],
  rules: [],
  ladder: undefined,
};

function weighAll(
  memory: AgentState,
  profile: Profile | undefined,
  verdict: Verdict | undefined,
  { events, gaps = [], labels = new Map<string, string>(), peak }: ExplainInput,
  at: Instant,
): Weighing {
  const place = profile === undefined ? undefined : placeAt(memory, profile, at);
  const graceUntil = graceEnd(memory, profile);
  const rules = (profile?.rules ?? []).map((rule) => weigh(rule, memory, at, peakShareOf(peak)));
  return {
    graceUntil,
    next: nextDue(verdict, rules, place, graceUntil),
    clocks: clocksOf(memory, profile, at),
    uncounted: uncountedOf(memory, gaps, events),
    rules: rules.map((weighed) => ruleShown(weighed, labels)),
    ladder: place === undefined || profile === undefined ? undefined : ladderShown(place, profile),
  };
}

type Look = Pick<
  Explanation,
  | 'state'
  | 'presenceSince'
  | 'routingSince'
  | 'firstSeenAt'
  | 'lastSign'
  | 'stay'
  | 'engagedSince'
  | 'unread'
  | 'departure'
  | 'back'
>;

function lookOf(memory: AgentState | undefined): Look {
  return {
    state: memory?.last,
    presenceSince: memory?.last.presenceSince,
    routingSince: memory?.last.routingSince,
    firstSeenAt: memory?.firstSeenAt,
    lastSign: memory?.episode.sign,
    stay: memory?.stays.at(-1),
    engagedSince: memory?.session.kind === 'engaged' ? memory.session.since : undefined,
    unread: memory?.unread,
    departure: memory && departureOf(memory),
    back: memory && silentReturnOf(memory),
  };
}

function placeAt(state: AgentState, { returns }: Profile, at: Instant): LadderPlace | undefined {
  const ladder = ladderInForce(state, returns, at);
  return ladder && placeIn(ladder);
}

function graceEnd(memory: AgentState | undefined, profile: Profile | undefined): Instant | undefined {
  if (memory?.episode.graceFrom === undefined || profile === undefined) return undefined;
  return memory.episode.graceFrom + profile.returns.grace;
}

function ruleShown({ rule, ...weighed }: Weighed, labels: ReadonlyMap<string, string>): RuleShown {
  const { id, description, clock, limit, mode, hours, nearPeak: peakFrom } = rule;
  const side = hours === undefined ? undefined : `${hours.side} ${hours.calendar.name}`;
  const whenText = whenWords(rule.when, labels);
  return { id, description, when: whenText, clock, limit, mode, hours: side, peakFrom, ...weighed };
}

/** The clocks of the agent, and that of each condition that has one of its own; hours of a calendar are not taken off here. */
function clocksOf(memory: AgentState, profile: Profile | undefined, at: Instant): readonly ClockShown[] {
  const own = CLOCKS.filter((clock) => !isOfCondition(clock));
  const states = (profile?.rules ?? []).filter(({ clock }) => isOfCondition(clock));
  const asked = [
    ...own.map((clock) => ({ id: undefined, clock, whenKey: '', hours: undefined })),
    ...states.map(({ id, clock, whenKey }) => ({ id, clock, whenKey, hours: undefined })),
  ];
  return asked.map((rule) => {
    const startedAt = clockStart(memory, rule);
    const counted = measure(memory, rule, at);
    const notCounted =
      startedAt === undefined ? 0 : Math.max(0, countable(startedAt, at, [], undefined) - counted);
    return { clock: rule.clock, rule: rule.id, startedAt, counted, notCounted };
  });
}

/** Stamps of the platform and our own times of the same thing lie no further apart than this. */
const SAME: Duration = 2 * SECOND;

function uncountedOf(
  state: AgentState,
  gaps: readonly StoredEvent[],
  events: readonly StoredEvent[],
): readonly Uncounted[] {
  const isReturn = ({ from, to }: Interval): boolean =>
    silentReturnOf(state)?.at === to ||
    events.some(({ kind, at, delay }) => kind === 'return' && near(at, to) && near(at - (delay ?? 0), from));
  const why = (span: Interval): Uncounted['why'] => {
    if (isReturn(span)) return 'Offline';
    const inGap = gaps.some(({ at, measured = 0 }) => at - measured < span.to && at > span.from);
    return inGap ? 'not watched' : 'not watched, or Offline';
  };
  const spans = state.leftOut.map((span) => ({ ...span, why: why(span) }));
  const departure = departureOf(state);
  if (state.last.presence !== 'OFFLINE' || departure === undefined) return spans;
  return [...spans, { from: departure.at, to: state.seenAt, why: 'Offline' as const }];
}

function near(a: Instant, b: Instant): boolean {
  return Math.abs(a - b) <= SAME;
}
