/** From the entries of a draft, with names as text, to those of the policy, with ids. */
import type {
  Exemption,
  Matcher,
  NameKind,
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
import { writePath, type FaultList } from './faults.ts';
import { protects, type Book } from './names.ts';
import { reachesOnlyWaiting, reachesWaiting } from './reach.ts';
import type { ExemptionText, MatchText, ReturnsText, RuleText, WhenText } from './schema.ts';
import { isOfShifts } from './schema-calendar.ts';
import { hasPeople, hasState, people, state } from './entry-parts.ts';
import type { NamedEntry, NamedWhole, Reachable } from './unmatched.ts';
import type { Path, Source } from './source.ts';
import { isWildcard, wildcard } from './wildcard.ts';

/** Where a value of the policy file stands, for warnings. */
export function whereIs(source: Source, path: Path): string {
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

/** Resolves the entries of one policy. Faults, and names that were found, are noted as it goes. */
export class Resolver implements Reachable {
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
