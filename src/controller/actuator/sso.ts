/** The identity provider's part of a rung (`domain/logoff/sso.ts`): asked beside the platform, some agents at a time. */
import { advance } from '../../domain/logoff/advance.ts';
import { wanted, type Answer, type Attempt } from '../../domain/logoff/attempt.ts';
import { endingOf, intentLine, outcomeLine } from '../../domain/logoff/outcome.ts';
import type { ActionFault } from '../../domain/logoff/result.ts';
import { intendSsoEnd, stoppedBeforeProvider } from '../../domain/logoff/sso.ts';
import type { Outcome } from '../../domain/record.ts';
import { saveStep } from '../save.ts';
import { watchOf } from '../tracker.ts';
import { answerTo } from './carry.ts';
import type { ActuatorDeps, Pass } from './deps.ts';
import { placesFor } from './places.ts';
import { startingAt } from './rotate.ts';

/** Identity providers allow far fewer requests than the platform. */
const CONCURRENCY = 4;
/** After so many users in vain, and no answer for any other, the fault is the provider's and not a user's. */
const IN_VAIN = 3;
/** What an operator has to mend: reported as soon as possible. */
const TO_BE_MENDED: ReadonlySet<ActionFault['kind']> = new Set(['forbidden', 'credentials', 'refused']);

/** Ends the session of each agent. Throws when the store is lost, which must stop all action. */
export async function endSessions(
  deps: ActuatorDeps,
  attempts: readonly Attempt[],
  outcomes: Record<Outcome, number>,
  pass: Pass,
): Promise<void> {
  if (attempts.length === 0) return;
  const intended = await recordIntents(deps, attempts, pass);
  const ended = await askProvider(deps, intended, pass);
  const now = deps.directory.serverNow();
  for (const attempt of ended) {
    const { outcome } = endingOf(attempt);
    deps.population.put(attempt.state);
    if (outcome !== 'sso_ended') outcomes[outcome] += 1;
    tell(deps, attempt, pass);
  }
  alarm(deps, ended);
  const memories = ended.map(({ state }) => state);
  const lines = ended.map((attempt) => outcomeLine(attempt, now, pass.sweepId));
  await saveStep(deps, memories, lines);
}

/** Durable before the provider is asked: a crash repeats no request, and the hour's cap counts it. */
async function recordIntents(
  deps: ActuatorDeps,
  attempts: readonly Attempt[],
  pass: Pass,
): Promise<readonly Attempt[]> {
  const now = deps.directory.serverNow();
  const intended = attempts.map((attempt) => intendSsoEnd(attempt, now));
  const memories = intended.map(({ state }) => state);
  for (const memory of memories) deps.population.put(memory);
  const lines = intended.map((attempt) => intentLine(attempt, now, pass.sweepId));
  try {
    await saveStep(deps, memories, lines);
  } catch (error) {
    // Else the rest would follow as if the session had been ended.
    for (const attempt of intended) deps.population.put(stoppedBeforeProvider(attempt).attempt.state);
    throw error;
  }
  return intended;
}

async function askProvider(
  deps: ActuatorDeps,
  attempts: readonly Attempt[],
  pass: Pass,
): Promise<readonly Attempt[]> {
  const place = placesFor(CONCURRENCY);
  let [inVain, answered] = [0, 0];
  const ask = async (attempt: Attempt): Promise<Attempt> => {
    // A provider that does not answer is not waited for once more for each of the others.
    const isDead = answered === 0 && inVain >= IN_VAIN;
    const answer: Answer = isDead ? { kind: 'unreachable' } : await firstAnswer(deps, attempt, pass);
    const step = advance(attempt, answer, watchOf(pass.context), deps.directory.serverNow());
    const { outcome, fault } = endingOf(step.attempt);
    if (fault?.kind === 'transient') inVain += 1;
    else if (outcome !== 'dropped') answered += 1;
    return step.attempt;
  };
  const ended: Attempt[] = [];
  // A user for whom the provider never answers must not be the first each time.
  const rotated = startingAt(pass.sweepId, attempts);
  await Promise.all(rotated.map((attempt) => place(async () => void ended.push(await ask(attempt)))));
  return ended;
}

function firstAnswer(deps: ActuatorDeps, attempt: Attempt, pass: Pass): Promise<Answer> {
  const want = wanted(attempt);
  return want === undefined ? Promise.resolve({ kind: 'unreachable' }) : answerTo(deps, attempt, want, pass);
}

function tell(deps: ActuatorDeps, attempt: Attempt, pass: Pass): void {
  const { agent, due } = attempt;
  const { outcome, reason, fault } = endingOf(attempt);
  const { ruleId: rule, rung } = due;
  const fields = { sweepId: pass.sweepId, agent: deps.name(agent), rule, rung, reason };
  if (outcome === 'sso_ended') deps.log.info(fields, 'SSO session ended');
  else {
    const { message: detail, correlationId } = fault ?? { message: undefined, correlationId: undefined };
    deps.log.warn({ ...fields, detail, correlationId }, 'SSO session not ended');
  }
}

/** One alarm for all of them: what refuses one refuses all. */
function alarm(deps: ActuatorDeps, attempts: readonly Attempt[]): void {
  const faults = attempts.flatMap((attempt) => endingOf(attempt).fault ?? []);
  const refused = faults.filter(({ kind }) => TO_BE_MENDED.has(kind));
  const [fault] = refused;
  if (fault === undefined) return;
  const { message: detail, correlationId } = fault;
  deps.alarm({
    kind: 'forbidden',
    message:
      'the identity provider does not end sessions for us: check identity in the policy, and its rights there',
    fields: { agents: refused.length, detail, correlationId },
  });
}
