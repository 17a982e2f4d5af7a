/** What browsers, desktops and the platform do by themselves, without a person. */
import { changePresence, expect, logIn, settleDown, type Actor, type Pending } from './actor.ts';
import { deriveRouting, isOffline, openSession, restampPresence, type Former } from './desk.ts';
import { presenceOf } from './presences.ts';
import { between } from './random.ts';
import { MINUTE } from './time.ts';

/** The browser has lost its token: it will ask single sign-on for another, if that is its way. */
export function expectBrowser(actor: Actor, at: number): void {
  const { afterRevocation } = actor.person.archetype.client;
  if (afterRevocation === undefined || actor.desk.comebacks >= afterRevocation.times) return;
  expect(actor, 'browser-returns', at + between(actor.random, afterRevocation.delay));
}

/** Carries out what was pending; what has become pointless does nothing. */
export function happen(actor: Actor, { kind, at }: Pending): void {
  switch (kind) {
    case 'browser-returns':
      browserReturns(actor, at);
      break;
    case 'reasserts':
      reassert(actor, at);
      break;
    case 'drops':
      drop(actor, at);
      break;
    case 'offer':
      miss(actor, at);
      break;
    case 'person-puts-right':
      putRight(actor, at);
      break;
  }
  settleDown(actor, at);
}

/** The browser asks single sign-on, unless the person has logged in meanwhile. */
function browserReturns(actor: Actor, at: number): void {
  if (actor.desk.session) return;
  comeBack(actor, actor.person.archetype.client.afterRevocation?.brings ?? 'available', at);
}

/** Single sign-on said yes. Within the reconnect window the platform brings the former presence back. */
export function comeBack(actor: Actor, brings: 'former' | 'available', at: number): void {
  const { desk, journal, switches } = actor;
  const { tokenAt } = desk;
  openSession(desk, at);
  if (!switches.tokenMovesOnSilentReturn) desk.tokenAt = tokenAt;
  desk.comebacks += 1;
  journal.silentReturns += 1;
  actor.pending = actor.pending.filter((pending) => pending.kind !== 'drops');
  if (!isOffline(desk)) {
    if (brings === 'available') changePresence(actor, presenceOf('AVAILABLE'), at, 'client');
    else if (switches.restoredDate === 'fresh') restampPresence(desk, at);
    return;
  }
  const { former } = desk;
  const inTime = former !== undefined && at - former.leftAt <= switches.reconnectMinutes * MINUTE;
  if (brings === 'former' && inTime) restore(actor, former, at);
  else changePresence(actor, presenceOf('AVAILABLE'), at, 'client');
}

function restore(actor: Actor, former: Former, at: number): void {
  const { switches, desk } = actor;
  const lost = former.onQueue && !switches.restoreOnQueue;
  changePresence(actor, lost ? presenceOf('AVAILABLE') : former.presence, at, 'client');
  if (!lost && switches.restoredDate === 'former') desk.presenceAt = former.presenceAt;
}

/** The client, its token still good, insists on the presence that it had. */
function reassert(actor: Actor, at: number): void {
  const { desk, journal } = actor;
  if (!desk.session || !isOffline(desk)) return;
  journal.silentReturns += 1;
  changePresence(actor, desk.former?.presence ?? presenceOf('AVAILABLE'), at, 'client');
}

/** The platform notices that the connection of a revoked client is gone. */
function drop(actor: Actor, at: number): void {
  const { desk, switches } = actor;
  if (desk.session) return;
  const { onQueue } = desk;
  changePresence(actor, presenceOf('OFFLINE'), at, 'api', false);
  if (!switches.revokeKeepsRouting) return;
  desk.onQueue = onQueue;
  deriveRouting(desk, at);
}

/** An interaction rings and is not taken. */
export function miss(actor: Actor, at: number): void {
  const { desk, journal } = actor;
  if (desk.atDesk || desk.routing !== 'IDLE') return;
  desk.notResponding = true;
  deriveRouting(desk, at);
  journal.stirred(at);
}

/** A person who is there sees the log-off, logs in, and goes on as before. */
function putRight(actor: Actor, at: number): void {
  const { desk } = actor;
  if (!desk.atDesk) return;
  logIn(actor, at);
  desk.stationAt ??= at;
  if (desk.presence.id !== desk.wish.presence.id) changePresence(actor, desk.wish.presence, at, 'person');
}
