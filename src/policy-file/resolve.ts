/** From a draft with names to the policy with ids that the judge uses. */
import type {
  Exemption,
  Matcher,
  Policy,
  Profile,
  Rule,
  UserPatterns,
  When,
} from '../domain/policy/policy.ts';
import type { Calendar } from '../domain/time/calendar.ts';
import type { RuleHours, ShiftCalendar } from '../domain/time/shifts.ts';
import { isId, looseName, normaliseName } from '../domain/name.ts';
import type { Instant } from '../domain/time/time.ts';
import { toCalendar } from './calendars.ts';
import { mergeReturns } from './check-parts.ts';
import { ONLY_WAITING } from './check-rule.ts';
import type { Draft } from './draft.ts';
import { FaultList, writePath } from './faults.ts';
import {
  NameBook,
  namesNeeded,
  protects,
  rememberedBook,
  type Book,
  type NameIds,
  type Names,
} from './names.ts';
import type { NameKind } from '../domain/policy/policy.ts';
import { reachesOnlyWaiting, reachesWaiting } from './reach.ts';
import { toBilling } from './schema-billing.ts';
import type { ExemptionText, MatchText, ReturnsText, RuleText, WhenText } from './schema.ts';
import { isOfShifts } from './schema-calendar.ts';
import { hasPeople, hasState, people, state } from './entry-parts.ts';
import type { NamedEntry, NamedWhole, Reachable } from './unmatched.ts';
import type { Path, Source } from './source.ts';
import { isWildcard, wildcard } from './wildcard.ts';

/** A policy ready to judge by. */
export interface ResolvedPolicy {
  readonly policy: Policy;
  readonly warnings: readonly string[];
  /** The ids to store and to hand in as `known` next time. */
  readonly resolvedIds: NameIds;
  /** All ids of names that name several things now and stand for the id that they had before. */
  readonly doubled: NameIds;
  /** What should fit some agent of the organisation. */
  readonly reachable: Reachable;
}

/**
 * Resolves every name. `known` holds what earlier calls learnt: a name that has vanished since keeps its id, with a
 * warning. Without `names` every name stands for itself, which is good for looking at a policy but not for running
 * it. Throws `PolicyRefused` for names that never were, or are ambiguous.
 */
export function resolvePolicy(
  draft: Draft,
  names: Names | undefined,
  known: NameIds,
  now: Instant,
): ResolvedPolicy {
  const { source } = draft;
  const faults = new FaultList(source);
  const warnings: string[] = [];
  const warn = (path: Path, sentence: string): void => {
    if (!source.isAbsent(path)) warnings.push(`${whereIs(source, path)}: ${sentence}`);
  };
  const book = new NameBook(names, known, source, faults, warn);
  const resolver = new Resolver(book, faults, warn, draft);
  const policy = { ...policyBy(draft, resolver, now), labels: book.labels };
  faults.throwIfAny();
  if (names === undefined && Object.values(namesNeeded(draft)).some((list) => list.length > 0)) {
    warnings.push('names were not checked against the platform');
  }
  return { policy, warnings, resolvedIds: book.resolvedIds, doubled: book.doubled, reachable: resolver };
}

/** The policy with ids that are remembered, or, with `former`, with those that names had before; see `rememberedBook`. */
export function resolveRemembered(draft: Draft, ids: NameIds, now: Instant, former?: NameIds): Policy {
  const resolver = new Resolver(
    rememberedBook(ids, former),
    new FaultList(draft.source),
    () => undefined,
    draft,
  );
  return policyBy(draft, resolver, now);
}

function policyBy({ hash, content }: Draft, resolver: Resolver, now: Instant): Policy {
  return {
    hash,
    mode: content.mode,
    exempt: content.exempt.flatMap((entry, i) => resolver.exemption(entry, ['exempt', i], now)),
    profiles: content.profiles.map((profile, i) =>
      resolver.profile(profile, content.returns, ['profiles', i]),
    ),
    caps: toCaps(content.caps),
    ...(content.stay && { stay: { length: content.stay.for, perDay: content.stay.per_day } }),
    ...(content.rollout && { rollout: content.rollout }),
    ...(content.billing && { billing: toBilling(content.billing) }),
  };
}

function whereIs(source: Source, path: Path): string {
  const { line, column } = source.place(path);
  return `${source.file}:${line}:${column}: ${writePath(path, source.spoken)}`;
}

function calendarsOf({ content }: Draft): ReadonlyMap<string, Calendar | ShiftCalendar> {
  const entries = Object.entries(content.calendars);
  return new Map(
    entries.map(([name, text]) => [
      normaliseName(name),
      isOfShifts(text) ? { name, ...text } : toCalendar(name, text),
    ]),
  );
}

function toCaps(caps: Draft['content']['caps']): Policy['caps'] {
  return {
    perSweep: caps.per_sweep,
    perHour: caps.per_hour,
    breaker: { atLeast: caps.breaker.at_least, share: caps.breaker.share, hold: caps.breaker.hold },
    settle: caps.settle,
    engagedTooLong: caps.engaged_too_long,
  };
}

class Resolver implements Reachable {
  readonly entries: NamedEntry[] = [];
  readonly wholes: NamedWhole[] = [];
  readonly #book: Book;
  readonly #faults: FaultList;
  readonly #warn: (path: Path, sentence: string) => void;
  readonly #calendars: ReadonlyMap<string, Calendar | ShiftCalendar>;
  readonly #source: Source;

  constructor(book: Book, faults: FaultList, warn: (path: Path, sentence: string) => void, draft: Draft) {
    this.#book = book;
    this.#faults = faults;
    this.#warn = warn;
    this.#calendars = calendarsOf(draft);
    this.#source = draft.source;
  }

  /** One or two: `not` over people and state leaves out agents who fit both, so it is enough to miss one of them. */
  exemption(entry: ExemptionText, path: Path, now: Instant): readonly Exemption[] {
    const label = entry.reason ?? writePath(path);
    const { until, not } = entry;
    const isOver = until !== undefined && until <= now;
    if (isOver) this.#warn([...path, 'until'], 'is over: this entry no longer protects any agent');
    const noted = this.entries.length;
    const match = this.#matcher(people(entry), path);
    const when = hasState(entry) ? this.#when(state(entry), path) : undefined;
    const scheduled = entry.scheduled === undefined ? undefined : new Set(entry.scheduled);
    const plain: Exemption = { label, match, when, scheduled, until };
    const found = not === undefined ? [plain] : this.#without(plain, not, path);
    const matchers = found.map((each) => each.match);
    // An entry that is over need not fit any agent.
    if (isOver) this.entries.length = noted;
    else if (hasPeople(entry)) this.#note('exemption', matchers, path);
    return found;
  }

  /** The exemption for those who miss either the people or the state of `not`. */
  #without(plain: Exemption, not: NonNullable<ExemptionText['not']>, path: Path): readonly Exemption[] {
    const { match, when } = plain;
    const here = [...path, 'not'];
    const found: Exemption[] = [];
    if (hasPeople(not)) found.push({ ...plain, match: { ...match, not: this.#matcher(people(not), here) } });
    if (hasState(not)) {
      const notWhen = this.#when(state(not), here);
      found.push({ ...plain, when: { ...(when ?? ANY_STATE), not: notWhen } });
    }
    return found;
  }

  profile(text: Draft['content']['profiles'][number], general: ReturnsText, path: Path): Profile {
    const { name, rules, mode, returns } = text;
    const match = text.match === undefined ? undefined : this.#matcher(text.match, [...path, 'match']);
    if (match !== undefined) this.#note('profile', [match], path, name);
    return {
      name,
      match,
      rules: rules.map((rule, j) => this.#rule(rule, mode, [...path, 'rules', j])),
      returns: mergeReturns(returns, general),
    };
  }

  #rule(text: RuleText, profileMode: RuleText['mode'], path: Path): Rule {
    if (profileMode === 'observe' && text.mode === 'enforce') {
      this.#warn([...path, 'mode'], 'the profile is in observe mode, so this rule only reports');
    }
    const when = this.#when(text.when, [...path, 'when']);
    this.#checkLabels(when, [...path, 'when']);
    const systemOf = this.#book.systemOf.bind(this.#book);
    if (!text.waiting_on_queue && reachesOnlyWaiting(when, systemOf))
      this.#faults.add([...path, 'when'], ONLY_WAITING);
    return {
      id: text.id,
      description: text.description,
      when,
      waitingOnQueue: text.waiting_on_queue,
      whenKey: keyOf(when, text.waiting_on_queue),
      clock: text.clock,
      limit: text.limit,
      hours: this.#hours(text),
      actions: text.actions,
      mode: profileMode === 'observe' || text.mode === 'observe' ? 'observe' : 'enforce',
      warn: text.warn,
      ...(text.near_peak === undefined ? {} : { nearPeak: text.near_peak }),
    };
  }

  #hours({ during, outside }: RuleText): RuleHours | undefined {
    const calendar = this.#calendars.get(normaliseName(during ?? outside ?? ''));
    const side = during === undefined ? 'outside' : 'during';
    if (calendar === undefined) return undefined;
    return 'source' in calendar ? { calendar, side } : { calendar, side };
  }

  /** A label belongs to a system presence: one of Offline is never due, one of another presence than asked for never fits. */
  #checkLabels({ presence, secondaryPresence }: When, path: Path): void {
    const here = [...path, 'secondary_presence'];
    const systems = [...(secondaryPresence ?? [])].map((id) => this.#book.systemOf(id));
    if (systems.includes('OFFLINE')) this.#faults.add(here, 'has a label of Offline, which is never due');
    const clash =
      systems.length > 0 && systems.every((one) => one !== undefined && presence?.has(one) === false);
    if (clash)
      this.#warn(here, 'none of these labels belongs to a presence listed beside it: this never holds');
  }

  #when(text: WhenText, path: Path): When {
    const labels = this.#ids('presences', text.secondary_presence, [...path, 'secondary_presence']);
    return {
      presence: text.presence === undefined ? undefined : new Set(text.presence),
      secondaryPresence: labels,
      routing: text.routing === undefined ? undefined : new Set(text.routing),
      not: text.not === undefined ? undefined : this.#when(text.not, [...path, 'not']),
    };
  }

  #matcher(text: MatchText, path: Path): Matcher {
    return {
      users: text.users === undefined ? undefined : this.#users(text.users, [...path, 'users']),
      groups: this.#ids('groups', text.groups, [...path, 'groups']),
      roles: this.#ids('roles', text.roles, [...path, 'roles']),
      divisions: this.#ids('divisions', text.divisions, [...path, 'divisions']),
      queues: this.#ids('queues', text.queues, [...path, 'queues']),
      teams: this.#ids('teams', text.teams, [...path, 'teams']),
      not: text.not === undefined ? undefined : this.#matcher(text.not, [...path, 'not']),
    };
  }

  #note(kind: NamedWhole['kind'], matchers: readonly Matcher[], path: Path, name?: string): void {
    const where = whereIs(this.#source, path);
    this.wholes.push({ where, kind, matchers, ...(name === undefined ? {} : { name }) });
  }

  #ids(kind: NameKind, texts: readonly string[] | undefined, path: Path): ReadonlySet<string> | undefined {
    if (texts === undefined) return undefined;
    return new Set(texts.flatMap((text, i) => this.#resolved(kind, text, [...path, i])));
  }

  #resolved(kind: NameKind, text: string, path: Path): readonly string[] {
    const ids = this.#book.resolve(kind, text, path);
    if (kind !== 'presences') this.#noteEntry(kind, ids, path);
    return ids;
  }

  #noteEntry(kind: NamedEntry['kind'], ids: readonly string[], path: Path, users?: UserPatterns): void {
    this.entries.push({
      where: whereIs(this.#source, path),
      // What the platform knows by this name can be shown.
      shown: ids.length > 0 ? this.#source.showName(path) : this.#source.show(path),
      kind,
      ids,
      users,
    });
  }

  /** Warns where the entry may fit by a display name: any agent may take that name. */
  #warnOfOwnNames(text: string, path: Path): void {
    if (text.includes('@') || isId(text)) return;
    const own = isWildcard(text) ? undefined : this.#book.isOwnName(text);
    if (own === false) return;
    const what = own === undefined ? 'may fit a display name' : 'fits by a display name';
    const step = path[0] === 'exempt' ? 'into this exemption' : 'into and out of this profile';
    const better = isWildcard(text)
      ? 'a wildcard with an @ fits addresses only'
      : 'write the e-mail address or the id';
    this.#warn(path, `${what}: agents may change theirs, and step ${step}; ${better}`);
  }

  #users(texts: readonly string[], path: Path): UserPatterns {
    const byName = texts.some(isWildcard) || !this.#book.knows('users');
    const loosely = byName && protects(path);
    const form = loosely ? looseName : normaliseName;
    const exact = new Set<string>();
    const [patterns, addresses]: [RegExp[], RegExp[]] = [[], []];
    texts.forEach((text, i) => {
      this.#warnOfOwnNames(text, [...path, i]);
      if (!isWildcard(text)) {
        for (const id of this.#resolved('users', text, [...path, i])) exact.add(form(id));
        return;
      }
      const pattern = wildcard(text, form);
      const list = text.includes('@') ? addresses : patterns;
      list.push(pattern);
      const one = { exact: new Set<string>(), byName, patterns: [], addresses: [], loosely };
      this.#noteEntry('users', [], [...path, i], {
        ...one,
        [list === patterns ? 'patterns' : 'addresses']: [pattern],
      });
    });
    return { exact, byName, patterns, addresses, loosely };
  }
}

const ANY_STATE: When = {
  presence: undefined,
  secondaryPresence: undefined,
  routing: undefined,
  not: undefined,
};

/** Where the rule leaves agents alone who wait on queue, its condition is not what it would be without that. */
function keyOf(when: When, waitingOnQueue: boolean): string {
  const key = JSON.stringify(canonicalWhen(when));
  return !waitingOnQueue && reachesWaiting(when) ? `${key} but waiting on queue` : key;
}

function canonicalWhen(when: When): unknown {
  const list = (values: ReadonlySet<string> | undefined): string[] | null =>
    values === undefined ? null : [...values].sort();
  return [
    list(when.presence),
    list(when.secondaryPresence),
    list(when.routing),
    when.not === undefined ? null : canonicalWhen(when.not),
  ];
}
