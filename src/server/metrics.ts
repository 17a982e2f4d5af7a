/** What is counted, under the names that dashboards are built on. */
import { ANSWERS } from '../domain/evidence/timeline.ts';
import { ALARM_KINDS } from '../ports/alarms.ts';
import type { Meter, Outcome } from '../ports/metrics.ts';
import process from 'node:process';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { SECOND, type Duration, type Instant } from '../domain/time/time.ts';

/** What of a sweep is counted. */
export interface SweepNumbers {
  readonly startedAt: Instant;
  readonly took: Duration;
  readonly complete: boolean;
  readonly listed: number;
  readonly seen: number;
  readonly online: number;
  readonly verdicts: Readonly<Record<string, number>> & { readonly unknown: number };
  readonly deferred: Readonly<Record<string, number>>;
  readonly left: number;
  readonly breakerHolds: number;
  readonly overdue: number;
}

const MODES = ['observe', 'enforce'] as const;
type Mode = (typeof MODES)[number];

/** What of a policy is counted. */
export interface PolicyNumbers {
  readonly hash: string;
  readonly mode: Mode;
  readonly profiles: readonly { readonly rules: readonly { readonly id: string; readonly mode: Mode }[] }[];
}

/** What of a rollout is counted. */
export interface RolloutNumbers {
  /** Of the agents, from 0 to 1. */
  readonly share: number;
  readonly isStopped: boolean;
}

const OUTCOMES: Readonly<Record<Mode, readonly Outcome[]>> = {
  enforce: ['verified', 'unverified', 'failed', 'dropped'],
  observe: ['observed'],
};

const PREFIX = 'idle_enforcer_';
/** Until the policy is known, and where it has no name. */
const UNNAMED = 'default';
const DURATIONS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300];
const RETURN_DELAYS = [1, 2, 5, 10, 15, 30, 60, 90, 120, 300, 600];

/** The process's own metrics, which no organisation has: which program it is, memory, event loop, file handles. */
export function processMetrics(version: string): Registry {
  const registry = new Registry();
  const name = `${PREFIX}build_info`;
  const help = 'The program and the Node.js that runs it';
  const info = new Gauge({ name, help, labelNames: ['version', 'node'], registers: [registry] });
  info.set({ version, node: process.versions.node }, 1);
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** The metrics of several organisations in one text: each has one head, and below it the series of all. */
export async function joinedMetrics(all: readonly Metrics[]): Promise<string> {
  const [first] = all;
  const families = first?.registry.getMetricsAsArray() ?? [];
  const texts = await Promise.all(families.map(({ name }) => familyOf(name, all)));
  return texts.map((text) => `${text}\n`).join('\n');
}

/** Lines of the head of a family: its help and its type. */
const HEAD = 2;

async function familyOf(name: string, all: readonly Metrics[]): Promise<string> {
  const texts = await Promise.all(all.map(({ registry }) => registry.getSingleMetricAsString(name)));
  return texts.flatMap((text, n) => text.split('\n').slice(n === 0 ? 0 : HEAD)).join('\n');
}

/** Everything that is counted for one organisation, with its name as a label. No label ever carries a person's name or id. */
export class Metrics implements Meter {
  readonly registry = new Registry();
  readonly #sweeps = this.#counter('sweeps_total', 'Sweeps by how they ended', ['outcome']);
  readonly #duration = this.#histogram('sweep_duration_seconds', 'How long sweeps took', DURATIONS);
  readonly #agents = this.#gauge('agents', 'Agents in the last sweep by state', ['state']);
  readonly #verdicts = this.#gauge('verdicts', 'Agents in the last sweep by verdict', ['reason']);
  readonly #logoffs = this.#counter('logoffs_total', 'Log-offs by rule, outcome and mode', [
    'rule',
    'outcome',
    'mode',
  ]);
  readonly #returns = this.#counter('returns_total', 'Returns by kind: silent, late, person', ['kind']);
  readonly #delays = this.#histogram('return_delay_seconds', 'From departure to return', RETURN_DELAYS);
  readonly #deferred = this.#gauge('deferred', 'Agents due in the last sweep and not acted on');
  readonly #breaker = this.#gauge('breaker_tripped', '1 while the breaker holds agents back');
  readonly #unknown = this.#gauge(
    'unknown_share',
    'Share of readings in the last sweep that could not be used',
  );
  readonly #overdue = this.#gauge('overdue', 'Agents due for more than two usual intervals');
  /** What the last sweep saw, and nothing else. */
  readonly #ofTheSweep = [
    ...[this.#agents, this.#verdicts, this.#deferred, this.#breaker, this.#unknown, this.#overdue],
  ];
  readonly #requests = this.#counter('api_requests_total', 'Requests by operation and status', [
    'operation',
    'status',
  ]);
  readonly #budget = this.#gauge('api_budget_remaining', 'Requests that could be started right now');
  readonly #complete = this.#gauge(
    'last_complete_sweep_timestamp_seconds',
    'When the last complete sweep began',
  );
  readonly #policy = this.#gauge('policy_info', 'The policy in force', ['hash']);
  readonly #mode = this.#gauge('mode', '1 for the mode in force', ['mode']);
  readonly #held = this.#gauge('observe_held', '1 while the environment holds the mode at observe');
  readonly #leaseHeld = this.#gauge('lease_held', '1 while this process holds the lease of the store');
  readonly #leaseEpoch = this.#gauge(
    'lease_epoch',
    'The last holding of the lease by this process; 0 before the first',
  );
  readonly #paused = this.#gauge('paused', '1 while the kill switch is on');
  readonly #rolloutShare = this.#gauge(
    'rollout_share',
    'Share of the agents for whom the changed policy is in force; 1 where one policy is in force for all',
  );
  readonly #rolloutStopped = this.#gauge(
    'rollout_stopped',
    '1 while a changed policy is stopped and the former one is in force for all',
  );
  readonly #evidence = this.#counter('evidence_total', 'What sources of evidence said of suspect changes', [
    'source',
    'answer',
  ]);
  readonly #alarms = this.#counter('alarms_total', 'Alarms by kind', ['kind']);
  readonly #changes = this.#counter('policy_changes_total', 'Changes of the policy file by how they ended', [
    'outcome',
  ]);
  readonly #refused = this.#gauge(
    'policy_refused',
    '1 while the policy file is refused and an older one runs',
  );
  readonly #notified = this.#counter(
    'notifications_total',
    'Tries to deliver a message by channel and outcome',
    ['channel', 'outcome'],
  );
  readonly #missed = this.#counter('missed_ticks_total', 'Ticks of the schedule without a sweep', ['why']);

  constructor() {
    for (const outcome of ['complete', 'incomplete', 'failed']) this.#sweeps.inc({ outcome }, 0);
    for (const kind of ['silent', 'late', 'person']) this.#returns.inc({ kind }, 0);
    for (const why of ['late', 'overlap']) this.#missed.inc({ why }, 0);
    for (const outcome of ['taken_up', 'refused']) this.#changes.inc({ outcome }, 0);
    this.#refused.set(0);
    this.#rolloutShare.set(1);
    for (const kind of ALARM_KINDS) this.#alarms.inc({ kind }, 0);
    this.registry.setDefaultLabels({ organisation: UNNAMED });
  }

  /** How the organisation is called, from now on in every label. */
  called(name: string): void {
    this.registry.setDefaultLabels({ organisation: name });
  }

  /** The same, and the mode in force; `isHeld`: the environment holds the mode down. */
  organisationIs(name: string, mode: Mode, isHeld = false): void {
    this.called(name);
    for (const each of MODES) this.#mode.set({ mode: each }, each === mode ? 1 : 0);
    this.#held.set(isHeld ? 1 : 0);
  }

  /** `isPaused` is asked at each scrape; while it cannot tell, what it told last stands. */
  watchPause(isPaused: () => Promise<boolean>): void {
    Object.assign(this.#paused, {
      collect: async () => {
        const paused = await isPaused().catch(() => undefined);
        if (paused !== undefined) this.#paused.set(paused ? 1 : 0);
      },
    });
  }

  /** `rollout` is asked at each scrape; while it cannot tell, what it told last stands. */
  watchRollout(rollout: () => Promise<RolloutNumbers>): void {
    let asked: Promise<RolloutNumbers | undefined> | undefined;
    // Both gauges are collected at the same time, and have one answer.
    const once = (): Promise<RolloutNumbers | undefined> => {
      asked ??= rollout()
        .catch(() => undefined)
        .finally(() => (asked = undefined));
      return asked;
    };
    Object.assign(this.#rolloutShare, {
      collect: async () => {
        const now = await once();
        if (now !== undefined) this.#rolloutShare.set(now.share);
      },
    });
    Object.assign(this.#rolloutStopped, {
      collect: async () => {
        const now = await once();
        if (now !== undefined) this.#rolloutStopped.set(now.isStopped ? 1 : 0);
      },
    });
  }

  /** `lease` is asked at each scrape. What the last sweep saw is told by the worker that sweeps, and not by one that waits. */
  watchLease(lease: () => { readonly standing: string; readonly epoch: number | undefined }): void {
    Object.assign(this.#leaseHeld, {
      collect: () => {
        this.#leaseHeld.set(lease().standing === 'held' ? 1 : 0);
      },
    });
    for (const gauge of this.#ofTheSweep) {
      Object.assign(gauge, {
        collect: () => {
          if (lease().standing === 'standby') gauge.reset();
        },
      });
    }
    Object.assign(this.#leaseEpoch, {
      collect: () => {
        this.#leaseEpoch.set(lease().epoch ?? 0);
      },
    });
  }

  sweepEnded(report: SweepNumbers): void {
    const { complete, listed, seen, online, verdicts, deferred, left } = report;
    this.#sweeps.inc({ outcome: complete ? 'complete' : 'incomplete' });
    this.#duration.observe(report.took / SECOND);
    this.#agents.set({ state: 'online' }, online);
    this.#agents.set({ state: 'offline' }, seen - online);
    this.#agents.set({ state: 'unknown' }, listed - seen);
    for (const [reason, count] of Object.entries(verdicts)) this.#verdicts.set({ reason }, count);
    this.#deferred.set(Object.values(deferred).reduce((sum, count) => sum + count, left));
    this.#breaker.set(report.breakerHolds > 0 ? 1 : 0);
    this.#unknown.set(listed === 0 ? 0 : verdicts.unknown / listed);
    this.#overdue.set(report.overdue);
    if (complete) this.#complete.set(report.startedAt / SECOND);
  }

  sweepFailed(): void {
    this.#sweeps.inc({ outcome: 'failed' });
  }

  missed(why: 'late' | 'overlap', count: number): void {
    this.#missed.inc({ why }, count);
  }

  logoff(rule: string, outcome: Outcome, mode: Mode): void {
    this.#logoffs.inc({ rule, outcome, mode });
  }

  returned(kind: 'silent' | 'late' | 'person', delay: Duration | undefined): void {
    this.#returns.inc({ kind });
    if (delay !== undefined) this.#delays.observe(delay / SECOND);
  }

  evidence(source: string, answer: string): void {
    this.#evidence.inc({ source, answer });
  }

  alarm(kind: string): void {
    this.#alarms.inc({ kind });
  }

  /** A request to the platform; `status` is its HTTP status or a word for why there was none. */
  request(operation: string, status: string): void {
    this.#requests.inc({ operation, status });
  }

  /** `remaining` is asked at each scrape. */
  watchBudget(remaining: () => number): void {
    Object.assign(this.#budget, {
      collect: () => {
        this.#budget.set(remaining());
      },
    });
  }

  /** Each rule's outcomes begin at zero: of a counter that begins at one, Prometheus sees no increase. */
  policyInForce({ hash, mode, profiles }: PolicyNumbers): void {
    this.#policy.reset();
    this.#policy.set({ hash }, 1);
    this.#refused.set(0);
    for (const rule of profiles.flatMap(({ rules }) => rules)) {
      const effective = mode === 'observe' ? mode : rule.mode;
      for (const outcome of OUTCOMES[effective])
        this.#logoffs.inc({ rule: rule.id, outcome, mode: effective }, 0);
    }
  }

  /** The policy file has changed: taken up, or refused, which lasts until a later change is taken up. */
  policyChanged(outcome: 'taken_up' | 'refused'): void {
    this.#changes.inc({ outcome });
    this.#refused.set(outcome === 'refused' ? 1 : 0);
  }

  /** The policy was refused before any was in force. */
  policyRefused(): void {
    this.#refused.set(1);
  }

  /** Each of these channels is counted from nought. */
  notifiedBy(channels: readonly string[]): void {
    for (const channel of channels)
      for (const outcome of ['delivered', 'failed', 'given_up']) this.#notified.inc({ channel, outcome }, 0);
  }

  /** Each answer of these sources is counted from nought. */
  asksEvidence(sources: readonly string[]): void {
    for (const source of sources) for (const answer of ANSWERS) this.#evidence.inc({ source, answer }, 0);
  }

  /** One try to deliver a message through a channel. */
  notified(channel: string, outcome: 'delivered' | 'failed' | 'given_up'): void {
    this.#notified.inc({ channel, outcome });
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name: PREFIX + name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name: PREFIX + name, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: PREFIX + name, help, buckets, registers: [this.registry] });
  }
}
