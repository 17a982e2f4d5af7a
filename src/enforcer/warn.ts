/**
 * Warning agents before a rule with `warn` logs them off. What counts is a delivered warning: until one is noted the rule
 * cannot become due, and a sign of the agent takes the note away again.
 */
import type { Agent } from '../domain/agent.ts';
import { profileOf, weigh, type Verdict } from '../domain/judge.ts';
import type { Memory } from '../domain/memory.ts';
import type { Policy } from '../domain/policy.ts';
import type { Instant } from '../domain/time.ts';
import type { Crew, Round } from './case.ts';
import type { WarningNotice } from './ports.ts';

/** An agent who is to be told that a rule will log him off. */
export interface AgentToWarn {
  readonly agent: Agent;
  readonly warning: WarningNotice;
}

/** Most warnings in one sweep; the rest follow in the next. */
const MOST = 100;
/** At a time: one receiver that does not answer costs one deadline, not a hundred. */
const AT_ONCE = 20;

/** The warnings that an agent's verdict calls for. Nobody is warned of what will not be done. */
export function warningsFor(
  agent: Agent,
  memory: Memory,
  verdict: Verdict,
  policy: Policy,
  now: Instant,
): readonly AgentToWarn[] {
  if (policy.mode !== 'enforce' || (verdict.reason !== 'warned' && verdict.reason !== 'observed')) return [];
  const rules = profileOf(agent, policy)?.rules ?? [];
  return rules.flatMap((rule) => {
    const { id: ruleId, warn: ahead, limit, mode } = rule;
    if (ahead === undefined || mode !== 'enforce' || memory.warned[ruleId] !== undefined) return [];
    const { holds, insideHours, measured } = weigh(rule, memory, now);
    if (!holds || !insideHours || measured < limit - ahead) return [];
    return [{ agent, warning: { ruleId, limit, dueIn: Math.max(ahead, limit - measured) } }];
  });
}

/**
 * Delivers warnings and notes those that were delivered. Stops early when nobody could be reached: the next sweep tries
 * again. Throws only when the store is lost.
 */
export async function warnAgents(crew: Crew, wanted: readonly AgentToWarn[], round: Round): Promise<void> {
  const { warner } = crew;
  if (warner === undefined) return;
  for (let next = 0; next < Math.min(wanted.length, MOST); next += AT_ONCE) {
    if (round.signal.aborted || !(await round.mayBegin())) return;
    const batch = wanted.slice(next, Math.min(next + AT_ONCE, MOST));
    const told = await Promise.all(
      batch.map(({ agent, warning }) => warner.warn(agent, warning, round.signal).catch(() => false)),
    );
    const delivered = batch.filter((_, i) => told[i] === true);
    await note(crew, delivered, round);
    if (delivered.length === 0) return;
  }
}

/** Durable at once: after a crash nobody is told twice, and nobody's time begins anew. */
async function note(crew: Crew, delivered: readonly AgentToWarn[], round: Round): Promise<void> {
  const now = crew.directory.serverNow();
  const changed = new Map<string, Memory>();
  for (const { agent, warning } of delivered) {
    const memory = changed.get(agent.id) ?? crew.population.memory(agent.id);
    if (memory === undefined) continue;
    changed.set(agent.id, { ...memory, warned: { ...memory.warned, [warning.ruleId]: now } });
    const { ruleId: rule, limit, dueIn } = warning;
    crew.log.info({ sweepId: round.sweepId, agent: crew.name(agent), rule, limit, dueIn }, 'agent warned');
  }
  if (changed.size === 0) return;
  const memories = [...changed.values()];
  for (const memory of memories) crew.population.put(memory);
  await crew.store.saveStep(memories, []);
}
