/** What a changed policy changes, in plain words, for the log. Holds no secret and no person. */
import { formatDuration } from '../domain/time/time.ts';
import type { LoadedPolicy } from './draft.ts';
import type { Content, RuleText } from './schema.ts';
import { counted } from '../texts/counted.ts';
import { exactPercentText } from '../texts/percent.ts';

type ProfileText = Content['profiles'][number];

/** Words for keys whose value is a length of time. */
const DURATIONS: ReadonlySet<string> = new Set([
  'limit',
  'warn',
  'window',
  'grace',
  'forget',
  'wait',
  'repeat',
  'hold',
  'engaged_too_long',
  'timeout',
  'retention',
  'for',
  'every',
]);

/** Keys whose value is a share, or a list of them, which is written as a percentage. */
const SHARES: ReadonlySet<string> = new Set(['share', 'near_peak', 'steps', 'regret', 'unverified']);

/** Keys whose values are words of the policy, which has them in lower case. */
const WORDS: ReadonlySet<string> = new Set(['presence', 'routing']);

/** Keys whose values are written freely: a slip may have put anything there, so they are not shown. */
const FREE_TEXTS: ReadonlySet<string> = new Set(['description', 'secondary_presence']);

/** A log line holds no more differences than this. */
const MOST_TOLD = 200;

/** The differences as sentences without a full stop; empty when both mean the same. */
export function diffPolicies(before: LoadedPolicy, after: LoadedPolicy): readonly string[] {
  const all = differences(before, after);
  if (all.length <= MOST_TOLD) return all;
  return [...all.slice(0, MOST_TOLD), `and ${all.length - MOST_TOLD} more changes`];
}

function differences(before: LoadedPolicy, after: LoadedPolicy): readonly string[] {
  const [a, b] = [before.draft.content, after.draft.content];
  return [
    ...value('name', before.settings.organisation, after.settings.organisation),
    ...value('mode', a.mode, b.mode),
    ...value('sweep.every', before.settings.sweep.every, after.settings.sweep.every),
    ...profiles(a.profiles, b.profiles),
    ...(same(a.exempt, b.exempt) ? [] : [`exempt: ${sizes(a.exempt.length, b.exempt.length)}`]),
    ...keys('returns', a.returns, b.returns),
    ...keys('caps', a.caps, b.caps),
    ...keys('rollout', a.rollout ?? {}, b.rollout ?? {}),
    ...keys('stay', a.stay ?? {}, b.stay ?? {}),
    ...keys('billing', a.billing ?? {}, b.billing ?? {}),
    ...calendars(a.calendars, b.calendars),
    ...settings(before.settings, after.settings),
  ];
}

/**
 * Settings that are read once, at the start; named when they differ from what the program was `started` with. A renewed
 * client secret is not among them.
 */
export function needRestart(started: LoadedPolicy, after: LoadedPolicy): readonly string[] {
  const [a, b] = [started.settings, after.settings];
  return [
    ...differing('genesys', connection(a), connection(b)),
    ...differing('store', placeOf(a), placeOf(b)),
    ...differing('server', a.server, b.server),
    ...differing('page', a.page, b.page),
  ];
}

function placeOf({ store: { sqlite, postgres } }: LoadedPolicy['settings']): object {
  return postgres === undefined ? { sqlite } : { postgres };
}

function connection({ genesys }: LoadedPolicy['settings']): object {
  const { region, clientId, apiUrl, loginUrl, requestsPerMinute, downloadHosts, timeout } = genesys;
  return {
    region,
    client_id: clientId,
    api_url: apiUrl,
    login_url: loginUrl,
    requests_per_minute: requestsPerMinute,
    download_hosts: downloadHosts,
    timeout,
  };
}

function differing(where: string, before: object, after: object): readonly string[] {
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after)
    .filter(([key, now]) => !same(old.get(key), now))
    .map(([key]) => `${where}.${key}`);
}

function settings(a: LoadedPolicy['settings'], b: LoadedPolicy['settings']): readonly string[] {
  const [before, after] = [byName(a.notify), byName(b.notify)];
  const channels = [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [x, y] = [before.get(name), after.get(name)];
    if (x === undefined) return [`channel ${name} added`];
    if (y === undefined) return [`channel ${name} removed`];
    return same({ ...x, on: [...x.on] }, { ...y, on: [...y.on] }) ? [] : [`channel ${name} changed`];
  });
  const secret = a.genesys.clientSecret === b.genesys.clientSecret ? [] : ['genesys.client_secret changed'];
  return [
    ...channels,
    ...secret,
    ...(same(a.identity, b.identity) ? [] : ['identity changed']),
    ...value('evidence.timeline', a.evidence.timeline, b.evidence.timeline),
    ...value('evidence.push', a.evidence.push, b.evidence.push),
    ...value('evidence.sign_ins', a.evidence.signIns, b.evidence.signIns),
    ...value('log.level', a.log.level, b.log.level),
    ...value('log.identities', a.log.identities, b.log.identities),
    ...value('retention', a.store.retention, b.store.retention),
  ];
}

function profiles(before: readonly ProfileText[], after: readonly ProfileText[]): readonly string[] {
  const [olds, news] = [byName(before), byName(after)];
  const lines: string[] = [];
  for (const name of olds.keys()) if (!news.has(name)) lines.push(`profile ${name} removed`);
  for (const [name, profile] of news) {
    const old = olds.get(name);
    if (old === undefined) {
      lines.push(`profile ${name} added, with rules ${profile.rules.map(({ id }) => id).join(', ')}`);
      continue;
    }
    if (!same(old.match, profile.match)) lines.push(`profile ${name}: other people`);
    lines.push(...rules(`profile ${name}`, old.rules, profile.rules));
    lines.push(...keys(`profile ${name}: returns`, old.returns ?? {}, profile.returns ?? {}));
  }
  if (isReordered(olds, news)) lines.push('profiles: another order');
  return lines;
}

function rules(where: string, before: readonly RuleText[], after: readonly RuleText[]): readonly string[] {
  const [olds, news] = [
    new Map(before.map((rule) => [rule.id, rule])),
    new Map(after.map((rule) => [rule.id, rule])),
  ];
  const lines: string[] = [];
  for (const id of olds.keys()) if (!news.has(id)) lines.push(`${where}: rule ${id} removed`);
  for (const [id, rule] of news) {
    const old = olds.get(id);
    if (old === undefined)
      lines.push(`${where}: rule ${id} added, with a limit of ${formatDuration(rule.limit)}`);
    else lines.push(...keys(`rule ${id}`, old, rule));
  }
  if (isReordered(olds, news)) lines.push(`${where}: rules in another order`);
  return lines;
}

function byName<T extends { readonly name: string }>(list: readonly T[]): ReadonlyMap<string, T> {
  return new Map(list.map((one) => [one.name, one]));
}

function calendars(before: object, after: object): readonly string[] {
  const [a, b] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((name) => {
    if (!a.has(name)) return [`calendar ${name} added`];
    if (!b.has(name)) return [`calendar ${name} removed`];
    return same(a.get(name), b.get(name)) ? [] : [`calendar ${name} changed`];
  });
}

/** Each key of a block that differs. */
function keys(where: string, before: object, after: object): readonly string[] {
  const [a, b] = [
    new Map<string, unknown>(Object.entries(before)),
    new Map<string, unknown>(Object.entries(after)),
  ];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) => {
    const [x, y] = [a.get(key), b.get(key)];
    if (isBlock(x ?? y) && isBlock(y ?? x)) return keys(`${where}.${key}`, x ?? {}, y ?? {});
    if (FREE_TEXTS.has(key)) return same(x, y) ? [] : [`${where}: ${key} changed`];
    return WORDS.has(key)
      ? value(`${where}: ${key}`, asWritten(x), asWritten(y))
      : value(`${where}: ${key}`, x, y, writtenOf(key));
  });
}

function value(
  where: string,
  before: unknown,
  after: unknown,
  written: (number: number) => string = where === 'retention' ? formatDuration : String,
): readonly string[] {
  if (same(before, after)) return [];
  const [x, y] = [shown(before, written), shown(after, written)];
  return [x === undefined || y === undefined ? `${where} changed` : `${where} ${x} → ${y}`];
}

function asWritten(words: unknown): unknown {
  return Array.isArray(words) ? words.map((word) => String(word).toLowerCase()) : words;
}

/** How a number under this key is written in a policy. */
function writtenOf(key: string): (number: number) => string {
  if (DURATIONS.has(key)) return formatDuration;
  return SHARES.has(key) ? exactPercentText : String;
}

/** `undefined` for what does not fit in a few words. */
function shown(one: unknown, written: (number: number) => string): string | undefined {
  if (one === undefined) return 'none';
  if (typeof one === 'number') return written(one);
  if (typeof one === 'string' && one.length <= 60) return one;
  if (typeof one === 'boolean') return String(one);
  if (Array.isArray(one) && one.length <= 10 && one.every(isWord))
    return `[${one.map((part) => (typeof part === 'number' ? written(part) : part)).join(', ')}]`;
  return undefined;
}

function sizes(before: number, after: number): string {
  const entries = counted(after, 'entry', 'entries');
  return before === after ? `${entries}, changed` : `${before} → ${entries}`;
}

function isReordered(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): boolean {
  const kept = [...before.keys()].filter((one) => after.has(one));
  return !same(
    kept,
    [...after.keys()].filter((one) => before.has(one)),
  );
}

function isWord(part: unknown): part is string | number {
  return typeof part === 'string' || typeof part === 'number';
}

function isBlock(one: unknown): one is object {
  return typeof one === 'object' && one !== null && !Array.isArray(one);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
