/** What a person who is played from outside does, at the world's present moment. */
import { changePresence, logIn, settleDown, type Actor } from './actor.ts';
import { perform } from './acts.ts';
import { comeBack } from './client.ts';
import { isOffline, openSession } from './desk.ts';
import { presenceOf, type SystemPresence } from './presences.ts';

/** One person, their browsers, and the platform's own timeout of them. */
export interface Played {
  /** The person sits down at the desk, or leaves it: the truth, of which the platform sees nothing. */
  sitDown(): void;
  leave(): void;
  /** One of their browsers got a token: by a login of the person, or by itself, which brings back what the platform restores. */
  signIn(by: 'person' | 'browser'): void;
  /** The person chooses a presence. Nothing happens when they are not at the desk. */
  choose(presence: SystemPresence): void;
  /** One of their browsers, its token still good, sets a presence by itself. */
  reassert(presence: SystemPresence): void;
  /** The platform ends the tokens of an unused browser. */
  timeOut(): void;
}

/** Takes the part of an actor; `current` brings the actor up to the present moment, which is `now`. */
export function play(current: () => Actor, now: () => number): Played {
  const act = (what: Parameters<typeof perform>[1]): void => {
    perform(current(), what, now());
  };
  return {
    sitDown: () => {
      const actor = current();
      actor.desk.atDesk = true;
      settleDown(actor, now());
    },
    leave: () => {
      act({ do: 'leave' });
    },
    signIn: (by) => {
      const actor = current();
      signIn(actor, by, now());
      settleDown(actor, now());
    },
    choose: (to) => {
      act({ do: 'presence', to });
    },
    reassert: (to) => {
      const actor = current();
      if (!actor.desk.session) return;
      if (isOffline(actor.desk)) actor.journal.silentReturns += 1;
      changePresence(actor, presenceOf(to), now(), 'client', false);
      settleDown(actor, now());
    },
    timeOut: () => {
      act({ do: 'native-timeout' });
    },
  };
}

function signIn(actor: Actor, by: 'person' | 'browser', at: number): void {
  if (by === 'person') logIn(actor, at);
  else if (!actor.desk.session) comeBack(actor, 'former', at);
  // Another browser of the person is logged in already: a new token, and nothing else changes.
  else if (actor.switches.tokenMovesOnSilentReturn) openSession(actor.desk, at);
  else actor.desk.trail.signIns.push(at);
}
