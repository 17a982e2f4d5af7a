/**
 * The shapes of the bodies that the store keeps as JSON. They are wary: what comes from a file may have been damaged,
 * and a number that is off by a digit would log an agent off at work.
 */
import { z } from 'zod';
import {
  ROUTING_STATUSES,
  SYSTEM_PRESENCES,
  UNKNOWN_WHYS,
  type Shown,
  type Unknown,
} from '../domain/agent.ts';
import { EVIDENCE_SOURCES, UNASKED, type Refusal, type SourceFacts } from '../domain/evidence/calibration.ts';
import { ANSWERS } from '../domain/evidence/timeline.ts';
import { DELAYS, NO_BEHAVIOUR_KNOWN, type PlatformBehaviour } from '../domain/tracking/platform-behaviour.ts';
import type {
  AgentState,
  Cause,
  Checkpoint,
  Clocks,
  Departure,
  Episode,
  EvidenceNote,
  Ladder,
  ReturnFacts,
  Sign,
  SilentReturn,
  Snapshot,
  SsoEnd,
  Stay,
  Suspect,
  Unread,
} from '../domain/tracking/state.ts';
import { ACTIONS } from '../domain/policy/actions.ts';
import { CLOCKS } from '../domain/policy/clocks.ts';
import type { Failure, HourlyPeak } from '../domain/planning/plan.ts';
import type { ControllerState } from '../domain/record.ts';
import { ACTIVITY_CATEGORIES, type Activity, type Shifts } from '../domain/time/shifts.ts';
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
/** The longest that the policy allows, and clocks that are apart: a damaged one must not protect for ever. */
const LONGEST_STAY = 2 * DAY;
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

const shown = {
  presence: z.enum(SYSTEM_PRESENCES),
  presenceId: text.optional(),
  routing: z.enum(ROUTING_STATUSES),
} satisfies ShapeOf<Shown>;

const snapshot = z.object({
  ...shown,
  presenceSince: instant.optional(),
  routingSince: instant.optional(),
  tokenAt: instant.optional(),
} satisfies ShapeOf<Snapshot>);

const sign = z.object({
  kind: z.enum(['interaction', 'routing', 'presence', 'login', 'stay'] satisfies Sign['kind'][]),
  at: instant,
} satisfies ShapeOf<Sign>);

const stay = z
  .object({ seq: count, at: instant, until: instant } satisfies ShapeOf<Stay>)
  .refine(({ at, until }) => until - at <= LONGEST_STAY, { error: 'lasts longer than any stay' });

const clocks = z.object({
  sinceSign: instant,
  sinceWork: instant,
  inState: z.record(text, instant),
} satisfies ShapeOf<Clocks>);

/** What a clock leaves out is counted span after span: one that stands at the wrong place would not be left out. */
function isOrdered(spans: readonly Interval[]): boolean {
  return spans.every(({ from }, i) => from >= (spans[i - 1]?.to ?? -Infinity));
}

const departure = z.object({
  at: instant,
  by: z.enum(['enforcer', 'platform']),
  quiet: z.boolean(),
  former: snapshot,
} satisfies ShapeOf<Departure>);

const silent = z.object({
  at: instant,
  earliest: instant,
  delay: duration.optional(),
  after: z.enum(['enforcer', 'platform']),
  former: snapshot,
  tokenAt: instant.optional(),
} satisfies ShapeOf<SilentReturn>);

const session = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('online') }),
  z.object({
    kind: z.literal('engaged'),
    since: instant,
    outside: z.boolean(),
    departure: departure.optional(),
  }),
  z.object({ kind: z.literal('offline'), departure, before: silent.optional() }),
  z.object({ kind: z.literal('returned'), silent }),
]);

const cause = z.object({
  ruleId: text,
  clock: z.enum(CLOCKS),
  measured: duration,
  state: z.object(shown),
} satisfies ShapeOf<Cause>);

const ssoEnd = z.object({
  at: instant,
  heldFrom: instant,
  rung: count,
  pending: z.boolean(),
} satisfies ShapeOf<SsoEnd>);

const placed = { cause, rung: count, lastLogoffAt: instant, quietHeld: z.boolean() };
const place = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('parked'), ...placed }),
  z.object({ kind: z.literal('answered'), ...placed }),
  z.object({ kind: z.literal('returned'), ...placed, returnedAt: instant }),
]);
const ladder = z.discriminatedUnion('kind', [
  ...place.options,
  z.object({ kind: z.literal('ending_sso'), place, end: ssoEnd }),
]) satisfies z.ZodType<{ readonly kind: Ladder['kind'] }>;

const actions = list(z.enum(ACTIONS));
const isRegretted = z.literal(true).optional();
const begun = { from: instant, to: instant, actions, done: actions, former: snapshot, isRegretted };
const logoff = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('intended'), ...begun }),
  z.object({ kind: z.literal('acted'), ...begun }),
  z.object({ kind: z.literal('ended'), ...begun, isKnown: z.boolean() }),
  z.object({ kind: z.literal('seen'), ...begun, isKnown: z.boolean() }),
]);

const episode = z.object({
  sign: sign.optional(),
  clocks,
  graceFrom: instant.optional(),
  ladder: ladder.optional(),
  observedRules: list(text),
  warnedAt: z.record(text, instant),
  promised: z.record(text, instant).optional(),
} satisfies ShapeOf<Episode>);

const suspect = z.object({
  kind: z.enum(['bounce', 'click']),
  stamp: instant,
  before: instant,
  after: instant,
  shown: z.enum(SYSTEM_PRESENCES),
  instead: z.object({
    departure,
    quietHeld: z.boolean().optional(),
    silent,
    graceFrom: instant,
  } satisfies ShapeOf<ReturnFacts>),
  isTold: z.boolean(),
} satisfies ShapeOf<Suspect>);

const checkpoint = z.object({
  at: instant,
  shown: snapshot,
  silent: silent.optional(),
  episode,
  suspect: suspect.optional(),
} satisfies ShapeOf<Checkpoint>);

const evidence = z.object({
  stamp: instant,
  source: z.enum(EVIDENCE_SOURCES),
  answer: z.enum(ANSWERS),
  at: instant,
  isUsed: z.boolean(),
} satisfies ShapeOf<EvidenceNote>);

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

const ordered = list(interval).refine(isOrdered, { error: 'is not in order' });

const shifts = z.object({
  readAt: instant,
  work: ordered,
  known: ordered,
  activities: list(
    z.object({
      from: instant,
      to: instant,
      category: z.enum([...ACTIVITY_CATEGORIES, 'unknown']),
    } satisfies ShapeOf<Activity>),
  ),
} satisfies ShapeOf<Shifts>);

/** What is remembered of one agent. No clock began before the agent was first seen. */
export const agentState = z
  .object({
    agentId: text,
    firstSeenAt: instant,
    seenAt: instant,
    last: snapshot,
    session,
    logoff: logoff.optional(),
    episode,
    undo: list(checkpoint),
    leftOut: ordered,
    tokenMoved: z.boolean(),
    outsideCallAt: instant.optional(),
    stays: list(stay),
    evidence: evidence.optional(),
    unread: unread.optional(),
    // Versions before this one asked for no schedules.
    shifts: shifts.optional(),
  } satisfies ShapeOf<AgentState>)
  .refine(startsWhenSeen, { error: 'has a clock that began before the agent was first seen' });

/** What of an episode `startsWhenSeen` looks at. */
interface Started {
  readonly clocks: {
    readonly sinceSign: Instant;
    readonly sinceWork: Instant;
    readonly inState: Readonly<Record<string, Instant>>;
  };
}

function startsWhenSeen(s: {
  readonly firstSeenAt: Instant;
  readonly seenAt: Instant;
  readonly episode: Started;
  readonly undo: readonly { readonly episode: Started }[];
}): boolean {
  const episodes = [s.episode, ...s.undo.map((each) => each.episode)];
  const starts = episodes.flatMap(({ clocks: { sinceSign, sinceWork, inState } }) => [
    sinceSign,
    sinceWork,
    ...Object.values(inState),
  ]);
  return [s.seenAt, ...starts].every((at) => at >= s.firstSeenAt - ROUNDING);
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
} satisfies ShapeOf<Omit<ControllerState, 'observedLedger'> & { readonly imaginedLedger: unknown }>);

const tally = z.object({ yes: count, no: count });

const source = z.object({
  right: count,
  wrong: count,
  triedTo: instant.optional(),
  answers: z.object({ bounce: count, person: count, none: count, undecided: count }).default(UNASKED.answers),
  refused: z.object({ permission: text, at: instant } satisfies ShapeOf<Refusal>).optional(),
} satisfies ShapeOf<SourceFacts>);

/** What has been learnt of the platform. */
export const learnt = z.object({
  delays: z.array(count).length(DELAYS.length + 1),
  tokenMoves: tally,
  revokeSetsOffline: tally,
  reasserts: tally,
  // Versions before this one asked no source.
  evidence: z
    .object({ timeline: source, push: source, sign_ins: source })
    .default(NO_BEHAVIOUR_KNOWN.evidence),
  askedAs: text.optional(),
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
