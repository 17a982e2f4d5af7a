/**
 * A shift for tests: the whole worker, with the real SDK over real HTTP, against the sandbox, under a clock that is wound.
 * Nobody sleeps, and the same seed plays the same shift.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WoundClock } from '../../src/app/clock.ts';
import type { EventKind, StoredEvent } from '../../src/domain/record.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../../src/domain/time/time.ts';
import type { SweepReport } from '../../src/ports/metrics.ts';
import { createLog } from '../../src/app/logging.ts';
import type { LoadedPolicy } from '../../src/policy-file/draft.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { createSandbox, type Sandbox, type SandboxOptions, type Truth } from '../../src/sandbox/index.ts';
import { Metrics } from '../../src/server/metrics.ts';
import { assemble, connect, openStoreOf, type Assembly } from '../../src/app/compose.ts';
import { interpose, InterposedStore, type InterposedPlatform } from './interposed.ts';

/** A Monday, 08:00 in Chicago. */
export const STARTS_AT: Instant = Date.parse('2026-03-02T14:00:00Z');
/** One sweep a minute, as in the annotated default. */
export const INTERVAL: Duration = MINUTE;
/** Grace, in which nobody is due, and two sweeps. */
export const SLACK: Duration = 12 * MINUTE;

export const SECRET = 'shift-secret-9f3b17c2d4';
export const CLIENT = 'shift-client';

/** Everything that can be said of a shift. All of it has a default. */
export interface ShiftOptions extends Partial<Omit<SandboxOptions, 'now' | 'startsAt' | 'clientSecret'>> {
  /** A whole policy file; `{API}`, `{LOGIN}` and `{DB}` stand for what only the shift knows. */
  readonly policy?: string;
  readonly logLevel?: 'info' | 'trace';
  /** What stands between worker and platform: the address that the worker is given instead of the platform's. */
  readonly through?: (url: string) => Promise<string>;
  /** A store in which another worker has noted all up to a minute of the same shift: this one goes on from there. */
  readonly from?: { readonly store: string; readonly minute: number };
  /** Keeps the store in memory, where no disk is waited for: for shifts that one worker plays to their end. */
  readonly inMemory?: boolean;
  /** Looks early a quarter, half and three quarters of a minute after each sweep. */
  readonly early?: boolean;
  /** So long after a sweep begins the next one is due, as the worker is told; an interval unless given. */
  readonly nextIn?: Duration;
}

export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level: string;
  readonly msg: string;
  readonly alarm?: string;
}

/** One sandbox, one store file, and the workers that come and go over it. */
export class Shift {
  readonly clock = new WoundClock(STARTS_AT);
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly lines: string[] = [];
  readonly metrics = new Metrics();
  readonly reports: SweepReport[] = [];
  assembly!: Assembly;
  store!: InterposedStore;
  /** As the worker in charge now has it. */
  platform!: InterposedPlatform;
  readonly #options: ShiftOptions;
  readonly #log;
  #urls = { apiUrl: '', loginUrl: '' };
  #policy: string;
  #opened: Assembly[] = [];

  private constructor(options: ShiftOptions, folder: string) {
    this.#options = options;
    this.#policy = options.policy ?? policyText();
    this.folder = folder;
    const { logLevel = 'info', ...rest } = options;
    this.#log = createLog(logLevel, { write: (line: string) => void this.lines.push(line) });
    this.sandbox = createSandbox({
      seed: 1,
      agents: 40,
      shiftMs: 3 * 60 * MINUTE,
      ...rest,
      now: () => this.clock.now(),
      startsAt: STARTS_AT,
      clientId: CLIENT,
      clientSecret: SECRET,
    });
  }

  /** Makes the organisation and a first worker. */
  static async begin(options: ShiftOptions = {}): Promise<Shift> {
    const shift = new Shift(options, await mkdtemp(join(tmpdir(), 'idle-enforcer-shift-')));
    try {
      const urls = await shift.sandbox.listen();
      const url = await options.through?.(urls.apiUrl);
      shift.#urls = url === undefined ? urls : { apiUrl: url, loginUrl: url };
      const { from } = options;
      if (from !== undefined) {
        await copyFile(from.store, shift.dbPath);
        shift.skipTo(from.minute);
      }
      await shift.open();
      return shift;
    } catch (error) {
      await shift.end();
      throw error;
    }
  }

  get dbPath(): string {
    return this.#options.inMemory === true ? ':memory:' : join(this.folder, 'shift.db');
  }

  /** The policy as it is loaded now; `text` changes it for the workers that are opened from now on. */
  load(text = this.#policy): LoadedPolicy {
    this.#policy = text;
    const { apiUrl, loginUrl } = this.#urls;
    const filled = text
      .replaceAll('{API}', apiUrl)
      .replaceAll('{LOGIN}', loginUrl)
      .replaceAll('{DB}', this.dbPath);
    return loadPolicyText(filled, 'shift.yaml', {});
  }

  /** Another worker on the same store; the shift goes on with it. */
  async open(text?: string): Promise<Assembly> {
    const loaded = this.load(text);
    const around = {
      clock: this.clock,
      log: this.#log,
      metrics: this.metrics,
      signal: new AbortController().signal,
      connect: (...parts: Parameters<typeof connect>) => {
        this.platform = interpose(connect(...parts));
        return this.platform;
      },
    };
    this.store = new InterposedStore(await openStoreOf(loaded.settings, around));
    this.assembly = await assemble(loaded, this.store, around);
    this.#opened.push(this.assembly);
    return this.assembly;
  }

  /** Ends this worker as it would end when the machine is switched off: nothing is given back. */
  async kill(assembly = this.assembly): Promise<void> {
    this.#opened = this.#opened.filter((one) => one !== assembly);
    await assembly.close();
  }

  /** Ends this worker in good order. */
  async stop(assembly = this.assembly): Promise<void> {
    await assembly.worker.drain(8 * SECOND);
    await this.kill(assembly);
  }

  /**
   * Something happens in the middle of a sweep, just before the worker in charge now reads agents again: `nth` is 1
   * before it acts, and higher when it reads back. Nothing happens in between otherwise, as the clock stands still.
   */
  beforeReading(happens: (nth: number) => unknown): void {
    const { directory } = this.platform;
    directory.instead.reread = async (ids, signal) => {
      this.#readings += 1;
      await happens(this.#readings);
      return await directory.inner.reread(ids, signal);
    };
  }
  #readings = 0;

  /** One sweep now. */
  async sweep(assembly = this.assembly): Promise<SweepReport | undefined> {
    this.#readings = 0;
    const report = await assembly.worker.tick(this.clock.now() + (this.#options.nextIn ?? INTERVAL));
    if (report !== undefined) this.reports.push(report);
    return report;
  }

  /** Minutes since the shift began. */
  get minute(): number {
    return Math.round((this.clock.now() - STARTS_AT) / MINUTE);
  }

  /** Sweeps once a minute until that minute of the shift, this one left out; `each` is asked before every sweep. */
  async until(minute: number, each?: (minute: number) => unknown): Promise<void> {
    for (let n = this.#next; n < minute; n += 1) {
      await this.clock.goOnTo(STARTS_AT + n * INTERVAL);
      this.#next = n + 1;
      await each?.(n);
      await this.sweep();
      if (this.#options.early === true) await this.lookEarly(n);
    }
  }
  #next = 0;

  /** Looks early after the sweep of this minute. */
  async lookEarly(minute: number): Promise<void> {
    for (const share of [0.25, 0.5, 0.75]) {
      await this.clock.goOnTo(STARTS_AT + (minute + share) * INTERVAL);
      await this.assembly.worker.lookEarly(STARTS_AT + (minute + 1) * INTERVAL);
    }
  }

  /** Lets time pass in which nobody sweeps. */
  skipTo(minute: number): void {
    this.clock.windTo(STARTS_AT + minute * INTERVAL);
    this.#next = Math.max(this.#next, minute);
  }

  events(...kinds: EventKind[]): Promise<readonly StoredEvent[]> {
    return this.store.events(kinds.length === 0 ? {} : { kinds });
  }

  get log(): readonly LogLine[] {
    return this.lines.map((line) => JSON.parse(line) as LogLine);
  }

  /** Every alarm so far: its kind. */
  get alarms(): readonly string[] {
    return this.log.flatMap(({ level, alarm }) => (level === 'error' && alarm !== undefined ? [alarm] : []));
  }

  /** How often an operation was answered with success. */
  done(operation: string): number {
    const endings = this.sandbox.requests.operations[operation] ?? {};
    return Object.entries(endings).reduce((sum, [ending, n]) => sum + (ending.startsWith('2') ? n : 0), 0);
  }

  /** Every request so far that would change something. */
  get writes(): readonly string[] {
    const changing = /^(put|patch|delete)|^post(?!.*(Search|Query|OauthToken))/i;
    return Object.keys(this.sandbox.requests.operations).filter((operation) => changing.test(operation));
  }

  /** What happened, judged by the rules of `policyText`. */
  truth(slack = SLACK, limit: (archetype: string) => Duration = limitFor): Truth {
    return this.sandbox.truth({ limitFor: limit, slackMs: slack });
  }

  /** Ends everything and cleans up. */
  async end(): Promise<void> {
    for (const assembly of this.#opened) await assembly.close().catch(() => undefined);
    await this.sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What is left of a shift that was played to its end. */
export interface Played {
  readonly shift: Shift;
  readonly truth: Truth;
  readonly events: readonly StoredEvent[];
  readonly metrics: string;
}

/** Plays a whole shift, then asserts nothing: that is for the test. `onMinute` is asked before each sweep. */
export async function playShift(
  options: ShiftOptions & {
    readonly hours?: number;
    readonly slack?: Duration;
    readonly onMinute?: (minute: number, shift: Shift) => unknown;
  } = {},
): Promise<Played> {
  const { hours = 5, slack, onMinute, ...rest } = options;
  const shift = await Shift.begin(rest);
  try {
    await shift.until(hours * 60 + 1, (minute) => onMinute?.(minute, shift));
    const metrics = await shift.metrics.registry.metrics();
    return { shift, truth: shift.truth(slack), events: await shift.events(), metrics };
  } finally {
    await shift.end();
  }
}

/** How long each kind of absence may last, by the rules of `policyText`. */
export function limitFor(archetype: string): Duration {
  if (archetype === 'overran-meal') return 60 * MINUTE;
  return archetype === 'watching-supervisor' ? 12 * 60 * MINUTE : 40 * MINUTE;
}

/** The pieces of a policy that tests vary; each is a piece of YAML. */
export interface PolicyParts {
  readonly mode?: 'observe' | 'enforce';
  readonly rules?: string;
  readonly returns?: string;
  readonly caps?: string;
  readonly exempt?: string;
  readonly log?: string;
}

const RULES = `
      - { id: not-responding, when: { routing: [not_responding] }, clock: in_state, limit: 10m }
      - { id: screen-locked, when: { presence: [idle] }, clock: in_state, limit: 40m }
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: 40m }
      - { id: long-meal, when: { presence: [meal] }, limit: 60m }
      - { id: long-meeting, when: { presence: [meeting, training] }, limit: 3h }`;

const RETURNS = `
  window: 2m
  grace: 10m
  forget: 12h
  ladder:
    - { wait: 1m, actions: [off_queue, offline] }
    - { wait: 5m, actions: [off_queue, offline, revoke_tokens] }
    - { wait: 10m, actions: [off_queue, offline, revoke_tokens, notify] }
  repeat: 1h`;

const CAPS = `
  per_sweep: 50
  per_hour: 300
  breaker: { at_least: 20, share: 25%, hold: 30m }
  settle: 2
  engaged_too_long: 4h`;

/** The annotated default's rules with shorter limits, so that shifts can be short. Lines of rules are indented by six. */
export function policyText(parts: PolicyParts = {}): string {
  const { mode = 'enforce', rules = RULES, returns = RETURNS, caps = CAPS, exempt = '[]', log } = parts;
  return `version: 1
mode: ${mode}
genesys:
  region: eu-west-1
  client_id: ${CLIENT}
  client_secret: ${SECRET}
  api_url: "{API}"
  login_url: "{LOGIN}"
sweep: { every: "0 * * * * *" }
exempt: ${exempt}
profiles:
  - name: supervisors
    match: { groups: [Supervisors] }
    rules:
      - { id: sup-gone, when: { presence: [available, away, break, meal, busy, idle] }, limit: 12h }
  - name: agents
    match: { groups: [Agents] }
    rules:${rules}
returns:${returns}
caps:${caps}
store: { sqlite: "{DB}" }
log: ${log ?? '{ level: info, identities: name }'}
`;
}
