/** People who are there, each working, or being seen to work, in another way. All log out when the shift ends. */
import { between } from '../random.ts';
import { HOUR, MINUTE, SECOND } from '../time.ts';
import type { Archetype, ScriptScene, Story } from './archetype.ts';
import { arrive, conversations, inPresence, step, wholeDay, working, type Piece } from './parts.ts';

/** Ordinary calls, on queue: what most people do before their story begins. */
export const ORDINARY_CALLS: Piece = inPresence(
  'ON_QUEUE',
  conversations({
    medium: 'call',
    side: 'contactCenter',
    gap: [20 * SECOND, 6 * MINUTE],
    talk: [2 * MINUTE, 9 * MINUTE],
    wrap: [10 * SECOND, 90 * SECOND],
  }),
);

const worker = { group: 'Agents', role: 'Communicate - User', client: {}, goesAbsent: false } as const;

function flipBreaks(): Piece {
  return function* (scene, from, until) {
    let at = from;
    while (at < until) {
      at = yield* ORDINARY_CALLS(
        scene,
        at,
        Math.min(until, at + between(scene.random, [12 * MINUTE, 30 * MINUTE])),
      );
      for (const to of ['BREAK', 'AWAY', 'AVAILABLE'] as const) {
        yield step(at, { do: 'presence', to });
        at += between(scene.random, [MINUTE, 6 * MINUTE]);
      }
    }
    return at;
  };
}

function meetThenWork(): Piece {
  return function* (scene, from, until) {
    const end = from + (until - from) * 0.6;
    yield step(from, { do: 'presence', to: scene.random() < 0.5 ? 'MEETING' : 'TRAINING' });
    return yield* ORDINARY_CALLS(scene, end, until);
  };
}

function* readThenWork(scene: ScriptScene): Story {
  const from = yield* arrive(scene);
  yield step(from, { do: 'presence', to: 'TRAINING' });
  const reads = Math.min(between(scene.random, [100 * MINUTE, 200 * MINUTE]), (scene.to - from) / 2);
  const at = yield* working(scene, from + reads, scene.to, ORDINARY_CALLS);
  yield step(at, { do: 'log-out' });
  return at;
}

function lockAndComeBack(): Piece {
  return function* (scene, from, until) {
    const middle = from + (until - from) / 2;
    let at = yield* ORDINARY_CALLS(scene, from, middle);
    yield step(at, { do: 'presence', to: 'AVAILABLE' });
    yield step(at + MINUTE, { do: 'lock' });
    at += between(scene.random, [5 * MINUTE, 20 * MINUTE]);
    yield step(at, { do: 'unlock' });
    return yield* ORDINARY_CALLS(scene, at + MINUTE, until);
  };
}

function* watch(scene: ScriptScene): Story {
  const at = yield* arrive(scene);
  yield step(at, { do: 'presence', to: 'AVAILABLE' });
  // No supervisor watches for longer: half a day without a sign is all that a policy for supervisors can be asked to bear.
  const end = Math.min(scene.to, at + 11 * HOUR);
  yield step(end, { do: 'log-out' });
  return end;
}

function* hang(scene: ScriptScene): Story {
  const at = yield* arrive(scene);
  yield step(at, { do: 'presence', to: 'AVAILABLE' });
  return at;
}

/** All of them. */
export const WORKERS: readonly Archetype[] = [
  {
    ...worker,
    name: 'long-caller',
    description: 'Is on calls that last up to two hours, without a visible change.',
    story: wholeDay(
      inPresence(
        'ON_QUEUE',
        conversations({
          medium: 'call',
          side: 'contactCenter',
          gap: [MINUTE, 5 * MINUTE],
          talk: [40 * MINUTE, 110 * MINUTE],
          wrap: [MINUTE, 5 * MINUTE],
        }),
      ),
    ),
  },
  {
    ...worker,
    name: 'email-worker',
    description: 'Answers e-mails for a quarter of an hour up to an hour each.',
    story: wholeDay(
      inPresence(
        'ON_QUEUE',
        conversations({
          medium: 'email',
          side: 'contactCenter',
          gap: [30 * SECOND, 4 * MINUTE],
          talk: [15 * MINUTE, 55 * MINUTE],
        }),
      ),
    ),
  },
  {
    ...worker,
    name: 'off-queue-dialler',
    description: 'Makes calls all day without ever being on queue: only the enterprise counters show them.',
    story: wholeDay(
      inPresence(
        'AVAILABLE',
        conversations({
          medium: 'call',
          side: 'enterprise',
          gap: [MINUTE, 4 * MINUTE],
          talk: [3 * MINUTE, 8 * MINUTE],
        }),
      ),
    ),
  },
  {
    ...worker,
    name: 'wrapping-up',
    description: 'Has short calls and after-call work of up to three quarters of an hour.',
    story: wholeDay(
      inPresence(
        'ON_QUEUE',
        conversations({
          medium: 'call',
          side: 'contactCenter',
          gap: [10 * SECOND, 2 * MINUTE],
          talk: [2 * MINUTE, 6 * MINUTE],
          wrap: [15 * MINUTE, 45 * MINUTE],
        }),
      ),
    ),
  },
  {
    ...worker,
    name: 'short-calls',
    description: 'Has calls of seconds: between two sweeps only a start time changes.',
    story: wholeDay(
      inPresence(
        'ON_QUEUE',
        conversations({
          medium: 'call',
          side: 'contactCenter',
          gap: [10 * SECOND, 3 * MINUTE],
          talk: [8 * SECOND, 50 * SECOND],
          wrap: [2 * SECOND, 10 * SECOND],
        }),
      ),
    ),
  },
  {
    ...worker,
    name: 'chat-worker',
    description: 'Answers web messages.',
    story: wholeDay(
      inPresence(
        'ON_QUEUE',
        conversations({
          medium: 'message',
          side: 'contactCenter',
          gap: [10 * SECOND, 2 * MINUTE],
          talk: [5 * MINUTE, 25 * MINUTE],
          wrap: [5 * SECOND, MINUTE],
        }),
      ),
    ),
  },
  {
    ...worker,
    name: 'ordinary',
    description: 'Takes ordinary calls, with breaks and a meal.',
    story: wholeDay(ORDINARY_CALLS),
  },
  {
    ...worker,
    name: 'break-flipper',
    description: 'Alternates between short breaks and work all day, and really works.',
    story: wholeDay(flipBreaks()),
  },
  {
    ...worker,
    name: 'meeting-goer',
    description: 'Sits in meetings and trainings of an hour or so, then takes calls.',
    story: wholeDay(meetThenWork()),
  },
  {
    ...worker,
    name: 'screen-locker',
    description: 'Locks the screen for some minutes now and then, and comes back each time.',
    story: wholeDay(lockAndComeBack()),
  },
  {
    ...worker,
    name: 'reader',
    description: 'Reads files off queue and makes a call now and then, at least every forty minutes.',
    story: wholeDay(
      inPresence(
        'AVAILABLE',
        conversations({
          medium: 'call',
          side: 'enterprise',
          gap: [15 * MINUTE, 38 * MINUTE],
          talk: [4 * MINUTE, 10 * MINUTE],
        }),
      ),
    ),
  },
  {
    ...worker,
    name: 'long-reader',
    description: 'Reads for hours without a click, in the presence Training, and then takes calls.',
    story: readThenWork,
  },
  {
    ...worker,
    name: 'new-joiner',
    description: 'Has an account only from the second quarter of the first shift on.',
    joinsAt: 0.3,
    story: wholeDay(ORDINARY_CALLS),
  },
  {
    ...worker,
    name: 'leaver',
    description: 'Loses the account in the middle of the first shift.',
    leavesAt: 0.5,
    story: wholeDay(ORDINARY_CALLS),
  },
  {
    name: 'watching-supervisor',
    description: 'Is present and watches all day, without an action that the platform shows.',
    group: 'Supervisors',
    role: 'Supervisor',
    client: {},
    goesAbsent: false,
    story: watch,
  },
  {
    name: 'wallboard',
    description: 'A screen on a wall, in no group: logged on day and night, on purpose.',
    group: undefined,
    client: {},
    goesAbsent: false,
    story: hang,
  },
];
