/**
 * A small world for one agent, in steps of a minute: what the platform shows, what a person, a browser or the platform does, and
 * what is true of the person. Everything happens well within a minute, so that each order of things is one word.
 */
import type { Observation, RoutingStatus, SystemPresence } from '../../../src/domain/agent.ts';
import type { Stay } from '../../../src/domain/tracking/state.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../../../src/domain/time/time.ts';

/** What is true, whatever a reading shows of it. */
export interface World {
  readonly presence: SystemPresence;
  readonly presenceSince: Instant;
  readonly routing: RoutingStatus;
  readonly routingSince: Instant;
  readonly calls: number;
  readonly token: Instant;
  /** When the agent went Offline; `undefined` while they are online. */
  readonly goneAt: Instant | undefined;
  /** What the browser would restore. */
  readonly former: SystemPresence;
  /** The Offline was ours and left the session alone. */
  readonly quiet: boolean;
  /** The last thing that a person did. */
  readonly personAt: Instant;
  /** The most that a clock may count since then: online, and not in a gap. */
  readonly idle: Duration;
  /** How both stood before the last change of presence or queue, which an Offline within a minute takes back. */
  readonly before: (Pick<World, 'personAt' | 'idle'> & { readonly at: Instant }) | undefined;
  /** A person did something that no reading has shown yet. */
  readonly unseen: boolean;
  /** Stamps of bounces that no token tells of: what a source of evidence would show as such. */
  readonly bounces: readonly Instant[];
  /** Has made a call outside the contact centre: a gap may hide another. */
  readonly hasCalled: boolean;
  /** The newest answer to a warning that is on record. */
  readonly stay: Stay | undefined;
}

/** What a reading may lack. */
export type Lacking = 'presence' | 'presence stamp' | 'routing stamp' | 'summary' | 'token';

/** One step: what happens within it, how long it is, and what the reading at its end lacks. */
export interface Step {
  readonly word: string;
  readonly lasts: Duration;
  readonly lacking?: Lacking;
  readonly happens: (world: World, now: Instant) => World;
}

const still = (world: World): World => world;

/** A person does something at `at`, in the step from `now` on: what counts begins anew. */
function byPerson(world: World, now: Instant, at: Instant, changes: Partial<World>): World {
  const before = { personAt: world.personAt, idle: world.idle, at: now };
  return { ...world, before, ...changes, personAt: at, idle: 0 };
}

function presence(world: World, to: SystemPresence, at: Instant): Partial<World> {
  const routing: RoutingStatus = to === 'ON_QUEUE' ? 'IDLE' : 'OFF_QUEUE';
  const moves = world.routing !== routing && world.routing !== 'INTERACTING';
  return { presence: to, presenceSince: at, ...(moves ? { routing, routingSince: at } : {}) };
}

function gone(world: World, now: Instant, at: Instant): World {
  const { before, personAt, routing, calls } = world;
  const isTakenBack = at - personAt <= MINUTE && calls === 0 && routing !== 'INTERACTING';
  const truth =
    before !== undefined && isTakenBack
      ? { personAt: before.personAt, idle: before.idle + now - before.at }
      : {};
  const former = world.presence;
  return { ...world, ...truth, ...offline(at), former, quiet: false, before: undefined };
}

/** What an agent who went Offline shows. */
export function offline(at: Instant): Partial<World> {
  return { presence: 'OFFLINE', presenceSince: at, routing: 'OFF_QUEUE', routingSince: at, goneAt: at };
}

function back(world: World, to: SystemPresence, at: Instant, hasNewToken: boolean): World {
  const token = hasNewToken ? { token: at - SECOND } : {};
  return { ...world, ...presence(world, to, at), ...token, goneAt: undefined, before: undefined };
}

/** The step of a bounce that only evidence can show. */
export const TOKENLESS = 'bounces, token stays';

/** Gone and back within a step. */
export function bounced(w: World, now: Instant, hasNewToken: boolean): World {
  const left = { ...w, ...offline(now + 10 * SECOND), goneAt: undefined };
  const at = now + 25 * SECOND;
  const here = back(left, w.presence, at, hasNewToken);
  return hasNewToken ? here : { ...here, bounces: [...w.bounces, at] };
}

const SETS: readonly SystemPresence[] = ['AVAILABLE', 'AWAY', 'ON_QUEUE', 'TRAINING'];

/** For so long after a stay no rule may be due. */
export const STAY_LASTS: Duration = 3 * MINUTE;

/** A person answers a warning: on record at once, and shown by no reading. A departure takes none of it back. */
function stayed(world: World, now: Instant): World {
  const at = now + 20 * SECOND;
  const stay = { seq: (world.stay?.seq ?? 0) + 1, at, until: at + STAY_LASTS };
  return { ...world, personAt: at, idle: 0, before: undefined, stay };
}

/** What may happen while the agent is online and handles nothing. */
function whileFree(world: World): readonly Step[] {
  const steps: Step[] = [];
  for (const to of SETS) {
    const again = to === world.presence ? ' again' : '';
    for (const [when, after] of [
      ['', 30],
      [' late', 50],
    ] as const) {
      steps.push({
        word: `sets ${to}${again}${when}`,
        lasts: MINUTE,
        happens: (w, now) => byPerson(w, now, now + after * SECOND, presence(w, to, now + after * SECOND)),
      });
    }
  }
  return [
    ...steps,
    {
      word: 'idles',
      lasts: MINUTE,
      happens: (w, now) => ({ ...w, ...presence(w, 'IDLE', now + 5 * SECOND) }),
    },
    {
      word: 'takes a call',
      lasts: MINUTE,
      happens: (w, now) =>
        byPerson(w, now, now + 5 * SECOND, { routing: 'INTERACTING', routingSince: now + 5 * SECOND }),
    },
    {
      word: 'calls outside',
      lasts: MINUTE,
      happens: (w, now) => byPerson(w, now, now + MINUTE, { calls: 1, hasCalled: true }),
    },
    {
      word: 'bounces',
      lasts: MINUTE,
      happens: (w, now) => bounced(w, now, true),
    },
    { word: TOKENLESS, lasts: MINUTE, happens: (w, now) => bounced(w, now, false) },
    { word: 'new token', lasts: MINUTE, happens: (w, now) => ({ ...w, token: now + 20 * SECOND }) },
  ];
}

function whileEngaged(): readonly Step[] {
  return [
    {
      // The call is not interrupted.
      word: TOKENLESS,
      lasts: MINUTE,
      happens: (w, now) => {
        const at = now + 25 * SECOND;
        return { ...w, presenceSince: at, bounces: [...w.bounces, at] };
      },
    },
    {
      word: 'ends the interaction',
      lasts: MINUTE,
      happens: (w, now) => {
        const at = now + 30 * SECOND;
        const onQueue = w.presence === 'ON_QUEUE';
        const routing = { routing: onQueue ? ('IDLE' as const) : ('OFF_QUEUE' as const), routingSince: at };
        // A call outside the contact centre ends without a stamp: it may have lasted to the reading.
        return byPerson(w, now, w.calls > 0 ? now + MINUTE : at, w.calls > 0 ? { calls: 0 } : routing);
      },
    },
  ];
}

/** A presence that no browser would restore. */
function other(former: SystemPresence): SystemPresence {
  return former === 'BUSY' ? 'MEETING' : 'BUSY';
}

/** Longer than the window, so that an arrival is a login. */
const WINDOW: Duration = 2 * MINUTE;

function whileOffline(world: World): readonly Step[] {
  const at = (now: Instant): Instant => now + 10 * SECOND;
  const steps: Step[] = [false, true].flatMap((token): Step[] => [
    {
      word: `browser restores${token ? ', new token' : ''}`,
      lasts: MINUTE,
      happens: (w, now) => back(w, w.former, at(now), token),
    },
    {
      word: `comes back and sets another presence${token ? ', new token' : ''}`,
      lasts: MINUTE,
      happens: (w, now) => byPerson(back(w, other(w.former), at(now), token), now, at(now), {}),
    },
  ]);
  const isLong = (now: Instant): boolean => at(now) - (world.goneAt ?? now) > WINDOW;
  return [
    ...steps,
    {
      word: 'logs in',
      lasts: MINUTE,
      happens: (w, now) => {
        const here = back(w, 'AVAILABLE', at(now), true);
        // Within the window a login that brings nothing else looks like the browser's, and is taken for it.
        return isLong(now) ? byPerson(here, now, at(now), {}) : here;
      },
    },
    {
      word: 'clicks',
      lasts: MINUTE,
      happens: (w, now) => {
        const here = back(w, 'AVAILABLE', at(now), false);
        return w.quiet || isLong(now) ? byPerson(here, now, at(now), {}) : here;
      },
    },
  ];
}

const LACKING: readonly Lacking[] = ['presence', 'presence stamp', 'routing stamp', 'summary', 'token'];
const GAP: Duration = 5 * MINUTE;

/** A gap in which something may have happened that leaves no stamp, or whose stamp is kept back. */
function gaps(world: World): readonly Step[] {
  const plain: Step = { word: 'gap', lasts: GAP, happens: still };
  if (world.goneAt !== undefined) return [plain];
  const acts = (w: World, now: Instant): World =>
    byPerson(w, now, now + 2 * MINUTE, presence(w, w.presence, now + 2 * MINUTE));
  return [
    plain,
    { word: 'gap, acts in it', lasts: GAP, happens: acts },
    { word: 'gap, acts in it, stamp kept back', lasts: GAP, lacking: 'presence stamp', happens: acts },
    ...(world.hasCalled
      ? [
          {
            word: 'gap, calls in it',
            lasts: GAP,
            happens: (w: World, now: Instant) => byPerson(w, now, now + GAP, {}),
          },
        ]
      : []),
  ];
}

/** Every step that may follow. */
export function stepsFrom(world: World): readonly Step[] {
  const engaged = world.routing === 'INTERACTING' || world.calls > 0;
  const goes: Step = { word: 'goes', lasts: MINUTE, happens: (w, now) => gone(w, now, now + 50 * SECOND) };
  const goesEarly: Step = {
    ...goes,
    word: 'goes early',
    happens: (w, now) => gone(w, now, now + 2 * SECOND),
  };
  const online = [...(engaged ? whileEngaged() : whileFree(world)), goes, goesEarly];
  const own = world.goneAt === undefined ? online : whileOffline(world);
  const nothing: Step = { word: 'still', lasts: MINUTE, happens: still };
  const stays: Step = { word: 'stays', lasts: MINUTE, happens: stayed };
  // What is undone before any reading shows it leaves no trace that could be told.
  if (world.unseen) return [nothing, ...gaps(world)];
  return [
    nothing,
    ...LACKING.map((lacking): Step => ({
      word: `still, no ${lacking}`,
      lasts: MINUTE,
      lacking,
      happens: still,
    })),
    ...own,
    ...(world.goneAt === undefined && !engaged
      ? [stays, { ...stays, word: 'stays, no presence', lacking: 'presence' as const }]
      : []),
    // What a person does while a reading lacks something must not be lost either.
    ...own
      .filter(({ word }) => /^(sets AWAY|takes a call|comes back)/.test(word))
      .map((step): Step => ({ ...step, word: `${step.word}, no presence`, lacking: 'presence' })),
    ...gaps(world),
  ];
}

/** The world at the end of a step. */
export function after(world: World, { lasts, lacking, happens }: Step, now: Instant): World {
  const happened = happens(world, now);
  // What is on record is not lost with a reading.
  const isOnRecord = happened.stay !== world.stay;
  const unseen = lacking === 'presence' && happened.personAt !== world.personAt && !isOnRecord;
  const next = { ...happened, unseen };
  const end = now + lasts;
  if (next.routing === 'INTERACTING' || next.calls > 0) return { ...next, personAt: end, idle: 0 };
  if (lasts > 3 * MINUTE) return next;
  const from = Math.max(now, next.personAt, world.goneAt === undefined ? now : next.presenceSince);
  const to = next.goneAt === undefined ? end : Math.max(now, next.goneAt);
  return { ...next, idle: next.idle + Math.max(0, to - from) };
}

/** What a reading of the world shows. */
export function readingOf(world: World, at: Instant, lacking: Lacking | undefined): Observation {
  const { presence: system, presenceSince, routing: status, routingSince, calls, token } = world;
  const lacks = (part: Lacking): boolean => part === lacking;
  return {
    agentId: 'agent-1',
    at,
    presence: lacks('presence')
      ? undefined
      : { system, definitionId: system, since: lacks('presence stamp') ? undefined : presenceSince },
    routing: { status, since: lacks('routing stamp') ? undefined : routingSince },
    conversations: lacks('summary') ? undefined : { contactCentre: 0, enterprise: calls },
    tokenIssuedAt: lacks('token') ? undefined : token,
    missing: [],
  };
}
