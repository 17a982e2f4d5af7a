/** Absent people whose browser comes back by itself, because single sign-on says yes. */
import { isOffline } from '../desk.ts';
import { between } from '../random.ts';
import { HOUR, MINUTE, SECOND } from '../time.ts';
import type { Archetype, Client, ScriptScene, Story } from './archetype.ts';
import { goHomeIn, workToTheEnd } from './absentees.ts';
import { step } from './parts.ts';

const returner = { group: 'Agents', role: 'Communicate - User', goesAbsent: true } as const;

type Brings = NonNullable<Client['afterRevocation']>['brings'];

const QUICKLY = [2 * SECOND, 40 * SECOND] as const;

/** A browser that asks single sign-on again, so often. */
export function comesBack(brings: Brings, times: number, delay: readonly [number, number] = QUICKLY): Client {
  return { afterRevocation: { delay, brings, times } };
}

/** Is timed out by the platform whenever a token has idled for so long, if it has a timeout; the browser is back in seconds. */
function* bounce(scene: ScriptScene): Story {
  const { desk, nativeTimeout } = scene;
  const left = yield* goHomeIn('AVAILABLE')(scene);
  if (nativeTimeout === undefined) return left;
  const until = scene.from + 23 * HOUR;
  let at = left;
  while (at < until) {
    const idlesOut = Math.max(left, desk.sessionAt) + nativeTimeout;
    const isOver = desk.session && idlesOut <= at;
    at = isOver ? at + between(scene.random, [0, 20 * SECOND]) : Math.max(idlesOut, at + MINUTE);
    yield step(at, { do: isOver ? 'native-timeout' : 'wait' });
  }
  return at;
}

/** Is away until some minutes after being set Offline with the session left alone, and is then really back. */
function* clickBack(scene: ScriptScene): Story {
  let at = yield* goHomeIn('AVAILABLE')(scene);
  const latest = Math.max(scene.to - 30 * MINUTE, at + MINUTE);
  const wait = between(scene.random, [2 * MINUTE, 9 * MINUTE]);
  while (at < latest) {
    at += MINUTE;
    yield step(at, { do: 'wait' });
    const { desk } = scene;
    // A quiet Offline has stood for a minute: what a browser does by itself is over.
    if (!isOffline(desk) || !desk.session || at - desk.presenceAt < MINUTE) continue;
    // One click on Available, and some minutes later back to work.
    yield step(at + wait, { do: 'arrive' });
    return yield* workToTheEnd(scene, at + wait + 3 * MINUTE);
  }
  return at;
}

/** All of them. */
export const RETURNERS: readonly Archetype[] = [
  {
    ...returner,
    name: 'sso-restored',
    description:
      'Is absent; twice after a revocation the browser is back in seconds with the former presence.',
    client: comesBack('former', 2),
    story: goHomeIn('BUSY'),
  },
  {
    ...returner,
    name: 'sso-available',
    description: 'Is absent; twice after a revocation the browser is back in seconds as Available.',
    client: comesBack('available', 2),
    story: goHomeIn('BREAK'),
  },
  {
    ...returner,
    name: 'sso-keeps-returning',
    description: 'Is absent; after each revocation the browser is back in seconds, for ever.',
    client: comesBack('former', Infinity),
    story: goHomeIn('AVAILABLE'),
  },
  {
    ...returner,
    name: 'sso-reasserts',
    description:
      'Is absent; the browser comes back after revocations, and sets its presence again after a quiet Offline.',
    client: { ...comesBack('former', Infinity), reasserts: { delay: [3 * SECOND, 25 * SECOND] } },
    // Available would look exactly like a person's click, even to the platform's own eyes.
    story: goHomeIn('AWAY'),
  },
  {
    ...returner,
    name: 'late-tab',
    description: 'Is absent; a sleeping tab comes back four minutes after each revocation.',
    client: comesBack('available', Infinity, [4 * MINUTE, 4 * MINUTE + 10 * SECOND]),
    story: goHomeIn('AVAILABLE'),
  },
  {
    ...returner,
    name: 'native-bouncer',
    description:
      'Is absent; the platform times the browser out again and again, and it is back within seconds.',
    client: comesBack('former', Infinity, [2 * SECOND, 50 * SECOND]),
    story: bounce,
  },
  {
    ...returner,
    name: 'clicks-back',
    description:
      'Is absent, is set Offline with the session left alone, and comes back with a click some minutes later.',
    client: comesBack('former', Infinity),
    story: clickBack,
  },
];
