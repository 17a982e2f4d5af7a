/**
 * Work that goes on: an interaction is a sign for as long as it lasts, and its end starts the clocks. Contact-centre work
 * leaves stamps on the routing status; a call outside it shows in the counters alone, and comes and goes without a trace.
 */
import type { Observation } from '../agent.ts';
import type { Memory } from './memory.ts';
import { conversationsIn, showsWork } from './reading.ts';
import { applySign, nothing, type Step, type Transition } from './step.ts';
import { HOUR, type Duration, type Instant } from '../time/time.ts';

/** So long after a call outside the contact centre a gap may hide another: the length of a long shift. */
const CALLS_ON: Duration = 12 * HOUR;

/** Whether the look shows a conversation outside the contact centre. */
export function callsOutside({ conversations }: Observation): boolean {
  return (conversations?.enterprise ?? 0) > 0;
}

/** Whether the agent makes such calls in these hours: unwatched time may hide one. */
export function mayCallUnseen({ calledAt, seenAt }: Memory): boolean {
  return calledAt !== undefined && seenAt - calledAt <= CALLS_ON;
}

/** How one more look changes what is known of an interaction. */
export function foldEngagement(m: Memory, step: Step): Transition {
  if (showsWork(step.o)) return m.engagedSince === undefined ? begin(m, step) : goOn(m, step);
  const isOver = conversationsIn(step.o) === 'free' && m.engagedSince !== undefined;
  return isOver ? end(m, step) : nothing(m);
}

/** Notes work that a reading shows which cannot be folded: a sign all the same. Its end is seen by a reading that can. */
export function noteWork(m: Memory, o: Observation, at: Instant): Pick<Transition, 'memory' | 'events'> {
  const enterpriseCall = callsOutside(o);
  const calledAt = enterpriseCall ? at : m.calledAt;
  const working: Memory = { ...m, engagedSince: at, enterpriseCall, calledAt, working: true, recent: [] };
  return applySign(working, { kind: 'interaction', at });
}

function begin(m: Memory, step: Step): Transition {
  const { d, sighted } = step;
  const at = d.routing.changed ? Math.min(d.routing.at, sighted) : sighted;
  // What came before an interaction was the same person's doing, whatever follows.
  const { memory } = goOn({ ...m, engagedSince: at, recent: [] }, step);
  return applySign(memory, { kind: 'interaction', at });
}

function goOn(m: Memory, { o, seen }: Step): Transition {
  const enterpriseCall = callsOutside(o);
  return nothing({ ...m, enterpriseCall, calledAt: enterpriseCall ? seen : m.calledAt });
}

function end(m: Memory, { d, seen, sighted }: Step): Transition {
  // The routing status dates the end of contact-centre work; a call outside it ends unstamped.
  const at = d.routing.changed && !m.enterpriseCall ? d.routing.at : sighted;
  const over: Memory = {
    ...m,
    clocks: { ...m.clocks, sinceWork: Math.max(at, m.clocks.sinceWork) },
    engagedSince: undefined,
    enterpriseCall: false,
    calledAt: m.enterpriseCall ? seen : m.calledAt,
    recent: [],
  };
  return applySign(over, { kind: 'interaction', at });
}

/** Whether the agent works now, and since when they do not. */
export function foldWork(
  m: Memory,
  before: Memory,
  { o, sighted, d }: Step,
): Pick<Memory, 'working'> & { readonly sinceWork: Instant } {
  const { sinceWork } = m.clocks;
  // On-queue routing restored by a silent return does not count as work.
  const onQueue = o.routing.status !== 'OFF_QUEUE' && o.presence.system !== 'OFFLINE' && m.back === undefined;
  const working = m.engagedSince !== undefined || onQueue;
  const ended = before.working && !working && before.engagedSince === undefined;
  return {
    working,
    sinceWork: ended ? Math.max(sinceWork, d.routing.changed ? d.routing.at : sighted) : sinceWork,
  };
}
