/** People who went home and left a script behind that is to keep them logged on. */
import type { SystemPresence } from '../presences.ts';
import { between } from '../random.ts';
import { HOUR, MINUTE } from '../time.ts';
import { goHomeIn } from './absentees.ts';
import type { Archetype, ScriptScene, Story } from './archetype.ts';
import { step } from './parts.ts';
import { comesBack } from './returners.ts';

const evader = { group: 'Agents', role: 'Communicate - User', goesAbsent: true } as const;

const FLIPS: readonly SystemPresence[] = ['MEAL', 'AWAY', 'BREAK'];

/** Never stands anywhere for long, and never works. */
function* flip(scene: ScriptScene): Story {
  let at = yield* goHomeIn('BREAK')(scene);
  const until = scene.from + 23 * HOUR;
  for (let n = 0; at < until; n += 1) {
    at += between(scene.random, [15 * MINUTE, 45 * MINUTE]);
    yield step(at, { do: 'script', to: FLIPS[n % FLIPS.length] ?? 'AWAY' });
  }
  return at;
}

/** All of them. */
export const EVADERS: readonly Archetype[] = [
  {
    ...evader,
    name: 'presence-flipper',
    description:
      'Is absent; a script flips between Break, Meal and Away, so that time since the last sign never adds up.',
    client: comesBack('former', Infinity),
    story: flip,
  },
  {
    ...evader,
    name: 're-login-script',
    description:
      'Is absent; a script checks every few minutes, logs in again if necessary, and sets Available.',
    client: {
      ...comesBack('available', Infinity, [3 * MINUTE, 8 * MINUTE]),
      reasserts: { delay: [3 * MINUTE, 8 * MINUTE] },
    },
    story: goHomeIn('AVAILABLE'),
  },
];
