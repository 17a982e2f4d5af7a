/**
 * The program as a process of its own against an organisation that writes some of its people down in ways that cannot be
 * built on. None of them is logged off, however long it lasts, and an agent who is plainly gone beside them is.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Person } from './people.ts';
import { play, untilAllGone, type Judgement, type Stage } from './judge.ts';

type User = Record<string, Record<string, unknown>>;

/** What is odd about each of them. All have been gone from the start, so that nothing else protects them. */
const ODD: Readonly<Record<string, (user: User) => void>> = {
  'On Queue Off Queue': (user) => {
    user['presence']!['presenceDefinition'] = { id: 'd-queue', systemPresence: 'On Queue' };
  },
  'Waits At Meal': (user) => {
    user['routingStatus']!['status'] = 'IDLE';
  },
  'No Label': (user) => {
    user['presence']!['presenceDefinition'] = { systemPresence: 'Busy' };
  },
  'New Counter': (user) => {
    user['conversationSummary']!['call'] = { contactCenter: { active: 0, acw: 0, held: 1 } };
  },
  'Counter As Text': (user) => {
    user['conversationSummary']!['chat'] = { contactCenter: { active: '1' } };
  },
  'Odd Stamp': (user) => {
    user['presence']!['modifiedDate'] = 1_767_225_600_000;
  },
  'Odd Token': (user) => {
    user['lastTokenIssued']!['dateIssued'] = 'yesterday';
  },
  'Year 9999': (user) => {
    user['routingStatus']!['startTime'] = '9999-12-31T23:59:59Z';
  },
  Levitating: (user) => {
    user['presence']!['presenceDefinition'] = { id: 'd-odd', systemPresence: 'Levitating' };
  },
  'No E-mail': (user) => {
    delete user['email'];
  },
  'No Summary': (user) => {
    delete user['conversationSummary'];
  },
};

const RULES = `      - { id: wide, when: { not: { presence: [meeting] } }, limit: 3s }
      - { id: labels, when: { not: { secondary_presence: [Coaching] } }, clock: in_state, limit: 3s }`;
const WAITING = ['Waits On Queue', 'Waits Under In State'];

let judgement: Judgement;
let touched: readonly string[];
let status: { counts: { verdicts: Record<string, number>; unknown: Record<string, number> } };
let metrics: string;

async function story({ org, cast, trial }: Stage): ReturnType<Parameters<typeof play>[2]> {
  const add = (name: string, parts: Partial<Person> = {}): Person =>
    org.people.add(name, { goneSince: org.people.now() - 600_000, ...parts });
  for (const name of Object.keys(ODD)) add(name, { presence: name === 'Waits At Meal' ? 'Meal' : 'Away' });
  for (const name of WAITING) add(name, { presence: 'OnQueue', routing: 'IDLE' });
  org.api.distort = ({ name }, user) => ODD[name]?.(user as User);
  const run = trial.start();
  cast.gone('Gone Home', 3_000);
  await untilAllGone({ org, cast, trial, url: '' }, 8_000, 80_000);
  status = JSON.parse(await run.get('/status')) as typeof status;
  metrics = await run.get('/metrics');
  touched = [...new Set(org.people.writes.map(({ person }) => person.name))];
  return run;
}

beforeAll(async () => {
  ({ judgement } = await play({ rules: RULES }, 7, story));
}, 120_000);

describe('agents whose readings cannot be built on', () => {
  test('are not touched, nor are those who wait on queue; an agent who is gone is logged off', () => {
    expect(touched).toEqual(['Gone Home']);
    expect(judgement).toMatchObject({ missed: [], disturbed: [], unrecorded: [], unknownRequests: [] });
  });

  test('are counted, by what of them is unknown', () => {
    expect(status.counts.verdicts).toMatchObject({
      unknown: Object.keys(ODD).length,
      waiting_on_queue: WAITING.length,
    });
    expect(status.counts.unknown).toEqual({
      contradiction: 2,
      'presence label': 1,
      conversationSummary: 3,
      'presence.modifiedDate': 1,
      'lastTokenIssued.dateIssued': 1,
      'routingStatus.startTime': 1,
      presence: 1,
      identity: 1,
    });
  });

  test('are an alarm and a metric when there are many of them', () => {
    const share = Number(/^idle_enforcer_unknown_share(?:\{[^}]*\})? (\S+)$/m.exec(metrics)?.[1]);
    expect(share).toBeCloseTo(Object.keys(ODD).length / (Object.keys(ODD).length + WAITING.length + 1), 5);
    expect(metrics).toMatch(/^idle_enforcer_verdicts\{.*reason="waiting_on_queue".*\} 2$/m);
  });
});
