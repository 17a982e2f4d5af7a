/** Building blocks of stories. Each takes the time it starts at and answers the time it ends at. */
import type { Medium } from '../desk.ts';
import type { SystemPresence } from '../presences.ts';
import { between } from '../random.ts';
import { MINUTE } from '../time.ts';
import type { Act, ScriptScene, ScriptStep, Story } from './archetype.ts';

/** A span of time between two lengths, ms. */
export type Range = readonly [number, number];

/** A piece of the day: works from `from` until about `until`. */
export type Piece = (scene: ScriptScene, from: number, until: number) => Story;

const STAGGER: Range = [0, 15 * MINUTE];
/** Between two breaks. */
const STRETCH = 110 * MINUTE;

/** An act at a whole millisecond, as the platform's stamps have them. */
export function step(at: number, act: Act): ScriptStep {
  return { at: Math.round(at), act };
}

export interface Conversations {
  readonly medium: Medium;
  readonly side: 'contactCenter' | 'enterprise';
  readonly gap: Range;
  readonly talk: Range;
  /** After-call work. Left out: none. */
  readonly wrap?: Range;
}

/** One conversation after the other. */
export function conversations(kind: Conversations): Piece {
  const { medium, side, gap, talk, wrap } = kind;
  return function* (scene, from, until) {
    let at = from;
    for (;;) {
      const next = at + between(scene.random, gap);
      if (next >= until) return Math.max(at, until);
      at = next;
      yield step(at, { do: 'take', medium, side });
      at += between(scene.random, talk);
      if (wrap !== undefined) {
        yield step(at, { do: 'wrap' });
        at += between(scene.random, wrap);
      }
      yield step(at, { do: 'finish' });
    }
  };
}

/** The piece, done in this presence. */
export function inPresence(presence: SystemPresence, piece: Piece): Piece {
  return function* (scene, from, until) {
    yield step(from, { do: 'presence', to: presence });
    return Math.max(until, yield* piece(scene, from, until));
  };
}

/** Arrives a little after the shift began, if it has to. */
export function* arrive(scene: ScriptScene): Story {
  const at = scene.from + between(scene.random, STAGGER);
  yield step(at, { do: 'arrive' });
  return at;
}

/** Works until then, with breaks, and a meal in the middle. */
export function* working(scene: ScriptScene, from: number, until: number, piece: Piece): Story {
  const pieces = Math.max(1, Math.round((until - from) / STRETCH));
  let at = from;
  for (let n = 1; n <= pieces; n += 1) {
    at = yield* piece(scene, at, at + (until - at) / (pieces - n + 1));
    if (n === pieces) return at;
    const meal = n === Math.ceil(pieces / 2);
    yield step(at, { do: 'presence', to: meal ? 'MEAL' : 'BREAK' });
    at += between(scene.random, meal ? [25 * MINUTE, 40 * MINUTE] : [6 * MINUTE, 14 * MINUTE]);
  }
  return at;
}

/** A whole day of this work, from arriving to logging out. */
export function wholeDay(piece: Piece): (scene: ScriptScene) => Story {
  return function* (scene) {
    const from = yield* arrive(scene);
    const until = scene.to - between(scene.random, [0, 10 * MINUTE]);
    const at = yield* working(scene, from, until, piece);
    yield step(at, { do: 'log-out' });
    return at;
  };
}

/** Works from arriving until some time in the first half of the shift. */
export function* firstHours(scene: ScriptScene, piece: Piece): Story {
  const from = yield* arrive(scene);
  const share = 0.15 + scene.random() * 0.25;
  return yield* working(
    scene,
    from,
    Math.max(from + MINUTE, scene.from + (scene.to - scene.from) * share),
    piece,
  );
}
