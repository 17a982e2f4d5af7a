/** Log-offs that turn out to have been wrong. Pure. */
import { REGRETTED_WITHIN } from '../rollout/rollout.ts';
import { mayHaveDone, type AgentState, type TrackingEvent } from './state.ts';

/** What a change of an agent's state tells of our last log-off: that the agent was there after all. Once for each log-off. */
export function regretIn(before: AgentState | undefined, after: AgentState): TrackingEvent | undefined {
  const { logoff } = after;
  const [was, sign] = [before?.episode.sign, after.episode.sign];
  if (logoff === undefined || logoff.from !== before?.logoff?.from || mayHaveDone(logoff).length === 0)
    return undefined;
  const { from } = logoff;
  const isFirst = sign !== undefined && sign.at > from && (was === undefined || was.at <= from);
  if (!isFirst || sign.at - from > REGRETTED_WITHIN) return undefined;
  return { kind: 'regret', at: sign.at, delay: sign.at - from, sign: sign.kind };
}
