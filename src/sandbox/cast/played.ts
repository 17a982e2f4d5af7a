/** A person without a story: what they and their browser do is told from outside, by a real browser for instance. */
import type { Archetype } from './archetype.ts';

/** Not in any mix, because this person would only be Offline: a cast has to name it. */
export const PLAYED: Archetype = {
  name: 'played',
  description: 'Has no story: the person and the browser are both played from outside.',
  group: 'Agents',
  role: 'Communicate - User',
  client: {},
  goesAbsent: false,
  *story({ from, to }) {
    yield { at: from, act: { do: 'wait' } };
    return to;
  },
};
