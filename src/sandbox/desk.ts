/** What the platform holds about one user right now, and the elementary changes of it. */
import { presenceOf, type PresenceDefinition } from './presences.ts';

export type RoutingStatus = 'OFF_QUEUE' | 'IDLE' | 'INTERACTING' | 'NOT_RESPONDING' | 'COMMUNICATING';

export const MEDIA = ['call', 'callback', 'email', 'message', 'chat', 'socialExpression', 'video'] as const;
export type Medium = (typeof MEDIA)[number];

/** One conversation that the platform counts for a user. */
export interface Work {
  readonly medium: Medium;
  /** Contact-centre work comes by queue and sets the routing status; enterprise calls show in the counters alone. */
  readonly side: 'contactCenter' | 'enterprise';
  phase: 'active' | 'acw';
  /** When it was taken, and when its phase began. */
  readonly takenAt: number;
  phaseAt: number;
}

/** A presence with whether it stood on queue. */
export interface Stance {
  readonly presence: PresenceDefinition;
  readonly onQueue: boolean;
}

/** The state of a user before going Offline; what a reconnect may bring back. */
export interface Former extends Stance {
  readonly presenceAt: number;
  readonly leftAt: number;
}

/** Everything that presence and routing have been, and since when, and each sign-in: what the platform remembers. */
export interface Trail {
  readonly presence: { readonly at: number; readonly presence: PresenceDefinition }[];
  readonly routing: { readonly at: number; readonly status: RoutingStatus }[];
  /** When single sign-on let a browser in, with the person at it or not. */
  readonly signIns: number[];
}

/** Who made a change. */
export type ChangeCause = 'person' | 'client' | 'platform' | 'api';

export interface UserState {
  presence: PresenceDefinition;
  /** `modifiedDate`. */
  presenceAt: number;
  message: string;
  onQueue: boolean;
  notResponding: boolean;
  routing: RoutingStatus;
  /** `startTime`. */
  routingAt: number;
  work: Work[];
  /** `lastTokenIssued.dateIssued`. */
  tokenAt: number | undefined;
  /** Whether a client holds a good token. */
  session: boolean;
  /** When that token, or the last one, was issued: the truth, whatever the platform tells of it. */
  sessionAt: number;
  /** When the station was taken. */
  stationAt: number | undefined;
  lastStation: boolean;
  /** The truth: the person sits there. */
  atDesk: boolean;
  /** The presence that the person wants, and restores after a disturbance. */
  wish: Stance;
  former: Former | undefined;
  /** The presence that unlocking the screen brings back. */
  beforeLock: PresenceDefinition | undefined;
  offlineBy: ChangeCause;
  /** How often the browser has come back by itself since the person was last seen. */
  comebacks: number;
  readonly trail: Trail;
}

/** A person who went home properly on the evening before. */
export function emptyDesk(since: number): UserState {
  const offline = presenceOf('OFFLINE');
  return {
    presence: offline,
    presenceAt: since,
    message: '',
    onQueue: false,
    notResponding: false,
    routing: 'OFF_QUEUE',
    routingAt: since,
    work: [],
    tokenAt: undefined,
    session: false,
    sessionAt: since,
    stationAt: undefined,
    lastStation: false,
    atDesk: false,
    wish: { presence: presenceOf('AVAILABLE'), onQueue: false },
    former: undefined,
    beforeLock: undefined,
    offlineBy: 'person',
    comebacks: 0,
    trail: {
      presence: [{ at: since, presence: offline }],
      routing: [{ at: since, status: 'OFF_QUEUE' }],
      signIns: [],
    },
  };
}

export function isOffline(desk: Readonly<UserState>): boolean {
  return desk.presence.system === 'OFFLINE';
}

/** Whether the platform counts any conversation. */
export function isEngaged(desk: Readonly<UserState>): boolean {
  return desk.work.length > 0;
}

/** Brings the routing status in line with what it is made of; its start time moves with it, or when `anew`. */
export function deriveRouting(desk: UserState, at: number, anew = false): void {
  const status = routingOf(desk);
  if (status === desk.routing && !anew) return;
  desk.routing = status;
  desk.routingAt = at;
  desk.trail.routing.push({ at, status });
}

function routingOf(desk: UserState): RoutingStatus {
  // A person who leaves the queue finishes the open interactions: the status stays INTERACTING until then.
  if (desk.work.some(({ side }) => side === 'contactCenter')) return 'INTERACTING';
  if (!desk.onQueue) return 'OFF_QUEUE';
  return desk.notResponding ? 'NOT_RESPONDING' : 'IDLE';
}

/** Sets the presence and, with it, the place on the queue. */
export function setPresence(
  desk: UserState,
  presence: PresenceDefinition,
  at: number,
  restampSame = true,
): void {
  const same = presence.id === desk.presence.id;
  if (presence.system === 'OFFLINE' && !same) {
    const { presence: was, onQueue, presenceAt } = desk;
    desk.former = { presence: was, onQueue, presenceAt, leftAt: at };
  }
  if (!same || restampSame) {
    desk.presenceAt = at;
    desk.trail.presence.push({ at, presence });
  }
  desk.presence = presence;
  if (presence.system !== 'IDLE') desk.beforeLock = undefined;
  setOnQueue(desk, presence.system === 'ON_QUEUE', at);
}

/** The platform sets the presence that is there once more: it gets a record of its own. */
export function restampPresence(desk: UserState, at: number): void {
  desk.presenceAt = at;
  desk.trail.presence.push({ at, presence: desk.presence });
}

/** Takes a user on or off the queue, leaving the presence alone. */
export function setOnQueue(desk: UserState, onQueue: boolean, at: number): void {
  desk.onQueue = onQueue;
  desk.notResponding = desk.notResponding && onQueue;
  deriveRouting(desk, at);
}

/** A client logs in: a new token, and the station with it. */
export function openSession(desk: UserState, at: number): void {
  desk.trail.signIns.push(at);
  desk.session = true;
  desk.sessionAt = at;
  desk.tokenAt = at;
  desk.stationAt ??= at;
  desk.lastStation = true;
}
