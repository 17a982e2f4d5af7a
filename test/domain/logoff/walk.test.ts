/**
 * Every way that a log-off can take: the state machine is walked with each answer that the world can give to each thing that it
 * wants, and what must hold of all log-offs is checked at each step.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Observation, RoutingStatus, Sighting, SystemPresence } from '../../../src/domain/agent.ts';
import { contextFor, evaluate, type Watch } from '../../../src/domain/judging/evaluate.ts';
import { advance } from '../../../src/domain/logoff/advance.ts';
import {
  begin,
  intend,
  wanted,
  type Answer,
  type Attempt,
  type Want,
} from '../../../src/domain/logoff/attempt.ts';
import { endingOf } from '../../../src/domain/logoff/outcome.ts';
import type { ActionFault, ActionResult } from '../../../src/domain/logoff/result.ts';
import { READING_LASTS } from '../../../src/domain/logoff/revalidate.ts';
import type { Action, Policy } from '../../../src/domain/policy/policy.ts';
import { MINUTE, SECOND, type Instant } from '../../../src/domain/time/time.ts';
import { agent, clockTime, exemption, matcher, policy, profile, rule } from '../build.ts';

const SINCE = clockTime('08:00');
const BEGIN = clockTime('10:00');
const AGENT = agent();

/** What a look may show. `still`: nothing but our own doing. */
const SHOWN = [
  'still',
  'offline',
  'in a call',
  'no summary',
  'chose Busy',
  'newer token',
  'exempt',
  'unread',
] as const;
type Shown = (typeof SHOWN)[number];
/** Of these the rest of a log-off must leave the agent alone. */
const PROTECTS: ReadonlySet<Shown> = new Set(['in a call', 'no summary', 'chose Busy', 'exempt', 'unread']);

const FAULTS: readonly ActionFault['kind'][] = ['refused', 'forbidden', 'transient', 'late', 'gone'];

/** One place of the walk: the attempt, the time, and the way there. */
interface Place {
  readonly attempt: Attempt;
  readonly now: Instant;
  readonly lookedAt: Instant;
  readonly way: readonly string[];
  /** When each action that succeeded did. */
  readonly done: readonly { readonly action: Action; readonly at: Instant }[];
  readonly protectedBy: Shown | 'stays' | undefined;
}

function policyWith(actions: readonly Action[]): Policy {
  return policy({
    exempt: [exemption({ match: matcher({ divisions: ['spared'] }) })],
    profiles: [profile({ rules: [rule({ actions, waitingOnQueue: true })] })],
  });
}

function watchOf(actions: readonly Action[]): Watch {
  return { policy: policyWith(actions), usualInterval: MINUTE, clockJumped: false, nativeTimeouts: [] };
}

function reading(
  at: Instant,
  presence: SystemPresence,
  routing: RoutingStatus,
  since: { readonly presence: Instant; readonly routing: Instant },
): Observation {
  return {
    agentId: AGENT.id,
    at,
    presence: { system: presence, definitionId: `def-${presence}`, since: since.presence },
    routing: { status: routing, since: since.routing },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: SINCE,
    missing: [],
  };
}

function before(onQueue: boolean, at: Instant): Observation {
  const since = { presence: SINCE, routing: SINCE };
  return reading(at, onQueue ? 'ON_QUEUE' : 'AWAY', onQueue ? 'IDLE' : 'OFF_QUEUE', since);
}

function shown({ attempt, now, done }: Place, what: Shown): Sighting | undefined {
  const left = done.find(({ action }) => action === 'off_queue')?.at;
  const still =
    left === undefined
      ? { ...attempt.before, at: now }
      : reading(now, 'AVAILABLE', 'OFF_QUEUE', { presence: left, routing: left });
  const seen = (changes: Partial<Observation>): Sighting => {
    return { agent: AGENT, observation: { ...still, ...changes } };
  };
  const fresh = { presence: now, routing: left ?? SINCE };
  const worlds: Readonly<Record<Shown, Sighting | undefined>> = {
    still: seen({}),
    offline: seen(reading(now, 'OFFLINE', 'OFF_QUEUE', fresh)),
    'in a call': seen({ conversations: { contactCentre: 1, enterprise: 0 } }),
    'no summary': seen({ conversations: undefined }),
    'chose Busy': seen(reading(now, 'BUSY', 'OFF_QUEUE', fresh)),
    'newer token': seen({ tokenIssuedAt: now }),
    exempt: { ...seen({}), agent: { ...AGENT, divisionId: 'spared' } },
    unread: undefined,
  };
  return worlds[what];
}

function results(): readonly ActionResult[] {
  const faults = FAULTS.map((kind): ActionResult => ({
    ok: false,
    fault: { kind, message: 'no', correlationId: undefined } as ActionFault,
  }));
  const perhaps = (['already', 'by_us'] as const).map((perhapsSo): ActionResult => ({
    ok: false,
    fault: { kind: 'refused', message: 'no', correlationId: undefined, perhapsSo },
  }));
  return [{ ok: true, correlationId: undefined }, ...faults, ...perhaps];
}

/** Every answer to what an attempt wants, with its name and how long it takes. */
function answersTo(place: Place, want: Want): readonly (readonly [string, Answer, number])[] {
  if (want.kind === 'look') {
    const stay = { seq: 1, at: place.now, until: place.now + 30 * MINUTE };
    const looks = SHOWN.map((what): readonly [string, Answer, number] => [
      what,
      { kind: 'seen', sighting: shown(place, what) },
      SECOND,
    ]);
    return place.attempt.stage.kind === 'verify' ? looks : [...looks, ['stays', { kind: 'stayed', stay }, 0]];
  }
  const done = results().map((result): readonly [string, Answer, number] => {
    const how = result.ok ? 'ok' : result.fault.kind;
    const perhaps = !result.ok && result.fault.kind === 'refused' ? (result.fault.perhapsSo ?? '') : '';
    const takes = how === 'late' ? MINUTE : SECOND;
    return [`${nameOf(want)} ${how} ${perhaps}`.trim(), { kind: 'done', result, askedAt: place.now }, takes];
  });
  if (want.kind === 'restore') return done;
  // Before each action the driver asks whether the agent has answered the warning.
  const stay = { seq: 1, at: place.now, until: place.now + 30 * MINUTE };
  const asked: readonly (readonly [string, Answer, number])[] = [
    ...done,
    ['stays', { kind: 'stayed', stay }, 0],
  ];
  return want.begins ? [...asked, ['stopped', { kind: 'stopped' }, 0]] : asked;
}

function nameOf(want: Want): string {
  return want.kind === 'perform' ? want.action : want.kind;
}

function nextPlace(
  place: Place,
  want: Want,
  name: string,
  answer: Answer,
  takes: number,
  watch: Watch,
): Place {
  const now = place.now + takes;
  const { attempt } = advance(place.attempt, answer, watch, now);
  const isDone = answer.kind === 'done' && answer.result.ok && want.kind === 'perform';
  const seen = answer.kind === 'seen' ? answer.sighting?.observation.at : undefined;
  return {
    attempt,
    now,
    lookedAt: seen ?? place.lookedAt,
    way: [...place.way, name],
    done: isDone ? [...place.done, { action: want.action, at: now }] : place.done,
    protectedBy: place.protectedBy ?? protectionIn(name, place.attempt, attempt),
  };
}

/** A look after the log-off that cannot tell is made once more, and protects no one yet. */
function protectionIn(
  name: string,
  { stage: was }: Attempt,
  { stage: is }: Attempt,
): Shown | 'stays' | undefined {
  if (name === 'stays') return name;
  if (was.kind === 'verify' && is.kind === 'verify') return undefined;
  return SHOWN.find((each) => each === name && PROTECTS.has(each));
}

/** Two places from which everything goes on alike. */
function keyOf({ attempt, done, protectedBy }: Place): string {
  const { stage, performed, undone } = attempt;
  const plain = stage.kind === 'once_more' || stage.kind === 'restore' ? stage.kind : stage;
  return JSON.stringify([
    plain,
    performed,
    undone.map(({ action, fault }) => [action, fault.kind]),
    done.map(({ action }) => action),
    protectedBy,
  ]);
}

interface Walked {
  readonly places: readonly Place[];
  readonly ends: readonly Place[];
}

function walk(actions: readonly Action[], onQueue: boolean): Walked {
  const watch = watchOf(actions);
  const context = contextFor(AGENT, watch);
  const first = evaluate(undefined, before(onQueue, BEGIN - 61 * MINUTE), context, watch.policy);
  let state = first.state;
  for (let at = BEGIN - 60 * MINUTE; at < BEGIN; at += MINUTE)
    state = evaluate(state, before(onQueue, at), context, watch.policy).state;
  const observation = before(onQueue, BEGIN);
  const evaluation = evaluate(state, observation, context, watch.policy);
  const begun = begin({ agent: AGENT, observation }, evaluation, watch.policy, 'i1');
  if (begun === undefined) throw new Error('the agent is not due');
  const start = { now: BEGIN, lookedAt: BEGIN, way: [], done: [], protectedBy: undefined };
  const places: Place[] = [{ ...start, attempt: intend(begun, watch.policy, BEGIN) }];
  const known = new Set<string>();
  const ends: Place[] = [];
  for (const place of places) {
    const want = wanted(place.attempt);
    if (want === undefined) {
      ends.push(place);
      continue;
    }
    for (const [name, answer, takes] of answersTo(place, want)) {
      const next = nextPlace(place, want, name, answer, takes, watch);
      const key = keyOf(next);
      if (known.has(key)) continue;
      known.add(key);
      places.push(next);
    }
  }
  return { places, ends };
}

const ALL: readonly Action[] = ['off_queue', 'offline', 'release_station', 'revoke_tokens', 'notify'];

describe.each([
  ['an agent on queue', true],
  ['an agent off the queue', false],
])('every log-off of %s', (_, onQueue) => {
  let walked: Walked;
  beforeAll(() => {
    walked = walk(ALL, onQueue);
  });

  test('comes to an end, whatever the world answers', () => {
    expect(walked.ends.length).toBeGreaterThan(100);
    expect(Math.max(...walked.ends.map(({ way }) => way.length))).toBeLessThan(30);
    expect(new Set(walked.ends.map(({ attempt }) => endingOf(attempt).outcome))).toEqual(
      new Set(['verified', 'unverified', 'failed', 'dropped']),
    );
  });

  test('does nothing more to an agent once a look protects them, but to give the queue back', () => {
    for (const { attempt, protectedBy, way } of walked.places) {
      if (protectedBy === undefined) continue;
      const want = wanted(attempt);
      expect([way, want?.kind === 'restore' ? undefined : want]).toEqual([way, undefined]);
    }
  });

  test('rests each action on a reading that is at most ten seconds old when it is sent', () => {
    for (const { attempt, lookedAt, way } of walked.places) {
      const want = wanted(attempt);
      if (want?.kind === 'perform')
        expect([way, want.notAfter <= lookedAt + READING_LASTS]).toEqual([way, true]);
    }
  });

  test('performs no action twice, but Offline once more where nothing has happened', () => {
    for (const { attempt, done, way } of walked.places) {
      const want = wanted(attempt);
      if (want?.kind !== 'perform' || attempt.stage.kind === 'once_more') continue;
      expect([way, done.map(({ action }) => action)]).not.toEqual([
        way,
        expect.arrayContaining([want.action]),
      ]);
    }
  });

  test('asks whether it may begin before the first action, and no more once something has been done', () => {
    for (const { attempt, way } of walked.places) {
      const want = wanted(attempt);
      if (want === undefined || want.kind === 'look' || want.kind === 'restore') continue;
      const isFirst = attempt.performed.length === 0 && attempt.undone.length === 0;
      expect([way, want.begins]).toEqual([way, isFirst]);
    }
  });

  test('leaves the place on the ladder as it was where nothing was done', () => {
    const nothing = walked.ends.filter(({ attempt }) => attempt.performed.length === 0);
    expect(nothing.length).toBeGreaterThan(5);
    for (const { attempt, way } of nothing) {
      // A stay takes the agent off the ladder.
      if (way.includes('stays')) expect(attempt.state.episode.ladder).toBeUndefined();
      else expect([way, attempt.state.episode.ladder]).toEqual([way, attempt.knownBefore.episode.ladder]);
      expect([way, attempt.state.logoff?.kind]).not.toEqual([way, 'intended']);
    }
  });

  test('is verified only where the last look shows the agent Offline', () => {
    const verified = walked.ends.filter(({ attempt }) => endingOf(attempt).outcome === 'verified');
    for (const { attempt, way } of verified)
      expect([way, attempt.state.last.presence === 'OFFLINE', way.at(-1)]).toEqual([way, true, 'offline']);
  });

  test('names as performed what was answered with success, or what a look showed to be so', () => {
    for (const { attempt, done, way } of walked.ends) {
      const succeeded: readonly Action[] = done.map(({ action }) => action);
      const others = attempt.performed.filter((action) => !succeeded.includes(action));
      const told = attempt.performed.includes('notify') ? ['notify'] : [];
      const shownSo = way.some((step) => step.startsWith('off_queue refused ')) ? ['off_queue'] : [];
      expect([way, [...told, ...shownSo]]).toEqual([way, expect.arrayContaining(others)]);
    }
  });
});

test('an agent who is exempt by the look after leaving the queue gets the queue back and is not logged off', () => {
  const { ends } = walk(ALL, true);
  const spared = ends.filter(({ way }) => way[1] === 'exempt' && way[0] === 'off_queue ok');
  expect(spared.length).toBeGreaterThan(0);
  for (const { attempt, way } of spared) {
    expect(way[2]).toMatch(/^restore/);
    expect(endingOf(attempt)).toMatchObject({ outcome: 'dropped', reason: 'exempt' });
  }
});

test('an agent who answers the warning after the queue was left gets the queue back; later no more is done, and they are off the ladder', () => {
  const { ends } = walk(ALL, true);
  const stayed = ends.filter(({ way }) => way.includes('stays'));
  const early = stayed.filter(({ way }) => way[0] === 'off_queue ok' && way.indexOf('stays') <= 2);
  expect(early.length).toBeGreaterThan(0);
  for (const { attempt, way } of early) {
    expect(way.at(-1)).toMatch(/^restore/);
    expect(endingOf(attempt)).toMatchObject({ outcome: 'dropped', reason: 'stay' });
  }
  for (const { attempt, way } of stayed) {
    const { stays, episode } = attempt.state;
    expect([way, stays.length, episode.ladder]).toEqual([way, 1, undefined]);
  }
});

test('an agent who may be in a call after leaving the queue gets back the presence of before', () => {
  const { places } = walk(ALL, true);
  const restored = places.filter(({ attempt }) => attempt.stage.kind === 'restore');
  const ways = restored.map(({ way }) => way.join(', '));
  expect(ways).toEqual(
    expect.arrayContaining(['off_queue ok, in a call', 'off_queue ok, no summary', 'off_queue ok, unread']),
  );
  for (const { attempt } of restored)
    expect(wanted(attempt)).toMatchObject({ kind: 'restore', presenceId: 'def-ON_QUEUE' });
  expect(ways.filter((way) => way.includes('chose Busy'))).toEqual([]);
});
