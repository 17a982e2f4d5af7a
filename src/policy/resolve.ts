/** From a draft with names to the policy with ids that the judge uses. */
import type {
  Exemption,
  Hours,
  Matcher,
  Policy,
  Profile,
  Rule,
  UserPatterns,
  When,
} from '../domain/policy.ts';
import type { Calendar } from '../domain/calendar.ts';
import type { Instant } from '../domain/time.ts';
import { toCalendar } from './calendars.ts';
import { mergeReturns } from './check-parts.ts';
import type { Draft } from './draft.ts';
import { FaultList, writePath } from './faults.ts';
import { NameBook, namesNeeded, type NameKind, type Names } from './names.ts';
import type { ExemptionText, MatchText, ReturnsText, RuleText, WhenText } from './schema.ts';
import type { Path } from './source.ts';
import { isWildcard, wildcard } from './wildcard.ts';

/** A policy ready to judge by. */
export interface ResolvedPolicy {
  readonly policy: Policy;
  readonly warnings: readonly string[];
  /** By `kind:name`, the ids to store and to hand in as `known` next time. */
  readonly learnt: ReadonlyMap<string, string>;
}

/**
 * Resolves every name. `known` holds what earlier calls learnt: a name that has vanished since keeps its id, with a
 * warning. Without `names` every name stands for itself, which is good for looking at a policy but not for running
 * it. Throws `PolicyRefused` for names that never were, or are ambiguous.
 */
export function resolvePolicy(
  draft: Draft,
  names: Names | undefined,
  known: ReadonlyMap<string, string>,
  now: Instant,
): ResolvedPolicy {
  const { source, content, hash } = draft;
  const faults = new FaultList(source);
  const warnings: string[] = [];
  const warn = (path: Path, sentence: string): void => {
    const { line, column } = source.place(path);
    warnings.push(`${source.file}:${line}:${column}: ${writePath(path, source.spoken)}: ${sentence}`);
  };
  const book = new NameBook(names, known, source, faults, warn);
  const resolver = new Resolver(book, faults, warn, calendarsOf(draft));
  const policy: Policy = {
    hash,
    mode: content.mode,
    exempt: content.exempt.flatMap((entry, i) => resolver.exemption(entry, ['exempt', i], now)),
    profiles: content.profiles.map((profile, i) =>
      resolver.profile(profile, content.returns, ['profiles', i]),
    ),
    caps: toCaps(content.caps),
  };
  faults.throwIfAny();
  if (names === undefined && Object.values(namesNeeded(draft)).some((list) => list.length > 0)) {
    warnings.push('names were not checked against the platform');
  }
  return { policy, warnings, learnt: book.learnt };
}

function calendarsOf({ content }: Draft): ReadonlyMap<string, Calendar> {
  return new Map(Object.entries(content.calendars).map(([name, text]) => [name, toCalendar(name, text)]));
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

class Resolver {
  readonly #book: NameBook;
  readonly #faults: FaultList;
  readonly #warn: (path: Path, sentence: string) => void;
  readonly #calendars: ReadonlyMap<string, Calendar>;

  constructor(
    book: NameBook,
    faults: FaultList,
    warn: (path: Path, sentence: string) => void,
    calendars: ReadonlyMap<string, Calendar>,
  ) {
    this.#book = book;
    this.#faults = faults;
    this.#warn = warn;
    this.#calendars = calendars;
  }

  /** One or two: `not` over people and state leaves out whoever fits both, so it is enough to miss one of them. */
  exemption(entry: ExemptionText, path: Path, now: Instant): readonly Exemption[] {
    const label = entry.reason ?? writePath(path);
    const { until, not } = entry;
    if (until !== undefined && until <= now)
      this.#warn([...path, 'until'], 'is over: this entry protects nobody any more');
    const match = this.#matcher(people(entry), path);
    const when = hasState(entry) ? this.#when(state(entry), path) : undefined;
    const plain: Exemption = { label, match, when, until };
    if (not === undefined) return [plain];
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
    const { name, match, rules, mode, returns } = text;
    return {
      name,
      match: match === undefined ? undefined : this.#matcher(match, [...path, 'match']),
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
    return {
      id: text.id,
      description: text.description,
      when,
      whenKey: JSON.stringify(canonicalWhen(when)),
      clock: text.clock,
      limit: text.limit,
      hours: this.#hours(text),
      actions: text.actions,
      mode: profileMode === 'observe' || text.mode === 'observe' ? 'observe' : 'enforce',
      warn: text.warn,
    };
  }

  #hours({ during, outside }: RuleText): Hours | undefined {
    const calendar = this.#calendars.get(during ?? outside ?? '');
    return calendar === undefined
      ? undefined
      : { calendar, side: during === undefined ? 'outside' : 'during' };
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

  #ids(kind: NameKind, texts: readonly string[] | undefined, path: Path): ReadonlySet<string> | undefined {
    if (texts === undefined) return undefined;
    return new Set(texts.flatMap((text, i) => this.#book.resolve(kind, text, [...path, i])));
  }

  #users(texts: readonly string[], path: Path): UserPatterns {
    const exact = new Set<string>();
    const patterns: RegExp[] = [];
    texts.forEach((text, i) => {
      if (isWildcard(text)) patterns.push(wildcard(text));
      else for (const id of this.#book.resolve('users', text, [...path, i])) exact.add(id.toLowerCase());
    });
    return { exact, patterns, byName: patterns.length > 0 || !this.#book.knows('users') };
  }
}

const ANY_STATE: When = {
  presence: undefined,
  secondaryPresence: undefined,
  routing: undefined,
  not: undefined,
};

function people({ users, groups, roles, divisions, queues, teams }: MatchText): MatchText {
  return { users, groups, roles, divisions, queues, teams };
}

function state({ presence, secondary_presence, routing }: WhenText): WhenText {
  return { presence, secondary_presence, routing };
}

function hasPeople(entry: MatchText): boolean {
  return Object.values(people(entry)).some((value) => value !== undefined);
}

function hasState(entry: WhenText): boolean {
  return Object.values(state(entry)).some((value) => value !== undefined);
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
