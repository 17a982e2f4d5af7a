/**
 * The first part of a rung that ends the SSO session: the identity provider is asked, and the agent's memory notes from
 * when on the rest may follow. That rest is due some sweeps later and is judged like any log-off, so that minutes of delay
 * hold up no other agent, and a sign of a person in between stops the rest.
 */
import { noteSsoEnd, noteSsoPending, withdrawSsoEnd } from '../../domain/tracking/own-logoff.ts';
import { MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import { READING_LASTS, type Attempt, type ActuatorDeps, type Pass } from './attempt.ts';
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
/** What an operator has to mend: reported as soon as possible. */
const TO_BE_MENDED: ReadonlySet<ActionFault['kind']> = new Set(['forbidden', 'credentials', 'refused']);

/** Whether this case is the identity provider's part of a rung. */
export function isSsoPart({ due }: Pick<Attempt, 'due'>): boolean {
  return due.rung !== undefined && due.actions.includes('end_sso_session');
}

/**
 * Ends the session of each case. A provider that cannot do it costs the agent's answer only its edge: the rest of the rung
 * follows all the same. Throws when the store is lost, which must stop all action.
 */
export async function endSessions(
  deps: ActuatorDeps,
  cases: readonly Attempt[],
  outcomes: Record<Outcome, number>,
  pass: Pass,
): Promise<void> {
  if (cases.length === 0) return;
  await recordIntents(deps, cases, pass);
  const place = placesFor(CONCURRENCY);
  let [inVain, answered] = [0, 0];
  await Promise.all(
    // A user for whom the provider never answers must not be the first each time.
    startingAt(pass.sweepId, cases).map((each) =>
      place(async () => {
        // A provider that does not answer is not waited for once more for each of the others.
        if (answered === 0 && inVain >= IN_VAIN) hold(deps, each);
        else await endSession(deps, each, pass);
        if (each.fault?.kind === 'transient') inVain += 1;
        else if (each.outcome !== 'dropped') answered += 1;
      }),
    ),
  );
  const now = deps.directory.serverNow();
  const events = cases.map((each) => {
    const { agent, due, intentId, outcome, reason, fault, performed: actions } = each;
    deps.population.put(each.memory);
    if (outcome !== undefined) {
      outcomes[outcome] += 1;
      deps.meter.logoff(due.ruleId, outcome, 'enforce');
    }
    tell(deps, each, pass);
    const more = { intentId, reason, correlationId: fault?.correlationId, actions };
    return eventOf(outcome ?? 'sso_ended', agent, due, now, pass, more);
  });
  alarm(deps, cases);
  await saveStep(
    deps,
    cases.map(({ memory }) => memory),
    events,
  );
}

/** Durable before the provider is asked: a crash repeats no request, and the hour's cap counts it. */
async function recordIntents(deps: ActuatorDeps, cases: readonly Attempt[], pass: Pass): Promise<void> {
  const now = deps.directory.serverNow();
  for (const each of cases) {
    each.memory = noteSsoEnd(each.memory, each.due.rung ?? 0, now, now + ASSUMED_DELAY);
    deps.population.put(each.memory);
  }
  await saveStep(
    deps,
    cases.map(({ memory }) => memory),
    cases.map(({ agent, due, intentId }) => eventOf('intent', agent, due, now, pass, { intentId })),
  );
}

/** Not asked this time: the provider is asked again in the next sweeps, for a while. */
function hold(deps: ActuatorDeps, each: Attempt): void {
  const { due, ladderBefore } = each;
  each.outcome ??= 'dropped';
  each.reason ??= 'stopped';
  each.memory = noteSsoPending(each.memory, due.rung ?? 0, deps.directory.serverNow(), ladderBefore);
}

async function endSession(deps: ActuatorDeps, each: Attempt, pass: Pass): Promise<void> {
  const { agent, due, before } = each;
  if (pass.signal.aborted || !(await pass.mayBegin())) {
    each.outcome = 'dropped';
    each.reason = 'stopped';
    each.memory = withdrawSsoEnd(each.memory);
    return;
  }
  const at = deps.directory.serverNow();
  const result = await deps.effects.perform('end_sso_session', agent, before.at + READING_LASTS, pass.signal);
  if (!result.ok) {
    notEnded(deps, each, result.fault, at);
    return;
  }
  each.performed.push('end_sso_session');
  const heldFrom = deps.directory.serverNow() + (result.delay ?? 0);
  each.memory = noteSsoEnd(each.memory, due.rung ?? 0, at, heldFrom);
}

function notEnded(deps: ActuatorDeps, each: Attempt, fault: ActionFault, at: Instant): void {
  each.fault = fault;
  each.reason = fault.kind;
  each.outcome = fault.kind === 'late' ? 'dropped' : 'failed';
  const delay = fault.kind === 'transient' ? fault.delay : undefined;
  if (fault.kind === 'late' || (fault.kind === 'transient' && delay === undefined)) {
    hold(deps, each);
    return;
  }
  // Where no answer came the session may have been ended: its delay is waited for. Otherwise there is nothing to wait for.
  const heldFrom = deps.directory.serverNow() + (delay ?? 0);
  each.memory = noteSsoEnd(each.memory, each.due.rung ?? 0, at, heldFrom);
}

function tell(deps: ActuatorDeps, { agent, due, outcome, reason, fault }: Attempt, pass: Pass): void {
  const { ruleId: rule, rung } = due;
  const fields = { sweepId: pass.sweepId, agent: deps.name(agent), rule, rung, reason };
  if (outcome === undefined) deps.log.info(fields, 'SSO session ended');
  else {
    const { message: detail, correlationId } = fault ?? { message: undefined, correlationId: undefined };
    deps.log.warn({ ...fields, detail, correlationId }, 'SSO session not ended');
  }
}

/** One alarm for all of them: what refuses one refuses all. */
function alarm(deps: ActuatorDeps, cases: readonly Attempt[]): void {
  const refused = cases.filter(({ fault }) => fault !== undefined && TO_BE_MENDED.has(fault.kind));
  const fault = refused[0]?.fault;
  if (fault === undefined) return;
  const { message: detail, correlationId } = fault;
  deps.alarm({
    kind: 'forbidden',
    message:
      'the identity provider does not end sessions for us: check identity in the policy, and its rights there',
    fields: { agents: refused.length, detail, correlationId },
  });
}
