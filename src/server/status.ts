/** What `/status` tells, as plain JSON with ISO instants. */
import { EVIDENCE_SOURCES, standingOf, type EvidenceSource } from '../domain/evidence/calibration.ts';
import { peakShareOf, type PeakStanding } from '../domain/licence/near-peak.ts';
import { delayOf, returnsSeen, type PlatformBehaviour } from '../domain/tracking/platform-behaviour.ts';
import type { Duration, Instant } from '../domain/time/time.ts';
import { secondsOf } from '../texts/printed.ts';

/** A changed policy that is being brought out. */
export interface RolloutTold {
  /** Its hash. */
  readonly policy: string;
  /** Of the agents, from 0 to 1. */
  readonly share: number;
  /** Without a reason where an operator stopped it: what people write often names persons. */
  readonly stopped: { readonly at: Instant; readonly reason: string | undefined } | undefined;
}

export interface StatusFacts {
  readonly learnt: PlatformBehaviour;
  /** Sources of evidence that the policy in force asks. */
  readonly evidence: readonly EvidenceSource[];
  readonly version: string;
  readonly organisation: string;
  readonly startedAt: Instant;
  readonly now: Instant;
  readonly mode: 'observe' | 'enforce';
  /** How the environment holds the mode down, where it does. */
  readonly modeHeldBy?: string | undefined;
  readonly policy: string;
  readonly pause: { readonly since: Instant; readonly until: Instant | undefined } | undefined;
  /** How a changed policy is being brought out; `undefined` where one is in force for all. */
  readonly rollout?: RolloutTold | undefined;
  /** How the lease stands for this process; without an epoch it was never held. */
  readonly lease?: { readonly standing: 'held' | 'standby' | 'unknown'; readonly epoch: number | undefined };
  readonly lastSweep:
    | {
        readonly startedAt: Instant;
        readonly took: Duration;
        readonly complete: boolean;
        readonly fault: string | undefined;
        readonly hold: string | undefined;
        readonly nextDueAt: Instant | undefined;
        readonly clockError: Duration;
        readonly listed: number;
        readonly seen: number;
        readonly online: number;
        readonly verdicts: Readonly<Record<string, number>>;
        readonly unknown: Readonly<Record<string, number>>;
        readonly deferred: Readonly<Record<string, number>>;
        readonly outcomes: Readonly<Record<string, number>>;
        readonly peak?: PeakStanding | undefined;
      }
    | undefined;
}

/** The status as it is served. */
export function statusOf(facts: StatusFacts): object {
  const {
    version,
    organisation,
    startedAt,
    now,
    mode,
    modeHeldBy,
    policy,
    pause,
    lastSweep: last,
    learnt,
  } = facts;
  const paused = pause !== undefined && (pause.until === undefined || now < pause.until);
  return {
    version,
    organisation,
    mode,
    modeHeldBy: modeHeldBy ?? null,
    policy,
    now: iso(now),
    startedAt: iso(startedAt),
    // Without who and why: that often names persons, and whoever reaches the port reads this.
    paused: paused ? { since: iso(pause.since), until: iso(pause.until) } : false,
    rollout: rolloutJson(facts.rollout),
    lease: leaseJson(facts.lease),
    lastSweep:
      last === undefined
        ? null
        : {
            startedAt: iso(last.startedAt),
            seconds: secondsOf(last.took),
            complete: last.complete,
            fault: last.fault ?? null,
            hold: last.hold ?? null,
            clockErrorSeconds: secondsOf(last.clockError),
          },
    counts:
      last === undefined
        ? null
        : {
            agents: { listed: last.listed, seen: last.seen, online: last.online },
            verdicts: last.verdicts,
            unknown: last.unknown,
            deferred: last.deferred,
            outcomes: last.outcomes,
          },
    nextDue: iso(last?.nextDueAt),
    peak: peakJson(last?.peak),
    learnt: learntJson(learnt),
    evidence: evidenceJson(learnt, facts.evidence),
  };
}

/** `null` where no rule asks for the licence peak. */
function peakJson(standing: PeakStanding | undefined): unknown {
  if (standing === undefined) return null;
  const { online, peak, learntAt } = standing;
  return {
    ...{ online: online ?? null, peak, share: peakShareOf(standing) ?? null },
    learntAt: iso(learntAt),
  };
}

function rolloutJson(rollout: RolloutTold | undefined): unknown {
  if (rollout === undefined) return null;
  const { policy, share, stopped } = rollout;
  const stop = stopped === undefined ? null : { at: iso(stopped.at), reason: stopped.reason ?? null };
  return { policy, share, stopped: stop };
}

function leaseJson({ standing, epoch }: NonNullable<StatusFacts['lease']> = UNKNOWN): unknown {
  return { standing, epoch: epoch ?? null };
}

const UNKNOWN = { standing: 'unknown', epoch: undefined } as const;

/** Tallies as they are; delays of returns in seconds, to the next class, `null` while unknown or beyond the last. */
function learntJson(learnt: PlatformBehaviour): unknown {
  const within = (share: number): number | null => {
    const delay = delayOf(learnt, share);
    return delay === undefined || !Number.isFinite(delay) ? null : delay / 1_000;
  };
  const { tokenMoves, revokeSetsOffline, reasserts } = learnt;
  const returns = {
    seen: returnsSeen(learnt),
    halfWithinSeconds: within(0.5),
    mostWithinSeconds: within(0.95),
  };
  return { returns, tokenMoves, revokeSetsOffline, reasserts };
}

/** Whether each source is asked and believed, and how often it said what. */
function evidenceJson({ evidence }: PlatformBehaviour, asked: readonly EvidenceSource[]): unknown {
  const facts = EVIDENCE_SOURCES.map((source) => {
    const { right, wrong, answers, refused } = evidence[source];
    const standing = standingOf(evidence[source], asked.includes(source));
    const lacks = refused === undefined ? null : { permission: refused.permission, asOf: iso(refused.at) };
    return [source, { standing, right, wrong, answers, refused: lacks }] as const;
  });
  return Object.fromEntries(facts);
}

function iso(at: Instant | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
