/**
 * A file with policy tests, from text to scenes with instants: the shape, the plain words and the times, every fault with
 * its place. Which policy it is run against is for `policy-tests.ts`.
 */
import type { Mode } from '../../domain/policy/policy.ts';
import type { Duration, Instant, Interval } from '../../domain/time/time.ts';
import { DAY, MINUTE } from '../../domain/time/time.ts';
import { localTimeAt } from '../../domain/time/zone.ts';
import { parseLogoff, parseVerdict, type ExpectedLogoff, type ExpectedVerdict } from './expectations.ts';
import type { HeadCountAt } from './head-counts.ts';
import { parseBrowser, parseEntry, parseHeadCount, parseTime, WordFault } from './timeline-words.ts';
import type { ScheduledSpan } from '../../simulation/schedule.ts';
import type { BrowserWords, Part, Word } from '../../simulation/timeline.ts';
import { wholeFileFault, type FaultList } from '../../policy-file/faults.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { FilesRead } from '../../policy-file/files-read.ts';
import { formerOf } from './former.ts';
import { policyRef, split, type PolicyRef } from './policy-ref.ts';
import type { Env } from '../../policy-file/interpolate.ts';
import { addIssues } from '../../policy-file/issues.ts';
import { readYaml } from '../../policy-file/read-yaml.ts';
import type { Path, Source } from '../../policy-file/source.ts';
import {
  testFileBody,
  testSettings,
  type TestContent,
  type TestFileContent,
} from '../../policy-file/test-file.ts';
import { counted } from '../../texts/counted.ts';

/** An agent to whom a policy that is brought out has come, or one of the others. */
export type RolloutGroup = 'changed' | 'others';

/** Something expected, with where in the file it stands. */
export type Placed<T> = T & { readonly path: Path };

/** One entry of a timeline as written, for people. */
export interface Written {
  readonly at: Instant;
  readonly text: string;
}

/** One test, with instants; names and the pace still as the policy has them. */
export interface ParsedTest {
  readonly name: string;
  readonly path: Path;
  readonly agent: NonNullable<TestContent['agent']>;
  readonly mode: Mode | undefined;
  /** While the policy is brought out: how the agent stands to it. */
  readonly rollout: RolloutGroup | undefined;
  readonly every: Duration | undefined;
  readonly nativeTimeout: Duration | undefined;
  readonly zone: string;
  /** Local midnight of the test's date, written as UTC. */
  readonly midnight: number;
  readonly browser: BrowserWords | undefined;
  /** In order; the one that holds from the beginning is at -Infinity. */
  readonly headCounts: readonly HeadCountAt[];
  readonly written: readonly Written[];
  readonly happenings: readonly { readonly at: Instant; readonly word: Word }[];
  readonly lacking: readonly (Interval & { readonly parts: readonly Part[] })[];
  readonly unwatched: readonly Interval[];
  readonly scheduled: readonly ScheduledSpan[];
  readonly verdicts: readonly Placed<
    Omit<ExpectedVerdict, 'dueAt'> & { readonly dueAt: Instant | undefined }
  >[];
  /** `undefined`: log-offs are not compared. */
  readonly logoffs: readonly Placed<ExpectedLogoff>[] | undefined;
  readonly begin: Instant;
  readonly end: Instant;
}

/** A test file without a fault of its own. */
export interface TestFile {
  readonly file: string;
  readonly source: Source;
  readonly policy: PolicyRef;
  /** The policy that was in force before. */
  readonly former: LoadedPolicy | undefined;
  readonly tests: readonly ParsedTest[];
}

const DEFAULT_DATE = '2026-03-02';
/** As in the schema. */
const LONGEST_TEXT = 500;

/** Reads a test file. Throws `PolicyRefused` with every fault. */
export function parseTestFile(text: string, file: string, env: Env, files = new FilesRead()): TestFile {
  const { body: rest, policy } = split(text.replace(/^\ufeff/, ''), 'policy');
  const { body, policy: before } = split(rest, 'before');
  const { source, faults } = readYaml(body, file, env, files);
  if (source.at(['genesys']) !== undefined && source.at(['profiles']) !== undefined)
    throw wholeFileFault(file, 'it is a policy, and holds no tests: name it with --config');
  const result = testFileBody.safeParse(source.value ?? {});
  if (!result.success) addIssues(result.error.issues, source, faults);
  const [ref, formerRef] = [
    policy ?? policyRef(source, 'policy', faults),
    before ?? policyRef(source, 'before', faults),
  ];
  const tests = readTests(source, faults);
  faults.throwIfAny();
  const former = formerOf(formerRef, source, env, files);
  return { file, source, policy: ref, former, tests };
}

function readTests(source: Source, faults: FaultList): readonly ParsedTest[] {
  const shared = (typeof source.value === 'object' ? source.value : {}) as Partial<TestFileContent>;
  const tests = source.at(['tests']);
  if (!Array.isArray(tests)) return [];
  return tests.flatMap((_, i) => {
    const path: Path = ['tests', i];
    const own = source.at(path);
    if (typeof own !== 'object' || own === null) return [];
    return new Reader(source, faults, path).read({ ...shared, ...own });
  });
}

type Given = Readonly<Record<string, unknown>>;

/** Reads one test; what it cannot read becomes a fault. */
class Reader {
  readonly #source: Source;
  readonly #faults: FaultList;
  readonly #path: Path;
  #zone = 'UTC';
  #midnight = 0;
  #previous: Instant = -Infinity;

  constructor(source: Source, faults: FaultList, path: Path) {
    this.#source = source;
    this.#faults = faults;
    this.#path = path;
  }

  read(given: Given): readonly ParsedTest[] {
    const settings = testSettings.safeParse(pick(given));
    // Faults of the shape are told already; the words are read all the same, so that theirs are told with them.
    const { timezone = 'UTC', date = DEFAULT_DATE, mode, agent = {}, every } = settings.data ?? {};
    const { native_timeout: nativeTimeout, rollout } = settings.data ?? {};
    this.#zone = timezone;
    this.#midnight = Date.parse(`${date}T00:00:00Z`);
    const browser = this.#browser(given['browser']);
    const timeline = this.#timeline();
    const verdicts = this.#list('expect', (text, path) => this.#verdict(text, path));
    const logoffs = this.#list('logoffs', (text, path) => this.#logoff(text, path));
    const until = this.#until();
    if (verdicts === undefined && logoffs === undefined)
      this.#faults.add(this.#path, 'has no expectation: add expect, logoffs or both', { absence: true });
    const times = [
      ...timeline.times,
      ...(verdicts ?? []).map(({ at }) => at),
      ...(logoffs ?? []).flatMap(({ at, to }) => [at, to]),
    ];
    const name = given['name'];
    return [
      {
        name: typeof name === 'string' ? name : '',
        path: this.#path,
        agent,
        mode,
        rollout,
        every,
        nativeTimeout,
        zone: timezone,
        midnight: this.#midnight,
        browser,
        ...timeline,
        headCounts: [...this.#headCount(given['head_count']), ...timeline.headCounts],
        verdicts: verdicts ?? [],
        logoffs,
        begin: Math.min(...times),
        end: Math.max(...times, until),
      },
    ];
  }

  #browser(text: unknown): BrowserWords | undefined {
    if (typeof text !== 'string' || text.trim().length > LONGEST_TEXT) return undefined;
    const own = [...this.#path, 'browser'];
    return this.#try(this.#source.at(own) === undefined ? ['browser'] : own, () => parseBrowser(text.trim()));
  }

  /** The head-count that holds from the beginning. */
  #headCount(text: unknown): readonly HeadCountAt[] {
    if (typeof text !== 'string' || text.trim().length > LONGEST_TEXT) return [];
    const own = [...this.#path, 'head_count'];
    const path = this.#source.at(own) === undefined ? ['head_count'] : own;
    const read = this.#try(path, () => parseHeadCount(text));
    return read === undefined ? [] : [{ at: -Infinity, ...read }];
  }

  #timeline(): Pick<
    ParsedTest,
    'written' | 'happenings' | 'lacking' | 'unwatched' | 'scheduled' | 'headCounts'
  > & {
    readonly times: Instant[];
  } {
    const written: Written[] = [];
    const happenings: { at: Instant; word: Word }[] = [];
    const lacking: (Interval & { parts: readonly Part[] })[] = [];
    const unwatched: Interval[] = [];
    const scheduled: ScheduledSpan[] = [];
    const headCounts: HeadCountAt[] = [];
    const times: Instant[] = [];
    this.#list('timeline', (text, path) => {
      const entry = parseEntry(text);
      const at = this.#instant(entry.at);
      if (entry.kind === 'scheduled') {
        // What is published is not what happens: it may stand anywhere, and no sweep looks for it.
        written.push({ at, text });
        scheduled.push({ from: at, to: this.#instant(entry.to), what: entry.what });
        return undefined;
      }
      if (at < this.#previous) {
        this.#faults.add(path, 'comes before the entry above it; hours past midnight are written 25:30');
        return undefined;
      }
      this.#previous = at;
      written.push({ at, text });
      times.push(at);
      if (entry.kind === 'happens') {
        for (const { after, word } of entry.then) happenings.push({ at: at + after, word });
        return undefined;
      }
      if (entry.kind === 'head_count') {
        headCounts.push({ at, online: entry.online, peak: entry.peak });
        return undefined;
      }
      const span = { from: at, to: this.#instant(entry.to) };
      times.push(span.to);
      if (entry.kind === 'lacking') lacking.push({ ...span, parts: entry.parts });
      else unwatched.push(span);
      return undefined;
    });
    happenings.sort((a, b) => a.at - b.at);
    this.#previous = -Infinity;
    return { written, happenings, lacking, unwatched, scheduled, headCounts, times };
  }

  #verdict(text: string, path: Path): ParsedTest['verdicts'][number] {
    const verdict = parseVerdict(text);
    const at = this.#instant(verdict.at);
    this.#previous = at;
    return {
      ...verdict,
      at,
      dueAt: verdict.dueAt === undefined ? undefined : this.#instant(verdict.dueAt),
      path,
    };
  }

  #logoff(text: string, path: Path): Placed<ExpectedLogoff> {
    const logoff = parseLogoff(text);
    const at = this.#instant(logoff.at);
    const again = logoff.at === logoff.to ? this.#instants(logoff.at).last - at : 0;
    this.#previous = at;
    return { ...logoff, at, to: this.#instant(logoff.to), again, path };
  }

  #until(): Instant {
    const path = [...this.#path, 'until'];
    const text = this.#source.at(path);
    if (typeof text !== 'string') return -Infinity;
    const at = parseTime(text);
    if (at === undefined) this.#faults.add(path, '{value} is not a time: write it like 18:00');
    return at === undefined ? -Infinity : this.#instant(at);
  }

  /** Each text of a list, read; `undefined` where there is no list. */
  #list<T>(key: string, read: (text: string, path: Path) => T | undefined): T[] | undefined {
    this.#previous = -Infinity;
    const list = this.#source.at([...this.#path, key]);
    if (!Array.isArray(list)) return undefined;
    return list.flatMap((text, i) => {
      const path = [...this.#path, key, i];
      // Numbers, texts without end and the like are told by the schema.
      if (typeof text !== 'string' || text.trim().length > LONGEST_TEXT) return [];
      return this.#try(path, () => read(text.trim(), path)) ?? [];
    });
  }

  #try<T>(path: Path, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof WordFault)) throw error;
      this.#faults.add(path, error.message, { word: error.word, known: error.known });
      return undefined;
    }
  }

  /** In an hour that the clock shows twice, the second time for what would otherwise come before the entry above. */
  #instant(at: Duration): Instant {
    const { first, last } = this.#instants(at);
    return first < this.#previous && last >= this.#previous ? last : first;
  }

  /** When the clock shows this. */
  #instants(at: Duration): { readonly first: Instant; readonly last: Instant } {
    const wall = this.#midnight + at;
    const whole = Math.floor(wall / MINUTE) * MINUTE;
    const { first, last } = localTimeAt(this.#zone, whole);
    const rest = wall - whole;
    return { first: first + rest, last: last + rest };
  }
}

/** The settings that a test shares with its file. */
function pick({ mode, rollout, date, timezone, every, native_timeout, agent }: Given): Given {
  const all = { mode, rollout, date, timezone, every, native_timeout, agent };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Writes an instant as the test would: after midnight of its date, `13:00` or `25:10:30`. */
export function timeIn({ midnight }: Pick<ParsedTest, 'midnight'>, wall: number): string {
  const after = wall - midnight;
  const days = after < 0 ? Math.floor(after / DAY) : 0;
  const of = (size: number, range: number): string =>
    String(Math.floor((after - days * DAY) / size) % range).padStart(2, '0');
  const seconds = of(1_000, 60) === '00' ? '' : `:${of(1_000, 60)}`;
  const text = `${of(60 * MINUTE, 1_000)}:${of(MINUTE, 60)}${seconds}`;
  return days === 0 ? text : `${text} (${counted(-days, 'day')} before)`;
}
