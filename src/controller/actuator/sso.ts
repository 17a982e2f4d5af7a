/**
 * The first part of a rung that ends the SSO session: the identity provider is asked, and the agent's memory notes from
 * when on the rest may follow. That rest is due some sweeps later and is judged like any log-off, so that minutes of delay
 * hold nobody else up, and a person who shows himself in between keeps what he has.
 */
import { noteSsoEnd, noteSsoPending, withdrawSsoEnd } from '../../domain/judging/ladder.ts';
import { MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import { READING_LASTS, type Case, type Crew, type Round } from './attempt.ts';
import { eventOf } from './outcomes.ts';
import type { ActionFault } from '../../ports/agents.ts';
import type { Outcome } from '../../ports/metrics.ts';
import { placesFor } from './places.ts';
import { startingAt } from './rotate.ts';
import { saveStep } from '../save.ts';

/** Identity providers allow far fewer requests than the platform. */
const CONCURRENCY = 4;
/** After so many users in vain, and no answer for any other, the fault is the provider's and not a user's. */
const IN_VAIN = 3;
/** Until an answer says better: the longest delay that a provider documents. */
const ASSUMED_DELAY: Duration = 5 * MINUTE;
/** What somebody has to mend: the sooner he hears of it the better. */
const TO_BE_MENDED: ReadonlySet<ActionFault['kind']> = new Set(['forbidden', 'credentials', 'refused']);

/** Whether this case is the identity provider's part of a rung. */
export function isSsoPart({ due }: Pick<Case, 'due'>): boolean {
  return due.rung !== undefined && due.actions.includes('end_sso_session');
}

/**
 * Ends the session of each case. A provider that cannot do it costs the agent's answer only its edge: the rest of the rung
 * follows all the same. Throws when the store is lost, which must stop all action.
 */
export async function endSessions(
  crew: Crew,
  cases: readonly Case[],
  outcomes: Record<Outcome, number>,
  round: Round,
): Promise<void> {
  if (cases.length === 0) return;
  await recordIntents(crew, cases, round);
  const place = placesFor(CONCURRENCY);
  let [inVain, answered] = [0, 0];
  await Promise.all(
    // A user for whom the provider never answers must not be the first each time.
    startingAt(round.sweepId, cases).map((each) =>
      place(async () => {
        // A provider that does not answer is not waited for once more for each of the others.
        if (answered === 0 && inVain >= IN_VAIN) hold(crew, each);
        else await endSession(crew, each, round);
        if (each.fault?.kind === 'transient') inVain += 1;
        else if (each.outcome !== 'dropped') answered += 1;
      }),
    ),
  );
  const now = crew.directory.serverNow();
  const events = cases.map((each) => {
    const { agent, due, intentId, outcome, reason, fault, performed: actions } = each;
    crew.population.put(each.memory);
    if (outcome !== undefined) outcomes[outcome] += 1;
    tell(crew, each, round);
    const more = { intentId, reason, correlationId: fault?.correlationId, actions };
    return eventOf(outcome ?? 'sso_ended', agent, due, now, round, more);
  });
  alarm(crew, cases);
  await saveStep(
    crew,
    cases.map(({ memory }) => memory),
    events,
  );
}

/** Durable before the provider is asked: after a crash nobody is asked a second time, and the hour's cap knows of it. */
async function recordIntents(crew: Crew, cases: readonly Case[], round: Round): Promise<void> {
  const now = crew.directory.serverNow();
  for (const each of cases) {
    each.memory = noteSsoEnd(each.memory, each.due.rung ?? 0, now, now + ASSUMED_DELAY);
    crew.population.put(each.memory);
  }
  await saveStep(
    crew,
    cases.map(({ memory }) => memory),
    cases.map(({ agent, due, intentId }) => eventOf('intent', agent, due, now, round, { intentId })),
  );
}

/** Not asked this time: the provider is asked again in the next sweeps, for a while. */
function hold(crew: Crew, each: Case): void {
  const { due, ladderBefore } = each;
  each.outcome ??= 'dropped';
  each.reason ??= 'stopped';
  each.memory = noteSsoPending(each.memory, due.rung ?? 0, crew.directory.serverNow(), ladderBefore);
}

async function endSession(crew: Crew, each: Case, round: Round): Promise<void> {
  const { agent, due, before } = each;
  if (round.signal.aborted || !(await round.mayBegin())) {
    each.outcome = 'dropped';
    each.reason = 'stopped';
    each.memory = withdrawSsoEnd(each.memory);
    return;
  }
  const at = crew.directory.serverNow();
  const result = await crew.effects.perform(
    'end_sso_session',
    agent,
    before.at + READING_LASTS,
    round.signal,
  );
  if (!result.ok) {
    notEnded(crew, each, result.fault, at);
    return;
  }
  each.performed.push('end_sso_session');
  const heldFrom = crew.directory.serverNow() + (result.delay ?? 0);
  each.memory = noteSsoEnd(each.memory, due.rung ?? 0, at, heldFrom);
}

function notEnded(crew: Crew, each: Case, fault: ActionFault, at: Instant): void {
  each.fault = fault;
  each.reason = fault.kind;
  each.outcome = fault.kind === 'late' ? 'dropped' : 'failed';
  const delay = fault.kind === 'transient' ? fault.delay : undefined;
  if (fault.kind === 'late' || (fault.kind === 'transient' && delay === undefined)) {
    hold(crew, each);
    return;
  }
  // Where no answer came the session may have been ended: its delay is waited for. Otherwise there is nothing to wait for.
  const heldFrom = crew.directory.serverNow() + (delay ?? 0);
  each.memory = noteSsoEnd(each.memory, each.due.rung ?? 0, at, heldFrom);
}

function tell(crew: Crew, { agent, due, outcome, reason, fault }: Case, round: Round): void {
  const { ruleId: rule, rung } = due;
  const fields = { sweepId: round.sweepId, agent: crew.name(agent), rule, rung, reason };
  if (outcome === undefined) crew.log.info(fields, 'SSO session ended');
  else {
    const { message: detail, correlationId } = fault ?? { message: undefined, correlationId: undefined };
    crew.log.warn({ ...fields, detail, correlationId }, 'SSO session not ended');
  }
}

/** One alarm for all of them: what refuses one refuses everybody. */
function alarm(crew: Crew, cases: readonly Case[]): void {
  const refused = cases.filter(({ fault }) => fault !== undefined && TO_BE_MENDED.has(fault.kind));
  const fault = refused[0]?.fault;
  if (fault === undefined) return;
  const { message: detail, correlationId } = fault;
  crew.alarm({
    kind: 'forbidden',
    message:
      'the identity provider does not end sessions for us: check identity in the policy, and its rights there',
    fields: { agents: refused.length, detail, correlationId },
  });
}
