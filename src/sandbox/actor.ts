/** One member of the cast in motion: their state, their story, what is about to happen, and the truth about it. */
import type { ScriptStep, Story } from './cast/archetype.ts';
import { PLAYED } from './cast/played.ts';
import { isEngaged, isOffline, openSession, setPresence, type ChangeCause, type UserState } from './desk.ts';
import type { Journal } from './journal.ts';
import type { Switches } from './options.ts';
import type { Person } from './organisation.ts';
import { presenceOf, type PresenceDefinition } from './presences.ts';
import { between, type Random } from './random.ts';
import { MINUTE, SECOND } from './time.ts';

/** Something that will happen by itself unless it has become pointless by then. */
export interface Pending {
  readonly at: number;
  readonly kind: 'browser-returns' | 'reasserts' | 'drops' | 'offer' | 'person-puts-right';
}

export interface Actor {
  readonly person: Person;
  readonly desk: UserState;
  readonly journal: Journal;
  /** For reactions; the story has its own, so that being enforced upon does not change what people do. */
  readonly random: Random;
  readonly switches: Switches;
  /** How many times faster than the clock people live, and those who call them. */
  readonly pace: number;
  story: Story | undefined;
  next: ScriptStep | undefined;
  /** Which shift the story is about, from 0. */
  day: number;
  pending: Pending[];
  active: boolean;
}

/** An interaction is offered to an agent who waits on queue after so long. */
const OFFER = [3 * MINUTE, 14 * MINUTE] as const;
/** A disturbed person notices and logs in again after so long. */
const NOTICES = [20 * SECOND, MINUTE] as const;

/** Schedules something once; it is not doubled. */
export function expect(actor: Actor, kind: Pending['kind'], at: number): void {
  if (!actor.pending.some((pending) => pending.kind === kind)) actor.pending.push({ at, kind });
}

/** A person who is there will notice a log-off; what a played person does then is decided from outside. */
export function expectNotice(actor: Actor, at: number): void {
  if (actor.desk.atDesk && actor.person.archetype !== PLAYED)
    expect(actor, 'person-puts-right', at + between(actor.random, NOTICES));
}

/** Notes the truth after a change, and lets the queue offer work to agents who seem to wait for it. */
export function settleDown(actor: Actor, at: number): void {
  const { desk, journal } = actor;
  journal.occupied(at, desk.atDesk, isEngaged(desk));
  if (!desk.atDesk && desk.routing === 'IDLE') {
    expect(actor, 'offer', Math.round(at + between(actor.random, OFFER) / actor.pace));
  }
}

/** Sets the presence and notes whether that means online or Offline. */
export function changePresence(
  actor: Actor,
  presence: PresenceDefinition,
  at: number,
  cause: ChangeCause,
  restampSame = true,
): void {
  const { desk, journal } = actor;
  const wasOffline = isOffline(desk);
  setPresence(desk, presence, at, restampSame);
  if (wasOffline === isOffline(desk)) return;
  if (wasOffline) journal.wentOnline(at, cause);
  else {
    desk.offlineBy = cause;
    journal.wentOffline(at, cause);
  }
}

/** The person logs in where necessary: a new token, or one click on Available when only the presence was taken. */
export function logIn(actor: Actor, at: number): void {
  const { desk, journal } = actor;
  if (!desk.session) {
    openSession(desk, at);
    journal.logins += 1;
    actor.pending = actor.pending.filter(({ kind }) => kind !== 'drops' && kind !== 'browser-returns');
  }
  if (isOffline(desk)) changePresence(actor, presenceOf('AVAILABLE'), at, 'person');
}
