/**
 * Damaged readings: the platform's JSON of a user with parts removed, nulled, of another type, with words and counters that
 * nobody knows, with strange stamps and with pairs that contradict each other. From the JSON to the verdict, none of that
 * may bring a log-off that the undamaged reading would not bring.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { track } from '../../../src/domain/tracking/track.ts';
import { judge, type Verdict } from '../../../src/domain/judging/judge.ts';
import { beginLogoff, finishLogoff } from '../../../src/domain/tracking/own-logoff.ts';
import type { AgentState } from '../../../src/domain/tracking/state.ts';
import { HOUR, MINUTE, SECOND, type Instant } from '../../../src/domain/time/time.ts';
import { Interner, readUser } from '../../../src/genesys/listing/read-user.ts';
import type { Sighting } from '../../../src/ports/agents.ts';
import { exemption, matcher, policy, profile, RETURNS, rule } from '../../domain/build.ts';
import { deepFreeze } from '../../domain/story.ts';
import { user } from '../fake-platform.ts';

type Json = Record<string, unknown>;

const NOW = Date.parse('2026-03-02T12:00:00Z');
const POLICY = deepFreeze(
  policy({
    exempt: [
      exemption({ match: matcher({ users: ['kiosk@example.com', 'wall board'] }) }),
      exemption({ match: matcher({ groups: ['g-exempt'] }) }),
      exemption({ match: matcher({ roles: ['r-exempt'] }) }),
      exemption({ match: matcher({ divisions: ['d-exempt'] }) }),
      exemption({ match: matcher({ queues: ['q-exempt'] }) }),
      exemption({ match: matcher({ teams: ['t-exempt'] }) }),
      exemption({ when: { secondaryPresence: ['def-coaching'] } }),
      exemption({ when: { presence: ['TRAINING'] } }),
    ],
    profiles: [
      profile({
        match: matcher({ groups: ['g1', 'g-exempt'] }),
        rules: [
          rule({ id: 'wide', limit: '1h', when: { not: { presence: ['MEETING'] } } }),
          rule({ id: 'state', limit: '1h', clock: 'in_state', when: { presence: ['BUSY', 'ON_QUEUE'] } }),
          rule({
            id: 'label',
            limit: '1h',
            when: { presence: ['MEETING'], not: { secondaryPresence: ['def-huddle'] } },
          }),
        ],
        returns: { ...RETURNS, grace: 2 * MINUTE },
      }),
    ],
  }),
);

/** A person, as the platform shows them for long, and in the last reading. */
interface Person {
  readonly who: string;
  /** Never to be acted on: at work, or exempt. */
  readonly protected: boolean;
  readonly long: Json;
  readonly last: Json;
  /** Minutes between the reading before the last, and the last. */
  readonly gap?: number;
  readonly queues?: readonly string[];
  readonly teams?: readonly string[];
  /** Was logged off before the last reading. */
  readonly loggedOff?: boolean;
}

const iso = (at: Instant): string => new Date(at).toISOString();
const LONG_AGO = iso(NOW - 3 * HOUR);
const JUST_NOW = iso(NOW - 20 * SECOND);

function presence(systemPresence: string, modifiedDate = LONG_AGO, id = `def-${systemPresence}`): Json {
  return {
    presence: { primary: true, presenceDefinition: { id, systemPresence }, message: '', modifiedDate },
  };
}

function routing(status: string, startTime = LONG_AGO): Json {
  return { routingStatus: { status, startTime } };
}

const counters = (active = 0, acw = 0): Json => ({ active, acw });
const FREE = { contactCenter: counters(), enterprise: counters() };

function summary(media: Json = {}): Json {
  const all = ['call', 'callback', 'email', 'message', 'chat', 'socialExpression', 'video'];
  return { conversationSummary: { ...Object.fromEntries(all.map((medium) => [medium, FREE])), ...media } };
}

const CALL = summary({ call: { contactCenter: counters(1), enterprise: counters() } });
const WRAP_UP = summary({ email: { contactCenter: counters(0, 1), enterprise: counters() } });
const DIALS = summary({ call: { contactCenter: counters(), enterprise: counters(1) } });
const TOKEN = { lastTokenIssued: { dateIssued: LONG_AGO } };
const EXTRAS = {
  outOfOffice: { active: false, indefinite: false },
  station: {},
  futurePresenceDefinition: { id: 'def-OFFLINE', systemPresence: 'OFFLINE' },
};
const AWAY: Json = { ...presence('AWAY'), ...routing('OFF_QUEUE'), ...summary(), ...TOKEN, ...EXTRAS };
const ON_QUEUE: Json = { ...AWAY, ...presence('ON_QUEUE'), ...routing('IDLE') };

function at(who: string, last: Json, more: Partial<Person> = {}): Person {
  return { who, protected: true, long: AWAY, last: { ...AWAY, ...last }, ...more };
}

/** In each of these states from before the first reading on. */
function always(who: string, state: Json, more: Partial<Person> = {}): Person {
  return { who, protected: true, long: { ...AWAY, ...state }, last: { ...AWAY, ...state }, ...more };
}

const group = (id: string): Json => ({ groups: [{ id }] });
const RETURNED = { ...presence('AWAY', JUST_NOW), lastTokenIssued: { dateIssued: iso(NOW - 21 * SECOND) } };

const PEOPLE: readonly Person[] = [
  at('takes a call', { ...routing('INTERACTING', JUST_NOW), ...CALL }),
  at('is in a call of the network', routing('COMMUNICATING', JUST_NOW)),
  at('began to dial', DIALS),
  at('is in wrap-up', WRAP_UP),
  at('is in a call on break', {
    ...presence('BREAK', JUST_NOW),
    ...routing('INTERACTING', JUST_NOW),
    ...CALL,
  }),
  always('has long been in a call', { ...routing('INTERACTING'), ...CALL }),
  always('has long been dialling', DIALS),
  always('is exempt by e-mail', { email: 'kiosk@example.com' }),
  always('is exempt by username', { username: 'kiosk@example.com' }),
  always('is exempt by name', { name: 'Wall Board' }),
  always('is exempt by group', group('g-exempt')),
  always('is exempt by role', { authorization: { roles: [{ id: 'r1' }, { id: 'r-exempt' }] } }),
  always('is exempt by division', { division: { id: 'd-exempt' } }),
  always('is exempt by queue', {}, { queues: ['q-exempt'] }),
  always('is exempt by team', {}, { teams: ['t-exempt'] }),
  always('is exempt by label', presence('BUSY', LONG_AGO, 'def-coaching')),
  always('is exempt by presence', presence('Training')),
  always('is in no profile', group('g-nobody')),
  always('waits on queue', ON_QUEUE),
  at('went on queue', { ...ON_QUEUE, ...presence('On Queue', JUST_NOW), ...routing('IDLE', JUST_NOW) }),
  at('chose a presence', presence('BUSY', JUST_NOW)),
  at('chose the same presence', presence('AWAY', JUST_NOW)),
  at('is Offline', presence('OFFLINE', JUST_NOW)),
  at('came back silently', RETURNED, { long: { ...AWAY, ...presence('OFFLINE', iso(NOW - 50 * SECOND)) } }),
  at('logged in between two looks', { lastTokenIssued: { dateIssued: JUST_NOW } }, { gap: 30 }),
  always('is in a huddle, which a rule leaves out', presence('MEETING', LONG_AGO, 'def-huddle')),
  at('came back after a log-off', RETURNED, { loggedOff: true }),
  at('is idle for long', {}, { protected: false }),
  always('is busy for long', presence('BUSY'), { protected: false }),
  always('is in a meeting for long', presence('MEETING'), { protected: false }),
  always('does not respond', { ...presence('ON_QUEUE'), ...routing('NOT_RESPONDING') }, { protected: false }),
  at('is idle, and was not read for half an hour', {}, { protected: false, gap: 30 }),
];

function read(person: Person, raw: unknown, time: Instant, intern = new Interner()): Sighting | undefined {
  return readUser(raw, {
    names: true,
    groups: true,
    roles: true,
    queuesOf: () => person.queues ?? [],
    teamsOf: () => person.teams ?? [],
    from: time,
    to: time + SECOND,
    intern,
  });
}

/** One look: the memory after it, and the verdict. */
function look(
  memory: AgentState | undefined,
  { agent, observation: o }: Sighting,
): [AgentState | undefined, Verdict] {
  const found = POLICY.profiles[0];
  const profileNow = found?.match !== undefined && agent.groups.includes('g-nobody') ? undefined : found;
  const context = {
    agent,
    exempt: POLICY.exempt,
    profile: profileNow,
    usualInterval: MINUTE,
    clockJumped: false,
    nativeTimeouts: [],
  };
  const folded = track(memory, o, context)?.state;
  return [folded, judge(agent, folded, o, POLICY, o.at)];
}

/** What is remembered after two hours of sweeps, up to just before the last reading. */
function rememberedOf(person: Person): AgentState {
  const last = NOW - (person.gap ?? 1) * MINUTE;
  const raw = user(1, person.long);
  let memory: AgentState | undefined;
  for (let time = last - 2 * HOUR; time <= last; time += MINUTE) {
    memory = look(memory, read(person, raw, time)!)[0];
  }
  if (person.loggedOff !== true) return deepFreeze(memory!);
  const cause = { ruleId: 'wide', clock: 'since_sign', measured: HOUR, state: memory!.last } as const;
  const began = beginLogoff(memory!, last, { actions: ['offline'], cause, rung: undefined }, RETURNS);
  const gone = { ...AWAY, ...presence('OFFLINE', iso(last + SECOND)) };
  const seen = look(
    finishLogoff(began, last + 2 * SECOND, ['offline']),
    read(person, user(1, gone), last + 5 * SECOND)!,
  );
  return deepFreeze(seen[0]!);
}

const REMEMBERED = PEOPLE.map(rememberedOf);

/** How hard a verdict is: a log-off, one that is only observed, or none. */
function hardness({ due }: Verdict): number {
  if (due === undefined) return 0;
  return due.mode === 'enforce' ? 2 : 1;
}

/** Values that stand where something else should. */
const strange = fc.constantFrom<unknown>(
  null,
  0,
  1,
  -1,
  1e308,
  true,
  '',
  'NaN',
  'Levitating',
  'x'.repeat(5_000),
  [],
  {},
  [null],
  { active: 1 },
  { id: null },
);
const stamps = fc.constantFrom<unknown>(
  '1970-01-01T00:00:00.000Z',
  '1970-01-02T00:00:00.000Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '2026-03-02T12:00:00',
  'Mon, 02 Mar 2026 12:00:00 GMT',
  'NaN',
  NOW,
  Number.NaN,
  iso(NOW + HOUR),
);
const pairs = fc.constantFrom(
  ['On Queue', 'OFF_QUEUE'],
  ['Available', 'IDLE'],
  ['Break', 'IDLE'],
  ['Idle', 'IDLE'],
);
const extra = fc.record({
  name: fc.constantFrom('held', 'outbound', 'hologram', '__proto__', 'contactcenter'),
  value: fc.constantFrom<unknown>(1, '2', true, { active: 1 }, [{ active: 3 }], 0, 'text'),
});

/** One damage. `where` picks a part of the JSON, among all there are. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('remove' as const), where: fc.nat() }),
  fc.record({ kind: fc.constant('replace' as const), where: fc.nat(), value: strange }),
  fc.record({ kind: fc.constant('stamp' as const), where: fc.nat(), value: stamps }),
  fc.record({ kind: fc.constant('pair' as const), pair: pairs }),
  fc.record({ kind: fc.constant('extra' as const), where: fc.nat(), extra }),
);
type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

const isBlock = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Every place in the JSON, as the keys that lead to it. */
function placesIn(block: Json, path: readonly string[] = []): (readonly string[])[] {
  return Object.entries(block).flatMap(([key, value]) => {
    const here = [...path, key];
    return [here, ...(isBlock(value) ? placesIn(value, here) : [])];
  });
}

/** Of each person: the last reading as text, every place in it, and those that hold a stamp. */
const TEXTS = PEOPLE.map(({ last }) => {
  const places = placesIn(user(1, last));
  const dates = places.filter((path) => /Date$|dateIssued|startTime/.test(path.at(-1) ?? ''));
  return { text: JSON.stringify(user(1, last)), places, dates };
});

/**
 * Some of it is not damage but another fact: an empty list says that there are none, another name or id is another's, and
 * a medium or counter that is not there, in a summary that is, counts zero. A user without an id is none, and the
 * listing was asked for active ones.
 */
function isFact(path: string, value: unknown): boolean {
  if (path === '/id' || path === '/state') return true;
  if (/\/id$|^\/(name|email|username)$/.test(path)) return typeof value === 'string' && value !== '';
  if (/^\/(groups|authorization\/roles)$/.test(path)) return Array.isArray(value) && value.length === 0;
  return path.startsWith('/conversationSummary') && saysNone(path, value);
}

function saysNone(path: string, value: unknown): boolean {
  if (path === '/conversationSummary') return isEmpty(value);
  return value === undefined || value === null || value === 0 || isEmpty(value);
}

/** Nothing is in it, or nothing but parts that are not there. */
function isEmpty(value: unknown): boolean {
  return isBlock(value) && !Array.isArray(value) && Object.values(value).every((part) => part === null);
}

function apply(raw: Json, each: Damage, { places, dates }: (typeof TEXTS)[number]): void {
  if (each.kind === 'pair') {
    setPair(raw, each.pair);
    return;
  }
  const among = each.kind === 'stamp' ? dates : places;
  const path = among[each.where % among.length] ?? [];
  const block = path
    .slice(0, -1)
    .reduce<unknown>((inner, key) => (isBlock(inner) ? inner[key] : undefined), raw);
  const key = path.at(-1) ?? '';
  // An earlier damage may have taken it away.
  if (!isBlock(block)) return;
  if (each.kind === 'extra') addExtra(block, key, each.extra);
  else if (!isFact(`/${path.join('/')}`, each.kind === 'remove' ? undefined : each.value))
    setPart(block, key, each);
}

function setPair(raw: Json, [systemPresence, status]: readonly string[]): void {
  if (isBlock(raw['presence'])) raw['presence']['presenceDefinition'] = { id: 'def', systemPresence };
  if (isBlock(raw['routingStatus'])) raw['routingStatus']['status'] = status;
}

function setPart(
  block: Json,
  key: string,
  each: Extract<Damage, { kind: 'remove' | 'replace' | 'stamp' }>,
): void {
  if (each.kind !== 'remove') block[key] = clone(each.value);
  else if (Array.isArray(block)) block[Number(key)] = null;
  else Reflect.deleteProperty(block, key);
}

function addExtra(block: Json, key: string, { name, value }: { name: string; value: unknown }): void {
  const inside = isBlock(block[key]) ? block[key] : block;
  if (Array.isArray(inside)) return;
  const property = { value: clone(value), enumerable: true, configurable: true, writable: true };
  Object.defineProperty(inside, name, property);
}

function clone(value: unknown): unknown {
  return isBlock(value) ? structuredClone(value) : value;
}

const who = fc.nat(PEOPLE.length - 1);
const damages = fc.array(damage, { minLength: 1, maxLength: 3 });

/** The last reading of each, undamaged, and a whole one a minute later. */
const WHOLE = PEOPLE.map((person, i) => {
  const raw = user(1, person.last);
  const [memory, verdict] = look(REMEMBERED[i], read(person, raw, NOW)!);
  const later = read(person, raw, NOW + MINUTE)!;
  return { verdict, later, verdictLater: look(deepFreeze(memory), later)[1] };
});

/** What a damaged reading comes to, and the whole one after it. */
function verdictsOf(index: number, list: readonly Damage[]): readonly [Verdict, Verdict] {
  const person = PEOPLE[index]!;
  const texts = TEXTS[index]!;
  const raw = JSON.parse(texts.text) as Json;
  for (const each of list) apply(raw, each, texts);
  const sighting = read(person, raw, NOW);
  const { verdict, later } = WHOLE[index]!;
  if (sighting === undefined) return [verdict, look(REMEMBERED[index], later)[1]];
  const [memory, damaged] = look(REMEMBERED[index], sighting);
  return [damaged, look(memory, later)[1]];
}

describe('people whose readings get damaged', () => {
  test('are protected or due as they should be while nothing is damaged', () => {
    const due = PEOPLE.filter((_, i) => WHOLE[i]!.verdict.reason === 'due').map(({ who: name }) => name);
    expect(due).toEqual(PEOPLE.filter((person) => !person.protected).map((person) => person.who));
    expect(new Set(WHOLE.map(({ verdict }) => verdict.reason)).size).toBeGreaterThanOrEqual(8);
  });
});

describe('25,000 damaged readings', () => {
  test('never bring a log-off that the undamaged reading would not bring, then or a minute later', () => {
    const met = new Map<string, number>();
    fc.assert(
      fc.property(who, damages, (index, list) => {
        const [damaged, later] = verdictsOf(index, list);
        const { verdict, verdictLater } = WHOLE[index]!;
        met.set(damaged.reason, (met.get(damaged.reason) ?? 0) + 1);
        const isProtected = PEOPLE[index]!.protected;
        const hardest = isProtected ? 0 : hardness(verdict);
        return hardness(damaged) <= hardest && hardness(later) <= hardness(verdictLater);
      }),
      { numRuns: 25_000 },
    );
    // They are worth looking at: most of them are damaged where it matters, and some are not.
    expect(met.get('unknown')).toBeGreaterThan(8_000);
    expect(met.get('due')).toBeGreaterThan(100);
  }, 60_000);
});
