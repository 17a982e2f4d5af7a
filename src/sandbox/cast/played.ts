/** Somebody without a story: what he and his browser do is told from outside, by a real browser for instance. */
import type { Archetype } from './archetype.ts';

/** Not in any mix, for he would only be Offline: a cast has to name him. */
export const PLAYED: Archetype = {
  name: 'played',
  description: 'Does nothing by himself, nor does his browser: both are played from outside.',
  group: 'Agents',
  role: 'Communicate - User',
  client: {},
  goesAbsent: false,
  *story({ from, to }) {
    yield { at: from, act: { do: 'wait' } };
    return to;
  },
};
