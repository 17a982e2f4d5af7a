/**
 * After a crash or an outage: what became of log-offs whose outcome was never written, told from what the platform shows
 * now, and a line in the record for the time nobody watched.
 */
import { isOutage } from '../domain/settle.ts';
import { isNewer } from '../domain/signs.ts';
import type { RecordEvent, Standing, StoredEvent } from '../domain/record.ts';
import type { Duration, Instant } from '../domain/time.ts';
import type { Population } from './population.ts';

/** The outcome of each intention that has none, from memory after a complete sweep. Nothing is done again here. */
export function reconcile(
  intents: readonly StoredEvent[],
  population: Population,
  at: Instant,
  sweepId: string,
): readonly RecordEvent[] {
  return intents.map((intent) => {
    const memory = intent.agentId === undefined ? undefined : population.memory(intent.agentId);
    const offline = memory?.state.presence === 'OFFLINE' && !isNewer(memory.tokenAt, memory.own?.tokenAt);
    // A session at the identity provider is none of the platform's: nothing there shows what became of it.
    const elsewhere = intent.actions?.includes('end_sso_session') === true;
    const kind = offline && !elsewhere ? 'verified' : 'unverified';
    return { ...withoutPlace(intent), kind, at, sweepId, reason: 'told after an interruption' };
  });
}

/** The line for an outage that this sweep ends. */
export function gapEvent(
  before: Standing,
  at: Instant,
  usual: Duration,
  sweepId: string,
): RecordEvent | undefined {
  if (before.lastCompleteAt === undefined || !isOutage(before, at, usual)) return undefined;
  return { kind: 'gap', at, sweepId, measured: at - before.lastCompleteAt };
}

function withoutPlace(intent: StoredEvent): RecordEvent {
  const facts: RecordEvent & { seq?: number } = { ...intent };
  delete facts.seq;
  return facts;
}
