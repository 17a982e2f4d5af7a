/** Who plays: the registry of archetypes, and how many of each. */
import { ABSENTEES } from './cast/absentees.ts';
import type { Archetype } from './cast/archetype.ts';
import { EVADERS } from './cast/evaders.ts';
import { PLAYED } from './cast/played.ts';
import { RETURNERS } from './cast/returners.ts';
import { WORKERS } from './cast/workers.ts';
import { createRandom, mixSeed } from './random.ts';

/** Shares of archetypes by name; they need not add up to anything. */
export type CastMix = Readonly<Record<string, number>>;

/** All archetypes with a story, by name. */
export const ARCHETYPES: ReadonlyMap<string, Archetype> = new Map(
  [...WORKERS, ...ABSENTEES, ...RETURNERS, ...EVADERS].map((archetype) => [archetype.name, archetype]),
);

/** A contact centre of which about a fifth leaves without logging out in the course of a shift. */
export const DEFAULT_MIX: CastMix = {
  ordinary: 30,
  'short-calls': 12,
  'chat-worker': 8,
  'email-worker': 6,
  'long-caller': 4,
  'wrapping-up': 4,
  'off-queue-dialler': 3,
  'break-flipper': 3,
  'meeting-goer': 2,
  'screen-locker': 2,
  reader: 2,
  'watching-supervisor': 2,
  'new-joiner': 0.5,
  leaver: 0.5,
  wallboard: 0.5,
  'went-home': 4,
  'went-home-on-queue': 2.5,
  'stopped-responding': 2,
  'locked-screen': 2,
  'overran-break': 1.5,
  'overran-meal': 1.5,
  'stuck-in-wrap-up': 0.5,
  'parked-email': 0.5,
  'comes-back': 1,
  'clicks-back': 0.5,
  'sso-restored': 1,
  'sso-available': 1,
  'sso-keeps-returning': 0.7,
  'sso-reasserts': 0.5,
  'late-tab': 0.5,
  'native-bouncer': 0.5,
};

/** The same with people who are hard to be fair to, and with some who mean to evade whatever logs them off. */
export const HOSTILE_MIX: CastMix = {
  ...DEFAULT_MIX,
  'long-reader': 2,
  'presence-flipper': 0.5,
  're-login-script': 0.5,
};

/**
 * The archetype of each agent: as listed, or drawn from a mix so that each archetype of it plays at least once where there
 * is room. Throws `RangeError` for a name that does not exist.
 */
export function castAgents(
  seed: number,
  agents: number,
  wanted: CastMix | readonly string[] | undefined,
): readonly Archetype[] {
  if (isList(wanted)) {
    const list = wanted.map(archetypeOf);
    if (list.length === 0 && agents > 0) throw new RangeError('the cast is empty');
    return Array.from({ length: agents }, (_, index) => nth(list, index % list.length));
  }
  return shuffle(seed, apportion(agents, wanted ?? DEFAULT_MIX));
}

function isList(wanted: CastMix | readonly string[] | undefined): wanted is readonly string[] {
  return Array.isArray(wanted);
}

function archetypeOf(name: string): Archetype {
  const found = name === PLAYED.name ? PLAYED : ARCHETYPES.get(name);
  if (found === undefined) throw new RangeError(`there is no archetype ${name}`);
  return found;
}

function apportion(agents: number, mix: CastMix): Archetype[] {
  const shares = Object.entries(mix).filter(([, share]) => share > 0);
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  if (total === 0 && agents > 0) throw new RangeError('the cast is empty');
  shares.sort((a, b) => b[1] - a[1]);
  const counts = shares.map(([name, share]) => ({
    archetype: archetypeOf(name),
    exact: (share / total) * agents,
  }));
  const list: Archetype[] = [];
  if (agents >= counts.length) for (const { archetype } of counts) list.push(archetype);
  for (const { archetype, exact } of counts) {
    const already = agents >= counts.length ? 1 : 0;
    for (let n = already; n < Math.floor(exact) && list.length < agents; n += 1) list.push(archetype);
  }
  for (let n = 0; list.length < agents; n += 1) list.push(nth(counts, n % counts.length).archetype);
  return list;
}

function shuffle(seed: number, list: Archetype[]): Archetype[] {
  const random = createRandom(mixSeed(seed, 3));
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const moved = nth(list, i);
    list[i] = nth(list, j);
    list[j] = moved;
  }
  return list;
}

function nth<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`there is no entry ${index}`);
  return found;
}
