/**
 * Warning agents before a rule with `warn` logs them off. What counts is a delivered warning: until one is noted the rule
 * cannot become due, and a sign of the agent takes the note away again.
 */
import pLimit from 'p-limit';
import type { Agent } from '../../domain/agent.ts';
import type { Verdict } from '../../domain/judging/judge.ts';
import { noteWarned } from '../../domain/tracking/own-logoff.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { warningsDue, type Warning } from '../../domain/judging/warnings.ts';
import type { ActuatorDeps, Pass } from './deps.ts';
import { Grouped } from './batching.ts';
import { startingAt } from './rotate.ts';

/** An agent who is to be told that a rule will log them off. */
export interface AgentToWarn {
  readonly agent: Agent;
  readonly warning: Warning;
}

/** Most warnings in one sweep; the rest follow in the next. */
const MOST = 100;
/** At a time: a receiver is not flooded. */
const AT_ONCE = 20;
/** For all warnings of one sweep together, in real time: receivers that hang cost a sweep no more than this. */
const DEADLINE: Duration = 10 * SECOND;

type WarningCrew = Pick<ActuatorDeps, 'warner' | 'directory' | 'population' | 'log' | 'name' | 'store'>;
type WarningRound = Pick<Pass, 'sweepId' | 'mayBegin' | 'signal'>;

/** The warnings that an agent's verdict calls for. */
export function warningsFor(
  agent: Agent,
  memory: AgentState,
  verdict: Verdict,
  policy: Policy,
  now: Instant,
  peakShare?: number,
): readonly AgentToWarn[] {
  return warningsDue(agent, memory, verdict, policy, now, peakShare).map((warning) => ({ agent, warning }));
}

/**
 * Delivers warnings and notes those that were delivered; the next sweep tries the others again. Throws only when the
 * store is lost.
 */
export async function warnAgents(
  deps: WarningCrew,
  wanted: readonly AgentToWarn[],
  pass: WarningRound,
  deadline: Duration = DEADLINE,
): Promise<void> {
  const { warner } = deps;
  if (warner === undefined || wanted.length === 0) return;
  const signal = AbortSignal.any([pass.signal, AbortSignal.timeout(deadline)]);
  const some = startingAt(pass.sweepId, wanted).slice(0, MOST);
  const notes = new Grouped<AgentToWarn>((delivered) => note(deps, delivered, pass));
  const limit = pLimit(AT_ONCE);
  await Promise.all(
    some.map((each) =>
      limit(async () => {
        if (signal.aborted || !(await pass.mayBegin())) return;
        const sentAt = deps.directory.serverNow();
        const notice = { ...each.warning, sentAt, dueAt: sentAt + each.warning.dueIn };
        const told = await warner.warn(each.agent, notice, signal).catch(() => false);
        if (told) await notes.add(each);
      }),
    ),
  );
}

/** Durable at once: after a crash no agent is warned twice, and no agent's time begins anew. */
async function note(deps: WarningCrew, delivered: readonly AgentToWarn[], pass: WarningRound): Promise<void> {
  const now = deps.directory.serverNow();
  const changed = new Map<string, AgentState>();
  for (const { agent, warning } of delivered) {
    const memory = changed.get(agent.id) ?? deps.population.memory(agent.id);
    if (memory === undefined) continue;
    changed.set(agent.id, noteWarned(memory, warning.ruleId, now, warning.dueIn));
    const { ruleId: rule, limit, dueIn } = warning;
    deps.log.info({ sweepId: pass.sweepId, agent: deps.name(agent), rule, limit, dueIn }, 'agent warned');
  }
  if (changed.size === 0) return;
  const memories = [...changed.values()];
  for (const memory of memories) deps.population.put(memory);
  await deps.store.saveStep(memories, []);
}
