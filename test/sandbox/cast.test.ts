/** Each part in the cast plays what its sentence says, as far as the platform can show it, looked at once a minute. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ARCHETYPES, HOSTILE_MIX } from '../../src/sandbox/index.ts';
import { entities, HOUR, MINUTE, T0, Visit, type User } from './visit.ts';

/** What one look at one person shows, and the truth about that person. */
interface Look {
  readonly at: number;
  readonly presence: string;
  readonly routing: string;
  /** The later of the two stamps. */
  readonly movedAt: number;
  readonly centre: number;
  readonly enterprise: number;
  readonly wrapping: number;
  readonly media: readonly string[];
  readonly tokenAt: number | undefined;
  readonly there: boolean;
}

const EACH = 3;
const PARTS = [...ARCHETYPES.keys()];
const SHIFT = 8 * HOUR;
/** A long call that began at the very end of the shift is over by then. */
const NIGHT = 2 * HOUR;

let visit: Visit;
const looks = new Map<string, Look[]>();

beforeAll(async () => {
  visit = await Visit.begin({ agents: PARTS.length * EACH, cast: PARTS, seed: 5 });
  const expand = ['presence', 'routingStatus', 'conversationSummary', 'lasttokenissued'];
  const path = `/api/v2/users?pageSize=500&${expand.map((one) => `expand=${one}`).join('&')}`;
  for (let at = 0; at <= SHIFT + NIGHT; at += MINUTE) {
    visit.wind(at);
    for (const user of entities(await visit.get(path))) {
      const list = looks.get(user.id) ?? [];
      list.push(lookAt(user, T0 + at));
      looks.set(user.id, list);
    }
  }
}, 60_000);

afterAll(() => visit.end());

function lookAt(user: User, at: number): Look {
  const media = Object.entries(user.conversationSummary!).filter(([name]) => name !== 'userId');
  const count = (pick: (counters: (typeof media)[number][1]) => number): number =>
    media.reduce((sum, [, counters]) => sum + pick(counters), 0);
  const token = user.lastTokenIssued?.dateIssued;
  return {
    at,
    presence: user.presence!.presenceDefinition.systemPresence,
    routing: user.routingStatus!.status,
    movedAt: Math.max(Date.parse(user.presence!.modifiedDate), Date.parse(user.routingStatus!.startTime)),
    centre: count(({ contactCenter }) => contactCenter.active + contactCenter.acw),
    enterprise: count(({ enterprise }) => enterprise.active + enterprise.acw),
    wrapping: count(({ contactCenter }) => contactCenter.acw),
    media: media.filter(([, { contactCenter }]) => contactCenter.active > 0).map(([name]) => name),
    tokenAt: token === undefined ? undefined : Date.parse(token),
    there: visit.sandbox.world.presentAt(user.id, at),
  };
}

/** The looks at each of the people who play this part. */
function playing(part: string): readonly (readonly Look[])[] {
  const people = visit.sandbox.world.organisation.people.filter(({ archetype }) => archetype.name === part);
  expect(people).toHaveLength(EACH);
  return people.map(({ id }) => looks.get(id)!);
}

function everyoneIn(part: string, does: (list: readonly Look[]) => boolean): boolean {
  return playing(part).every(does);
}

function someoneIn(part: string, does: (list: readonly Look[]) => boolean): boolean {
  return playing(part).some(does);
}

/** The longest time in a row, ms, for which this held at each look. */
function longest(list: readonly Look[], holds: (look: Look) => boolean): number {
  let best = 0;
  let from: number | undefined;
  for (const look of list) {
    from = holds(look) ? (from ?? look.at) : undefined;
    if (from !== undefined) best = Math.max(best, look.at - from);
  }
  return best;
}

const engaged = ({ centre, enterprise }: Look): boolean => centre + enterprise > 0;
const online = ({ presence }: Look): boolean => presence !== 'OFFLINE';
const atEnd = (list: readonly Look[]): Look => list.at(-1)!;
const share = (list: readonly Look[], holds: (look: Look) => boolean): number =>
  list.filter(holds).length / list.length;
const stands = (look: Look, presence: string, routing: string): boolean =>
  look.presence === presence && look.routing === routing;
/** Is gone and online for hours on end, in just this state. */
const leftIn = (presence: string, routing: string) => (list: readonly Look[]) =>
  longest(list, (look) => !look.there && stands(look, presence, routing)) > HOUR;

const STORIES: readonly (readonly [sentence: string, plays: () => boolean])[] = [
  [
    'a long caller is INTERACTING for more than an hour',
    () => someoneIn('long-caller', (l) => longest(l, engaged) > HOUR),
  ],
  [
    'an e-mail worker has e-mails of half an hour',
    () => everyoneIn('email-worker', (l) => longest(l, ({ media }) => media.includes('email')) > 30 * MINUTE),
  ],
  [
    'a dialler is never on queue, and engaged half of the time',
    () =>
      everyoneIn(
        'off-queue-dialler',
        (l) =>
          l.every(({ routing, centre }) => routing === 'OFF_QUEUE' && centre === 0) &&
          share(l, ({ enterprise }) => enterprise > 0) > 0.4,
      ),
  ],
  [
    'an agent who is wrapping up is INTERACTING with after-call work alone for over a quarter of an hour',
    () =>
      everyoneIn(
        'wrapping-up',
        (l) =>
          longest(
            l,
            ({ wrapping, routing, media }) => wrapping > 0 && media.length === 0 && routing === 'INTERACTING',
          ) >
          15 * MINUTE,
      ),
  ],
  [
    'short calls are over in a minute, and start times tell of them',
    () =>
      everyoneIn(
        'short-calls',
        (l) =>
          l.filter(engaged).every(({ at, movedAt }) => at - movedAt <= MINUTE) &&
          share(l, (look) => look.routing === 'IDLE' && look.at - look.movedAt < 4 * MINUTE) >
            0.3 * share(l, ({ there }) => there),
      ),
  ],
  [
    'a chat worker has messages',
    () => everyoneIn('chat-worker', (l) => share(l, ({ media }) => media.includes('message')) > 0.4),
  ],
  [
    'an ordinary agent takes calls, breaks and a meal',
    () =>
      everyoneIn('ordinary', (l) =>
        ['BREAK', 'MEAL', 'ON_QUEUE'].every((p) => l.some(({ presence }) => presence === p)),
      ),
  ],
  [
    'a break flipper takes more than ten breaks',
    () =>
      everyoneIn(
        'break-flipper',
        (l) =>
          new Set(l.filter(({ presence }) => presence === 'BREAK').map(({ movedAt }) => movedAt)).size > 10,
      ),
  ],
  [
    'a meeting goer sits for an hour',
    () =>
      everyoneIn(
        'meeting-goer',
        (l) => longest(l, ({ presence }) => presence === 'MEETING' || presence === 'TRAINING') > 50 * MINUTE,
      ),
  ],
  [
    'a screen locker is Idle for some minutes and is there all the time',
    () =>
      everyoneIn(
        'screen-locker',
        (l) => longest(l, ({ presence, there }) => presence === 'IDLE' && there) >= 3 * MINUTE,
      ),
  ],
  [
    'a reader rings up, off queue',
    () =>
      everyoneIn(
        'reader',
        (l) =>
          l.some(({ enterprise }) => enterprise > 0) && l.every(({ routing }) => routing === 'OFF_QUEUE'),
      ),
  ],
  [
    'a watching supervisor shows nothing for seven hours and is there',
    () =>
      everyoneIn(
        'watching-supervisor',
        (l) => longest(l, (look) => look.there && stands(look, 'AVAILABLE', 'OFF_QUEUE')) > 7 * HOUR,
      ),
  ],
  ['a wallboard is still logged on after the shift', () => everyoneIn('wallboard', (l) => online(atEnd(l)))],
  [
    'a long reader sits in Training for more than an hour and a half without a sign, and then takes calls',
    () =>
      everyoneIn(
        'long-reader',
        (l) =>
          longest(l, (look) => look.there && stands(look, 'TRAINING', 'OFF_QUEUE')) > 95 * MINUTE &&
          l.some(engaged),
      ),
  ],
  ['a new joiner is not listed at first', () => everyoneIn('new-joiner', (l) => l[0]!.at > T0 + 2 * HOUR)],
  ['a leaver is not listed to the end', () => everyoneIn('leaver', (l) => atEnd(l).at < T0 + 4 * HOUR)],
  [
    'an agent who went home stays Available off queue, overnight',
    () => everyoneIn('went-home', (l) => leftIn('AVAILABLE', 'OFF_QUEUE')(l) && online(atEnd(l))),
  ],
  [
    'an agent who went home on queue is NOT_RESPONDING after a while',
    () =>
      everyoneIn(
        'went-home-on-queue',
        (l) =>
          leftIn('ON_QUEUE', 'NOT_RESPONDING')(l) && l.some((look) => !look.there && look.routing === 'IDLE'),
      ),
  ],
  [
    'an agent who stopped responding is NOT_RESPONDING at once',
    () =>
      everyoneIn(
        'stopped-responding',
        (l) =>
          leftIn('ON_QUEUE', 'NOT_RESPONDING')(l) &&
          longest(l, (look) => !look.there && look.routing === 'IDLE') === 0,
      ),
  ],
  [
    'a locked screen turns Idle minutes after the person left',
    () =>
      everyoneIn(
        'locked-screen',
        (l) =>
          leftIn('IDLE', 'OFF_QUEUE')(l) &&
          l.some((look) => !look.there && look.presence !== 'IDLE' && online(look)),
      ),
  ],
  ['an overrun break lasts hours', () => everyoneIn('overran-break', leftIn('BREAK', 'OFF_QUEUE'))],
  ['an overrun meal lasts hours', () => everyoneIn('overran-meal', leftIn('MEAL', 'OFF_QUEUE'))],
  [
    'an agent who is stuck in wrap-up is INTERACTING for ever',
    () =>
      everyoneIn(
        'stuck-in-wrap-up',
        (l) => atEnd(l).wrapping > 0 && atEnd(l).routing === 'INTERACTING' && !atEnd(l).there,
      ),
  ],
  [
    'a parked e-mail is open after the shift, off queue',
    () =>
      everyoneIn(
        'parked-email',
        (l) => atEnd(l).media.includes('email') && atEnd(l).presence === 'AVAILABLE' && !atEnd(l).there,
      ),
  ],
  [
    'an agent who comes back works again and logs out',
    () =>
      everyoneIn(
        'comes-back',
        (l) => leftIn('AWAY', 'OFF_QUEUE')(l) && share(l.slice(-180), engaged) > 0.05 && !online(atEnd(l)),
      ),
  ],
  [
    'an agent who clicks back waits until set Offline',
    () => everyoneIn('clicks-back', leftIn('AVAILABLE', 'OFF_QUEUE')),
  ],
  ['sso-restored is left Busy', () => everyoneIn('sso-restored', leftIn('BUSY', 'OFF_QUEUE'))],
  ['sso-available is left on a break', () => everyoneIn('sso-available', leftIn('BREAK', 'OFF_QUEUE'))],
  [
    'sso-keeps-returning is left Available',
    () => everyoneIn('sso-keeps-returning', leftIn('AVAILABLE', 'OFF_QUEUE')),
  ],
  ['sso-reasserts is left Away', () => everyoneIn('sso-reasserts', leftIn('AWAY', 'OFF_QUEUE'))],
  ['a late tab is left Available', () => everyoneIn('late-tab', leftIn('AVAILABLE', 'OFF_QUEUE'))],
  [
    'a native bouncer has a new token every half hour, and the person is away',
    () =>
      everyoneIn(
        'native-bouncer',
        (l) => new Set(l.filter(({ there }) => !there).map(({ tokenAt }) => tokenAt)).size > 5,
      ),
  ],
  [
    'a presence flipper is gone for hours, and changes the presence within each of them',
    () =>
      everyoneIn('presence-flipper', (l) => {
        const gone = l.filter((look) => !look.there && online(look));
        return gone.length > 180 && gone.slice(60).every(({ at, movedAt }) => at - movedAt < 46 * MINUTE);
      }),
  ],
  [
    'an agent who left a script to log in again is left Available',
    () => everyoneIn('re-login-script', leftIn('AVAILABLE', 'OFF_QUEUE')),
  ],
];

test.each(STORIES)('%s', (_, plays) => {
  expect(plays()).toBe(true);
});

test('every part has a story here, and plays in the hostile mix', () => {
  expect(STORIES).toHaveLength(PARTS.length);
  expect(Object.keys(HOSTILE_MIX).sort()).toEqual([...PARTS].sort());
});

describe('what is fair', () => {
  /** What a person who is there may show at most without any sign, by the chosen presence. */
  const PATIENCE: Readonly<Record<string, number>> = {
    MEAL: 80 * MINUTE,
    MEETING: 3.5 * HOUR,
    TRAINING: 3.5 * HOUR,
    IDLE: 50 * MINUTE,
    ON_QUEUE: 41 * MINUTE,
  };

  test.each(PARTS.filter((part) => part !== 'watching-supervisor' && part !== 'wallboard'))(
    '%s, while present, shows a sign at least every forty minutes',
    (part) => {
      const tooQuiet: Look[] = [];
      for (const list of playing(part)) {
        let signAt = 0;
        for (const look of list) {
          if (!look.there || !online(look)) continue;
          signAt = Math.max(signAt, look.movedAt, engaged(look) ? look.at : 0);
          const quietFor = look.at - signAt;
          const bears = PATIENCE[look.presence] ?? 41 * MINUTE;
          if (quietFor > bears || look.routing === 'NOT_RESPONDING') tooQuiet.push(look);
        }
      }
      expect(tooQuiet).toEqual([]);
    },
  );

  test('a person who comes back shows it in the very instant', async () => {
    const returns = visit.sandbox.world
      .journals()
      .flatMap(({ person, journal }) =>
        journal.presences.slice(1).map(({ from }) => ({ id: person.id, from })),
      )
      .sort((a, b) => a.from - b.from);
    expect(returns.length).toBeGreaterThanOrEqual(2 * EACH);
    const again = await Visit.begin({ agents: PARTS.length * EACH, cast: PARTS, seed: 5 });
    for (const { id, from } of returns) {
      again.wind(from - T0);
      expect(lookAt(await again.user(id), from).movedAt).toBe(from);
    }
    await again.end();
  });

  test('by the end of the night only those are online who never logged out', () => {
    const still = PARTS.filter((part) =>
      someoneIn(part, (list) => atEnd(list).at === T0 + SHIFT + NIGHT && online(atEnd(list))),
    );
    const worker = still.filter((part) => ARCHETYPES.get(part)?.goesAbsent === false);
    expect(worker).toEqual(['wallboard']);
  });
});
