/** Carries out what a story tells. */
import { changePresence, logIn, settleDown, type Actor } from './actor.ts';
import type { Act } from './cast/archetype.ts';
import { expectBrowser, miss } from './client.ts';
import { deriveRouting, isOffline } from './desk.ts';
import { presenceOf, type SystemPresence } from './presences.ts';

/** Applies one act at its time. What makes no sense in the present state is left out, as a person would. */
export function perform(actor: Actor, act: Act, at: number): void {
  if (act.do === 'wait') return;
  if (act.do === 'native-timeout') timeOut(actor, at);
  else if (act.do === 'script') setByScript(actor, act.to, at);
  else carryOut(actor, act, at);
  settleDown(actor, at);
}

/** What a person, or their desktop, does. */
function carryOut(
  actor: Actor,
  act: Exclude<Act, { do: 'wait' | 'script' | 'native-timeout' }>,
  at: number,
): void {
  switch (act.do) {
    case 'arrive':
      arrive(actor, at);
      break;
    case 'leave':
      actor.desk.atDesk = false;
      break;
    case 'presence':
      choose(actor, act.to, at);
      break;
    case 'lock':
    case 'unlock':
      turnKey(actor, act.do, at);
      break;
    case 'take':
    case 'wrap':
    case 'finish':
      handle(actor, act, at);
      break;
    case 'miss':
      miss(actor, at);
      break;
    case 'log-out':
      logOut(actor, at);
      break;
  }
}

/** Ends the session properly, as at the end of a shift. */
export function logOut(actor: Actor, at: number, cause: 'person' | 'platform' = 'person'): void {
  const { desk } = actor;
  desk.work = [];
  desk.session = false;
  desk.stationAt = undefined;
  desk.atDesk = false;
  desk.comebacks = 0;
  actor.pending = [];
  changePresence(actor, presenceOf('OFFLINE'), at, cause, false);
  deriveRouting(desk, at);
}

function arrive(actor: Actor, at: number): void {
  const { desk } = actor;
  if (!desk.atDesk) desk.work = [];
  desk.atDesk = true;
  desk.comebacks = 0;
  logIn(actor, at);
  if (desk.presence.system === 'IDLE') turnKey(actor, 'unlock', at);
  deriveRouting(desk, at);
}

function choose(actor: Actor, to: SystemPresence, at: number): void {
  const { desk } = actor;
  if (!desk.atDesk) return;
  logIn(actor, at);
  const presence = presenceOf(to);
  desk.wish = { presence, onQueue: to === 'ON_QUEUE' };
  desk.notResponding = false;
  // Choosing what one has already is no click.
  if (desk.presence.id !== presence.id) changePresence(actor, presence, at, 'person');
  deriveRouting(desk, at);
}

function turnKey(actor: Actor, key: 'lock' | 'unlock', at: number): void {
  const { desk, journal } = actor;
  if (isOffline(desk) || !desk.session) return;
  if (key === 'lock') {
    const { presence } = desk;
    changePresence(actor, presenceOf('IDLE'), at, 'client');
    desk.beforeLock = presence;
    if (!desk.atDesk) journal.stirred(at);
    return;
  }
  if (desk.presence.system === 'IDLE')
    changePresence(actor, desk.beforeLock ?? presenceOf('AVAILABLE'), at, 'person');
}

function handle(actor: Actor, act: Extract<Act, { do: 'take' | 'wrap' | 'finish' }>, at: number): void {
  const { desk } = actor;
  if (act.do === 'wrap') {
    for (const work of desk.work) {
      work.phase = 'acw';
      work.phaseAt = at;
    }
    return;
  }
  if (act.do === 'finish') {
    desk.work = [];
    deriveRouting(desk, at);
    return;
  }
  if (!desk.atDesk) return;
  logIn(actor, at);
  if (act.side === 'contactCenter' && !desk.onQueue)
    changePresence(actor, presenceOf('ON_QUEUE'), at, 'person');
  desk.work.push({ medium: act.medium, side: act.side, phase: 'active', takenAt: at, phaseAt: at });
  desk.notResponding = false;
  if (act.side === 'contactCenter') deriveRouting(desk, at, true);
}

/** A script in the browser works for as long as the browser is logged in. */
function setByScript(actor: Actor, to: SystemPresence, at: number): void {
  if (actor.desk.session) changePresence(actor, presenceOf(to), at, 'client');
}

/** The platform ends a token that nothing has used for too long, and with it the presence. */
function timeOut(actor: Actor, at: number): void {
  const { desk } = actor;
  if (desk.atDesk || !desk.session) return;
  desk.session = false;
  changePresence(actor, presenceOf('OFFLINE'), at, 'platform', false);
  expectBrowser(actor, at);
}
