/**
 * Carries attempts through: asks of the platform what each of them wants, and hands the answer to `domain/logoff/`, which says what
 * comes next. Nothing is decided here. Agents of one turn go on at the same time, so that readings cost little.
 */
import { advance } from '../../domain/logoff/advance.ts';
import {
  turnOf,
  wanted,
  type Answer,
  type Attempt,
  type Step,
  type Want,
} from '../../domain/logoff/attempt.ts';
import type { ActionResult } from '../../domain/logoff/result.ts';
import type { Stay } from '../../domain/tracking/state.ts';
import { causeFields } from '../alarms.ts';
import { watchOf } from '../tracker.ts';
import type { Alarm } from '../../ports/alarms.ts';
import { reread, type ActuatorDeps, type Pass } from './deps.ts';
import { placesFor } from './places.ts';
import { Progress } from './progress.ts';

/** Agents acted on at the same time. The rate budget bounds how many requests a minute that makes. */
const CONCURRENCY = 10;

/** Carries each attempt to its end. Never rejects. */
export async function carry(
  deps: ActuatorDeps,
  attempts: readonly Attempt[],
  pass: Pass,
): Promise<readonly Attempt[]> {
  const progress = new Progress(deps);
  let all = attempts;
  for (;;) {
    const open = all.filter((attempt) => wanted(attempt) !== undefined);
    if (open.length === 0) return all;
    const turn = Math.min(...open.map(turnOf));
    const next = open.filter((attempt) => turnOf(attempt) === turn);
    const done = looksTogether(next)
      ? await lookTogether(deps, next, pass)
      : await actTogether(deps, next, progress, pass);
    all = all.map((attempt) => done[next.indexOf(attempt)] ?? attempt);
  }
}

function looksTogether([first]: readonly Attempt[]): boolean {
  const want = first === undefined ? undefined : wanted(first);
  return want?.kind === 'look' && want.together;
}

/** One reading for all of them. */
async function lookTogether(
  deps: ActuatorDeps,
  attempts: readonly Attempt[],
  pass: Pass,
): Promise<readonly Attempt[]> {
  const ids = attempts.map(({ agent }) => agent.id);
  const fresh = await reread(deps, ids, pass);
  return attempts.map((attempt) =>
    takeStep(deps, stepOf(deps, attempt, { kind: 'seen', sighting: fresh.get(attempt.agent.id) }, pass)),
  );
}

async function actTogether(
  deps: ActuatorDeps,
  attempts: readonly Attempt[],
  progress: Progress,
  pass: Pass,
): Promise<readonly Attempt[]> {
  const place = placesFor(CONCURRENCY);
  const done = [...attempts];
  await Promise.all(
    attempts.map((attempt, i) =>
      place(async () => {
        done[i] = await throughTurn(deps, attempt, progress, pass);
      }),
    ),
  );
  return done;
}

/** One attempt, as far as it goes without waiting for the others. */
async function throughTurn(
  deps: ActuatorDeps,
  attempt: Attempt,
  progress: Progress,
  pass: Pass,
): Promise<Attempt> {
  const turn = turnOf(attempt);
  let now = attempt;
  for (let want = wanted(now); want !== undefined && turnOf(now) === turn; want = wanted(now)) {
    const step = stepOf(deps, now, await answerTo(deps, now, want, pass), pass);
    now = takeStep(deps, step);
    if (step.note !== undefined) await progress.note(step.note);
  }
  return now;
}

function stepOf(deps: ActuatorDeps, attempt: Attempt, answer: Answer, { context }: Pass): Step {
  return advance(attempt, answer, watchOf(context), deps.directory.serverNow());
}

/** What a step brought enters state, and is accounted for. */
function takeStep({ population, accounting }: ActuatorDeps, { attempt, seen }: Step): Attempt {
  population.put(attempt.state);
  if (seen !== undefined) accounting.observed(seen.agent, seen.evaluation);
  return attempt;
}

/** Asks the platform, or people, for what an attempt wants. Never rejects. */
export async function answerTo(
  deps: ActuatorDeps,
  attempt: Attempt,
  want: Want,
  pass: Pass,
): Promise<Answer> {
  const { agent } = attempt;
  if (want.kind === 'look')
    return { kind: 'seen', sighting: (await reread(deps, [agent.id], pass)).get(agent.id) };
  const begins = want.kind !== 'restore' && want.begins;
  if (begins && (pass.signal.aborted || !(await pass.mayBegin()))) return { kind: 'stopped' };
  const stay = want.kind === 'restore' ? undefined : await stayIn(attempt, pass);
  if (stay === 'lost' && begins) return { kind: 'stopped' };
  if (stay !== undefined && stay !== 'lost') return { kind: 'stayed', stay };
  const askedAt = deps.directory.serverNow();
  return { kind: 'done', result: await carryOutOne(deps, attempt, want, pass), askedAt };
}

/** Whether the agent has answered a warning while the log-off went on: asked before each action, for any may be too much. */
async function stayIn(attempt: Attempt, { newStay }: Pass): Promise<Stay | 'lost' | undefined> {
  return await newStay?.(attempt.state).catch(() => 'lost' as const);
}

async function carryOutOne(
  deps: ActuatorDeps,
  attempt: Attempt,
  want: Exclude<Want, { kind: 'look' }>,
  pass: Pass,
): Promise<ActionResult> {
  const { agent } = attempt;
  switch (want.kind) {
    case 'tell':
      deps.alarm(returnAlarm(deps, attempt, pass));
      return { ok: true, correlationId: undefined };
    case 'restore': {
      const { presenceId, notAfter } = want;
      const restored = await deps.effects.restorePresence(agent.id, presenceId, notAfter, pass.signal);
      if (!restored.ok) logNotRestored(deps, attempt, restored);
      return restored;
    }
    case 'perform':
      return await deps.effects.perform(want.action, agent, want.notAfter, pass.signal);
  }
}

function logNotRestored(
  deps: ActuatorDeps,
  { agent }: Attempt,
  { fault }: Extract<ActionResult, { ok: false }>,
): void {
  const { kind, message, correlationId } = fault;
  const fields = { agent: deps.name(agent), fault: kind, detail: message, correlationId };
  deps.log.error(fields, 'a presence could not be put back');
}

function returnAlarm(deps: ActuatorDeps, { agent, due }: Attempt, pass: Pass): Alarm {
  const { rung, cause } = due;
  const fields = { agent: deps.name(agent), ...causeFields(cause, pass.context.policy), rung };
  const message =
    rung === undefined ? 'an agent is logged off' : 'an agent keeps coming back by single sign-on';
  return { kind: 'return', message, fields };
}
