/**
 * The program as a process of its own against an organisation that shares nothing with it. Hours are seconds here, and real
 * ones: that is what it takes to look at a process from outside. All trials run at the same time.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { sso } from './cast.ts';
import { play, untilAllGone, type Judgement } from './judge.ts';
import { killAndRestart, someFail, someMissing } from './mishaps.ts';
import { RETURNS, until } from './program.ts';

/** Everything is over long before. On a machine that has much else to do a log-off may fail, and is tried again after minutes. */
const AT_MOST = 300_000;
/** Nobody comes back later than this after a log-off, and nobody's answer takes longer. */
const CALM = 4_000;

const TRIALS = {
  'a shift in which all goes well': shift,
  'a platform of which one request in ten goes wrong': faults,
  'a worker that is killed again and again': kills,
  'a listing by page number that shifts, and a token that is taken away': shifting,
  'a platform whose clock is set': clocks,
  'a platform with a timeout of its own': nativeTimeout,
  'people who come back while the platform asks for patience': patience,
} as const;
type Name = keyof typeof TRIALS;

const judgements = new Map<Name, Judgement>();

beforeAll(async () => {
  const names = Object.keys(TRIALS) as Name[];
  const played = await Promise.all([...names.map((name) => TRIALS[name]()), hanging()]);
  names.forEach((name, i) => judgements.set(name, played[i]!));
  hangingEnd = played.at(-1)!.end;
}, AT_MOST + 30_000);
let hangingEnd: Judgement['end'];

async function shift(): Promise<Judgement> {
  const { judgement } = await play({ perMinute: 1_000 }, 1, async (stage) => {
    stage.cast.hirePresent(2);
    stage.cast.hireReturning(1);
    stage.cast.hireAbsent(2);
    const again = { ...sso(300, 'former', true), reasserts: true, times: 7 };
    stage.cast.gone('Again And Again', 6_000, { presence: 'Away', sso: again });
    const run = stage.trial.start();
    await untilAllGone(stage, CALM, AT_MOST);
    return run;
  });
  return judgement;
}

async function faults(): Promise<Judgement> {
  const { judgement } = await play({ timeout: '2s' }, 2, async (stage) => {
    const { org, cast, trial } = stage;
    org.limitPerClient = true;
    cast.hirePresent(1);
    cast.hireAbsent(1);
    const run = trial.start();
    await until(() => org.requests > 4, AT_MOST);
    org.fault = someFail(0.1, 2);
    org.api.drop = someMissing(0.02, 2);
    await until(() => cast.absent.filter(({ wentAt }) => wentAt.length > 0).length > 8, AT_MOST / 2);
    org.fault = () => undefined;
    org.api.drop = () => [];
    await untilAllGone(stage, CALM, AT_MOST / 2);
    return run;
  });
  return judgement;
}

async function kills(): Promise<Judgement> {
  const { judgement } = await play({}, 3, async (stage) => {
    stage.cast.hirePresent(1);
    stage.cast.hireAbsent(1);
    const { run } = await killAndRestart(stage.org, stage.trial, 3, 5);
    await untilAllGone(stage, CALM, AT_MOST / 2);
    return run;
  });
  return judgement;
}

async function shifting(): Promise<Judgement> {
  const { judgement } = await play({}, 4, async (stage) => {
    const { org, cast, trial } = stage;
    org.api.cursorOffered = false;
    org.api.largestPage = 25;
    cast.hirePresent(1);
    cast.hireAbsent(1);
    const run = trial.start();
    for (const shift of [0, 1, 0, 3, 0]) {
      const seen = org.requests;
      await until(() => org.requests > seen + 9, AT_MOST / 8);
      org.api.shift = shift;
      org.forgetTokens();
    }
    await untilAllGone(stage, CALM, AT_MOST / 2);
    return run;
  });
  return judgement;
}

async function clocks(): Promise<Judgement> {
  const { judgement } = await play({}, 5, async (stage) => {
    const { org, cast, trial } = stage;
    cast.hirePresent(1);
    const run = trial.start();
    for (const skew of [20_000, -40_000, 400_000, 0]) {
      const seen = org.requests;
      await until(() => org.requests > seen + 3, AT_MOST / 8);
      org.people.skew = skew;
    }
    cast.hireAbsent(1);
    await untilAllGone(stage, CALM, AT_MOST / 2);
    return run;
  });
  return judgement;
}

/**
 * Sessions that were left alone end after eight seconds, and the browser is back: the quiet answer is given each time. Every source of
 * evidence is asked as well.
 */
async function nativeTimeout(): Promise<Judgement> {
  const more = 'evidence: { timeline: auto, push: on, sign_ins: on }';
  const { judgement } = await play({ returns: SHORT_WINDOW, more }, 8, async (stage) => {
    const { org, cast, trial } = stage;
    org.api.nativeTimeout = 8;
    cast.hirePresent(1);
    cast.hireReturning(1);
    const thrownOut = cast.gone('Thrown Out', 6_000, {
      sso: { ...sso(700, 'former', true), idlesOut: 8_000 },
    });
    const run = trial.start();
    const intents = `SELECT 1 FROM event WHERE kind = 'intent' AND agent_name = 'Thrown Out'`;
    await until(() => thrownOut.wentAt.length > 4 && trial.rows(intents).length >= 6, AT_MOST);
    await until(() => thrownOut.presence === 'Offline', AT_MOST);
    pushed = org.api.notifications.sent;
    return run;
  });
  return judgement;
}

/** What the platform pushed in that trial. */
let pushed = 0;

/** So that an idle session outlasts the window, and nothing but the quiet answer comes before the repeat. */
const SHORT_WINDOW = RETURNS.replace('window: 10s', 'window: 2s').replace('repeat: 5s', 'repeat: 1h');

/** Each is put Offline; then the platform asks for twelve seconds of patience, in which the agent sits down and takes a call. */
async function patience(): Promise<Judgement> {
  const { judgement } = await play({}, 6, async ({ org, trial }) => {
    const { people } = org;
    const person = people.add('Back Soon', { goneSince: people.now(), limit: 6_000 });
    let asked = false;
    org.fault = (method) => {
      if (method !== 'DELETE' || asked) return undefined;
      asked = true;
      people.later(1_000, () => {
        people.sitDown(person, 'OnQueue');
        people.startCall(person);
      });
      return { status: 429, retryAfter: 12 };
    };
    const run = trial.start();
    const outcomes = (): number => trial.rows(`SELECT 1 FROM event WHERE kind = 'unverified'`).length;
    await until(() => asked, AT_MOST / 2);
    await until(() => outcomes() > 0, AT_MOST / 2);
    return run;
  });
  return judgement;
}

/** Everything that the program asks for goes unanswered, from the first agent's log-off on. */
async function hanging(): Promise<Judgement> {
  const { judgement } = await play({ timeout: '60s' }, 7, async ({ org, cast, trial }) => {
    cast.gone('Gone Home', 6_000);
    let hangs = false;
    org.fault = (method) => {
      hangs ||= method === 'PATCH';
      return hangs ? 'hang' : undefined;
    };
    const run = trial.start();
    await until(() => hangs, AT_MOST);
    return run;
  });
  return judgement;
}

function told(name: Name): Judgement {
  return judgements.get(name)!;
}

describe.each(Object.keys(TRIALS) as Name[])('in %s', (name) => {
  test('no agent who works is disturbed', () => {
    expect(told(name).disturbed).toEqual([]);
  });

  test('every agent who left is off', () => {
    expect(told(name).missed).toEqual([]);
  });

  test('every request is one that the public API knows, and none is too many', () => {
    const { unknownRequests, tooMany } = told(name);
    expect({ unknownRequests, tooMany }).toEqual({ unknownRequests: [], tooMany: 0 });
  });

  test('no secret is in any output, in the store or in the metrics', () => {
    expect(told(name).secrets).toBe(0);
  });

  test('whatever was done was intended on record before, and has an outcome', () => {
    expect(told(name).unrecorded).toEqual([]);
  });

  test('it ends on SIGTERM, by that signal’s code', () => {
    expect(told(name).end.code).toBe(143);
  });
});

test('each return is answered by the next rung, and beyond the last by the last', () => {
  const lines = told('a shift in which all goes well').record.filter(
    ({ kind, agent_name: name }) => kind === 'intent' && name === 'Again And Again',
  );
  expect(lines.map(({ rung }) => rung)).toEqual([null, 0, 1, 2, 2]);
});

test('whom the native timeout brings back is answered with each rung, and then quietly, long before the repeat', () => {
  const lines = told('a platform with a timeout of its own').record.filter(
    ({ kind, agent_name: name }) => kind === 'intent' && name === 'Thrown Out',
  );
  expect(lines.map(({ rung }) => rung)).toEqual([null, 0, 1, 2, 0, 0]);
});

test('where push is asked for, changes are pushed to the worker', () => {
  expect(pushed).toBeGreaterThan(0);
});

test('no agent is logged off before their limit', () => {
  const intents = [...judgements.values()].flatMap(({ record }) =>
    record.filter(({ kind }) => kind === 'intent'),
  );
  expect(intents.filter(({ measured, limit_ms: limit }) => (measured ?? 0) < (limit ?? Infinity))).toEqual(
    [],
  );
});

test('a platform that answers nothing delays the end by ten seconds at most', () => {
  expect(hangingEnd.code).toBe(143);
  expect(hangingEnd.took).toBeLessThan(10_000);
});
