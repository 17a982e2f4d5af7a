/**
 * The shapes of the bodies that the store keeps as JSON. They are wary: what comes from a file may have been damaged,
 * and a number that is off by a digit would log an agent off at work.
 */
import { z } from 'zod';
import { ROUTING_STATUSES, SYSTEM_PRESENCES, UNKNOWN_WHYS, type Unknown } from '../domain/agent.ts';
import { DELAYS, type PlatformBehaviour } from '../domain/tracking/platform-behaviour.ts';
import type {
  Before,
  Cause,
  Clocks,
  Departure,
  Episode,
  LadderPlace,
  LeftByUs,
  Memory,
  OwnLogoff,
  Return,
  Sign,
  SsoEnd,
  State,
  Unread,
} from '../domain/tracking/memory.ts';
import { ACTIONS } from '../domain/policy/policy.ts';
import type { Failure, HourlyPeak } from '../domain/planning/plan.ts';
import type { ControllerState } from '../domain/record.ts';
import { DAY, MINUTE, type Instant, type Interval } from '../domain/time/time.ts';

/** A shape has a key for each part of the type, and no other. */
type ShapeOf<T> = Readonly<Record<keyof T, z.ZodType>>;

/** What `Date` can hold, in ms on either side of 1970. */
export const LAST_INSTANT = 8.64e15;
/** Lists of a body never become longer by themselves. */
const LONGEST_LIST = 10_000;
/** A clock may begin a little before the first sighting: its instants come from two clocks. */
const ROUNDING = MINUTE;
/** Schedules are never slower, so no usual interval is longer. */
const LONGEST_INTERVAL = 400 * DAY;
/** No organisation has more agents. */
const MOST_AGENTS = 10_000_000;

export const instant = z.number().min(-LAST_INSTANT).max(LAST_INSTANT);
export const duration = z.number().min(0).max(LAST_INSTANT);
export const count = z.number().int().min(0);
const text = z.string();
const list = <Entry extends z.ZodType>(entry: Entry): z.ZodArray<Entry> => z.array(entry).max(LONGEST_LIST);
/** A list of pairs stands for a map: JSON has none. */
const pairs = <Value extends z.ZodType>(value: Value) => z.array(z.tuple([text, value])).max(MOST_AGENTS);

const interval = z
  .object({ from: instant, to: instant } satisfies ShapeOf<Interval>)
  .refine(({ from, to }) => from <= to, { error: 'ends before it begins' });

const state = z.object({
  presence: z.enum(SYSTEM_PRESENCES),
  presenceId: text.optional(),
  routing: z.enum(ROUTING_STATUSES),
} satisfies ShapeOf<State>);

const sign = z.object({
  kind: z.enum(['interaction', 'routing', 'presence', 'login'] satisfies Sign['kind'][]),
  at: instant,
} satisfies ShapeOf<Sign>);

const clocks = z.object({
  sinceSign: instant,
  sinceWork: instant,
  inState: z.record(text, instant),
  unwatched: list(interval).refine(isOrdered, { error: 'is not in order' }),
} satisfies ShapeOf<Clocks>);

/** What a clock leaves out is counted span after span: one that stands at the wrong place would not be left out. */
function isOrdered(spans: readonly Interval[]): boolean {
  return spans.every(({ from }, i) => from >= (spans[i - 1]?.to ?? -Infinity));
}

const departure = z.object({
  at: instant,
  by: z.enum(['enforcer', 'platform']),
  quiet: z.boolean(),
  tokenAt: instant.optional(),
  former: state,
} satisfies ShapeOf<Departure>);

const back = z.object({
  at: instant,
  from: instant.optional(),
  delay: duration.optional(),
  former: state,
  tokenAt: instant.optional(),
} satisfies ShapeOf<Return>);

const cause = z.object({
  ruleId: text,
  clock: z.enum(['since_sign', 'in_state', 'since_work'] satisfies Cause['clock'][]),
  measured: duration,
  state,
} satisfies ShapeOf<Cause>);

const ssoEnd = z.object({
  at: instant,
  heldFrom: instant,
  rung: count,
  pending: z.boolean().optional(),
} satisfies ShapeOf<SsoEnd>);

const ladder = z.object({
  cause,
  rung: count,
  active: z.boolean(),
  returnedAt: instant.optional(),
  lastLogoffAt: instant,
  ssoEnd: ssoEnd.optional(),
  quietStood: z.boolean().optional(),
} satisfies ShapeOf<LadderPlace>);

const own = z.object({
  from: instant,
  to: instant,
  actions: list(z.enum(ACTIONS)),
  former: state,
  tokenAt: instant.optional(),
  open: z.boolean(),
  known: z.boolean().optional(),
  done: list(z.enum(ACTIONS)).optional(),
} satisfies ShapeOf<OwnLogoff>);

/** The parts of a memory that belong to one idle episode. */
export const episode = {
  engagedSince: instant.optional(),
  enterpriseCall: z.boolean(),
  calledAt: instant.optional(),
  working: z.boolean(),
  lastSign: sign.optional(),
  clocks,
  back: back.optional(),
  graceFrom: instant.optional(),
  ladder: ladder.optional(),
  imagined: list(text),
  warned: z.record(text, instant),
} satisfies ShapeOf<Episode>;

const before = z.object({ at: instant, state, episode: z.object(episode) } satisfies ShapeOf<Before>);

const leftByUs = z.object({
  presenceSince: instant.optional(),
  routingSince: instant.optional(),
} satisfies ShapeOf<LeftByUs>);

const unread = z.object({
  since: instant,
  unknown: list(
    z.object({
      part: text,
      why: z.enum(UNKNOWN_WHYS),
      said: text.optional(),
    } satisfies ShapeOf<Unknown>),
  ),
} satisfies ShapeOf<Unread>);

/** What is remembered of one agent. No clock began before the agent was first seen. */
export const memory = z
  .object({
    ...episode,
    agentId: text,
    firstSeenAt: instant,
    seenAt: instant,
    state,
    presenceSince: instant.optional(),
    routingSince: instant.optional(),
    tokenAt: instant.optional(),
    tokenMoved: z.boolean(),
    leftByUs: leftByUs.optional(),
    unread: unread.optional(),
    recent: list(before),
    departure: departure.optional(),
    own: own.optional(),
  } satisfies ShapeOf<Memory>)
  .refine(startsWhenSeen, { error: 'has a clock that began before the agent was first seen' });

/** What of clocks `startsWhenSeen` looks at. */
interface Starts {
  readonly sinceSign: Instant;
  readonly sinceWork: Instant;
  readonly inState: Readonly<Record<string, Instant>>;
}

function startsWhenSeen(m: {
  readonly firstSeenAt: Instant;
  readonly seenAt: Instant;
  readonly clocks: Starts;
  readonly recent: readonly { readonly episode: { readonly clocks: Starts } }[];
}): boolean {
  const all = [m.clocks, ...m.recent.map((each) => each.episode.clocks)];
  const starts = all.flatMap(({ sinceSign, sinceWork, inState }) => [
    sinceSign,
    sinceWork,
    ...Object.values(inState),
  ]);
  return [m.seenAt, ...starts].every((at) => at >= m.firstSeenAt - ROUNDING);
}

const ledger = z.object({
  logoffs: z.array(instant).max(MOST_AGENTS),
  failures: pairs(
    z.object({ at: instant, count: count.min(1), forbidden: z.boolean() } satisfies ShapeOf<Failure>),
  ),
  dueBefore: z.array(text).max(MOST_AGENTS),
  broken: pairs(instant),
  peaks: list(z.object({ hour: instant, online: count.max(MOST_AGENTS) } satisfies ShapeOf<HourlyPeak>)),
});

/** The enforcer's own standing, with lists in place of maps and sets. */
export const standing = z.object({
  policyHash: text.optional(),
  settleLeft: count,
  lastCompleteAt: instant.optional(),
  population: count.max(MOST_AGENTS),
  forgottenAt: instant.optional(),
  intervals: list(duration.max(LONGEST_INTERVAL)),
  ledger,
  imaginedLedger: ledger,
} satisfies ShapeOf<ControllerState>);

const tally = z.object({ yes: count, no: count });

/** What has been learnt of the platform. */
export const learnt = z.object({
  delays: z.array(count).length(DELAYS.length + 1),
  tokenMoves: tally,
  revokeSetsOffline: tally,
  reasserts: tally,
} satisfies ShapeOf<PlatformBehaviour>);

/** A message that waits to be delivered. */
export const message = z.object({
  id: text,
  at: instant,
  kind: text,
  message: text,
  count: count.min(1),
  items: list(z.record(text, z.unknown())),
});
