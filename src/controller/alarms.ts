/** Watches the sweeps themselves: reports when the enforcer is blind, without effect, or needs attention. */
import type { Agent } from '../domain/agent.ts';
import { areApart } from '../domain/planning/holds.ts';
import type { Cause } from '../domain/tracking/state.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { everyRule } from '../domain/policy/when.ts';
import { HOUR, SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import type { Findings } from './findings.ts';
import type { Alarm, AlarmKind } from '../ports/alarms.ts';
import type { SweepReport } from '../ports/metrics.ts';

/** So many sweeps in a row make `ineffective`, and so many intervals without one that saw an agent `blind`. */
const IN_A_ROW = 10;
const UNKNOWN_SHARE = 0.05;
/** Clocks this far apart are worth a warning: nothing is held yet, but the time service needs attention. */
const CLOCKS_DRIFT: Duration = 30 * SECOND;
/** An alarm that lasts is raised again after this long. */
const AGAIN: Duration = HOUR;

/** Said so lately that it need not be said again. A clock that was set back must not silence an alarm until it has come up again. */
function isRecent(saidAt: Instant | undefined, now: Instant): boolean {
  return saidAt !== undefined && Math.abs(now - saidAt) < AGAIN;
}

/** What brought an agent onto the ladder, for alarms: the rule, what it measured then, and its limit now. */
export function causeFields(cause: Cause | undefined, policy: Policy): Alarm['fields'] {
  if (cause === undefined) return {};
  const { ruleId: rule, measured } = cause;
  const { limit } = everyRule(policy).find(({ id }) => id === rule) ?? {};
  return { rule, measured, limit };
}

/** Counts as words, the largest first. */
function countsOf(counts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${what} ${count}`);
}

/** Raises each alarm when its cause begins, and again every hour while it lasts. One for each run of the program. */
export class Alarms {
  readonly #raise: (alarm: Alarm) => void;
  readonly #over: (kind: AlarmKind) => void;
  readonly #raised = new Map<AlarmKind, Instant>();
  readonly #engaged = new Map<string, Instant>();
  #blind = 0;
  #driftSaidAt: Instant | undefined;
  #withoutEffect = 0;

  /** `over` is told when the cause of an alarm has gone. */
  constructor(raise: (alarm: Alarm) => void, over: (kind: AlarmKind) => void) {
    this.#raise = raise;
    this.#over = over;
  }

  /** Looks at one sweep; `unsure` agents would be due but for names that cannot be looked up. */
  after(report: SweepReport, now: Instant, unsure = 0): void {
    const { complete, listed, seen, outcomes, hold, verdicts, unknown, clockError, deferred, fault } = report;
    if (complete && seen > 0) this.#watched(0, now, fault);
    else
      this.unwatched(now, fault ?? (listed === 0 ? 'the platform lists no users' : 'no reading can be used'));
    // Agents held back by the breaker have an alarm of their own, and no action was tried on them.
    const overdue = report.overdue - (deferred.breaker ?? 0);
    this.#withoutEffect =
      overdue + unsure > 0 && outcomes.verified === 0 && hold === undefined ? this.#withoutEffect + 1 : 0;
    const ineffective = this.#withoutEffect >= IN_A_ROW;
    const why = unsure > 0 ? { overdue, held: unsure, by: 'names that cannot be looked up' } : { overdue };
    this.while('ineffective', ineffective, now, 'agents are overdue, but no log-off takes effect', why);
    const share = listed === 0 ? 0 : verdicts.unknown / listed;
    const many = share > UNKNOWN_SHARE;
    this.while('unknown_share', many, now, 'many readings cannot be used', {
      share,
      parts: countsOf(unknown),
    });
    this.while(
      'clock',
      areApart(clockError),
      now,
      'the clocks of this machine and the platform are far apart: no action is taken',
      { clockError },
    );
  }

  /**
   * One more interval in which not all agents could be watched, whatever the reason; `intervals` is how many there have been
   * without a break, where the caller knows better.
   */
  unwatched(now: Instant, fault: string | undefined, intervals = this.#blind + 1): void {
    this.#watched(intervals, now, fault);
  }

  #watched(blind: number, now: Instant, fault: string | undefined): void {
    this.#blind = blind;
    this.while('blind', blind >= IN_A_ROW, now, 'no agent can be watched', { sweeps: blind, fault });
  }

  /** Whether to warn now that the clocks drift apart: when it begins, and every hour. */
  drifts(clockError: Duration, now: Instant): boolean {
    if (Math.abs(clockError) <= CLOCKS_DRIFT) {
      this.#driftSaidAt = undefined;
      return false;
    }
    if (isRecent(this.#driftSaidAt, now)) return false;
    this.#driftSaidAt = now;
    return true;
  }

  /** Raises while `holds`, at its beginning and every hour. */
  while(kind: AlarmKind, holds: boolean, now: Instant, message: string, fields: Alarm['fields']): void {
    const last = this.#raised.get(kind);
    if (!holds) {
      if (this.#raised.delete(kind)) this.#over(kind);
      return;
    }
    if (isRecent(last, now)) return;
    this.#raised.set(kind, now);
    this.#raise({ kind, message, fields });
  }

  /** Agents who have been handling an interaction for too long, and of whom that was not reported yet. */
  toReport({ engaged }: Pick<Findings, 'engaged'>, tooLong: Duration, now: Instant): Findings['engaged'] {
    return engaged.filter(
      ({ agent, since }) => now - since > tooLong && this.#engaged.get(agent.id) !== since,
    );
  }

  /**
   * Reports agents who have been handling an interaction for too long, once for each, with the ids of their conversations where these
   * are known. An agent whose reading could not be used this time is not reported again the next time.
   */
  engaged(
    findings: Pick<Findings, 'engaged' | 'seen'>,
    tooLong: Duration,
    now: Instant,
    name: (agent: Agent) => string,
    conversations: ReadonlyMap<string, readonly string[]> = new Map(),
  ): void {
    const { engaged, seen } = findings;
    const current = new Set(engaged.map(({ agent }) => agent.id));
    for (const id of this.#engaged.keys()) if (seen.has(id) && !current.has(id)) this.#engaged.delete(id);
    for (const { agent, since } of this.toReport(findings, tooLong, now)) {
      this.#engaged.set(agent.id, since);
      const message = 'an agent has been handling an interaction for very long: not logged off, but check it';
      this.#raise({
        kind: 'engaged_too_long',
        message,
        fields: {
          agent: name(agent),
          since,
          length: now - since,
          conversations: conversations.get(agent.id),
        },
      });
    }
  }
}
