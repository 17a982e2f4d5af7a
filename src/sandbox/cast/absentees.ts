/** People who leave without logging out. */
import type { Medium } from '../desk.ts';
import type { SystemPresence } from '../presences.ts';
import { between } from '../random.ts';
import { HOUR, MINUTE } from '../time.ts';
import type { Archetype, ScriptScene, Story } from './archetype.ts';
import { firstHours, step, working } from './parts.ts';
import { ORDINARY_CALLS } from './workers.ts';

const absentee = { group: 'Agents', role: 'Communicate - User', client: {}, goesAbsent: true } as const;

/** Works, takes this presence, and goes home. */
export function goHomeIn(presence: SystemPresence): (scene: ScriptScene) => Story {
  return function* (scene) {
    const at = yield* firstHours(scene, ORDINARY_CALLS);
    yield step(at, { do: 'presence', to: presence });
    yield step(at, { do: 'leave' });
    return at;
  };
}

/** After `from`, is there again, works to the end of the shift and logs out. */
export function* workToTheEnd(scene: ScriptScene, from: number): Story {
  yield step(from, { do: 'arrive' });
  const at = yield* working(scene, from, Math.max(scene.to, from + 20 * MINUTE), ORDINARY_CALLS);
  yield step(at, { do: 'log-out' });
  return at;
}

/** Takes this presence, stays away much too long, and comes back in time for more work, if at all. */
function overrun(presence: SystemPresence, away: readonly [number, number]): (scene: ScriptScene) => Story {
  return function* (scene) {
    const at = yield* goHomeIn(presence)(scene);
    const back = at + between(scene.random, away);
    if (back > scene.to - 30 * MINUTE || scene.random() < 0.3) return at;
    return yield* workToTheEnd(scene, back);
  };
}

/** Takes a conversation and leaves in the middle of it. */
function leaveInside(
  medium: Medium,
  wrap: boolean,
  presence: SystemPresence | undefined,
): (scene: ScriptScene) => Story {
  return function* (scene) {
    let at = yield* firstHours(scene, ORDINARY_CALLS);
    yield step(at, { do: 'take', medium, side: 'contactCenter' });
    at += 5 * MINUTE;
    if (wrap) yield step(at, { do: 'wrap' });
    if (presence !== undefined) yield step(at, { do: 'presence', to: presence });
    yield step(at, { do: 'leave' });
    return at;
  };
}

function* leaveOnQueue(scene: ScriptScene): Story {
  const at = yield* firstHours(scene, ORDINARY_CALLS);
  yield step(at, { do: 'leave' });
  return at;
}

function* missAtOnce(scene: ScriptScene): Story {
  const at = yield* leaveOnQueue(scene);
  yield step(at + 20_000, { do: 'miss' });
  return at;
}

function* lockAndLeave(scene: ScriptScene): Story {
  const at = yield* goHomeIn(scene.random() < 0.5 ? 'AVAILABLE' : 'BUSY')(scene);
  yield step(at + between(scene.random, [3 * MINUTE, 12 * MINUTE]), { do: 'lock' });
  return at;
}

/** All of them. */
export const ABSENTEES: readonly Archetype[] = [
  {
    ...absentee,
    name: 'went-home',
    description: 'Went home, Available and off queue, and the browser stays open.',
    story: goHomeIn('AVAILABLE'),
  },
  {
    ...absentee,
    name: 'went-home-on-queue',
    description: 'Went home on queue: the next interaction is missed and the status becomes NOT_RESPONDING.',
    story: leaveOnQueue,
  },
  {
    ...absentee,
    name: 'stopped-responding',
    description: 'Leaves while an interaction is ringing, and does not come back.',
    story: missAtOnce,
  },
  {
    ...absentee,
    name: 'locked-screen',
    description: 'Left; some minutes later the desktop locked by itself and the presence became Idle.',
    story: lockAndLeave,
  },
  {
    ...absentee,
    name: 'overran-break',
    description: 'Took a break and is back hours later, if at all.',
    story: overrun('BREAK', [2 * HOUR, 3 * HOUR]),
  },
  {
    ...absentee,
    name: 'overran-meal',
    description: 'Left for a meal and is back hours later, if at all.',
    story: overrun('MEAL', [2.5 * HOUR, 3.5 * HOUR]),
  },
  {
    ...absentee,
    name: 'stuck-in-wrap-up',
    description: 'Left in after-call work that never ends: engaged for ever, and must never be logged off.',
    story: leaveInside('call', true, undefined),
  },
  {
    ...absentee,
    name: 'parked-email',
    description: 'Left an e-mail open overnight, off queue: engaged, and must never be logged off.',
    story: leaveInside('email', false, 'AVAILABLE'),
  },
  {
    ...absentee,
    name: 'comes-back',
    description:
      'Leaves, and really comes back after two hours or so: logs in if necessary, and goes on queue.',
    story: function* (scene) {
      const at = yield* goHomeIn('AWAY')(scene);
      return yield* workToTheEnd(scene, at + between(scene.random, [100 * MINUTE, 150 * MINUTE]));
    },
  },
];
