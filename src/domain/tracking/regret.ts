/** Log-offs that turn out to have been wrong. Pure. */
import { REGRETTED_WITHIN } from '../rollout/rollout.ts';
import type { Duration, Instant } from '../time/time.ts';
import { mayHaveDone, type AgentState, type Sign, type TrackingEvent } from './state.ts';

/**
 * What a change of an agent's state tells of our last log-off: that the agent was there after all. Once for each log-off. A return after
 * more than `window` counts as a login. It is that of the policy before, while one with a longer window is brought out: a change may not
 * hide what it does.
 */
export function regretIn(
  before: AgentState | undefined,
  after: AgentState,
  window: Duration = Infinity,
): TrackingEvent | undefined {
  const { logoff } = after;
  if (logoff === undefined || logoff.from !== before?.logoff?.from) return undefined;
  if (logoff.isRegretted === true || mayHaveDone(logoff).length === 0) return undefined;
  const { from } = logoff;
  const sign = signSince(from, after, window);
  if (sign === undefined || signSince(from, before, window) !== undefined) return undefined;
  const delay = sign.at - from;
  return delay > REGRETTED_WITHIN ? undefined : { kind: 'regret', at: sign.at, delay, sign: sign.kind };
}

/** Notes that a regret was told. It stays one, also where a departure or evidence takes the sign back: it is not told again. */
export function noteRegret(s: AgentState): AgentState {
  return s.logoff === undefined ? s : { ...s, logoff: { ...s.logoff, isRegretted: true } };
}

/** What an agent has shown since a log-off began. */
function signSince(from: Instant, { session, episode }: AgentState, window: Duration): Sign | undefined {
  if (episode.sign !== undefined && episode.sign.at > from) return episode.sign;
  if (session.kind !== 'returned' || session.silent.after !== 'enforcer') return undefined;
  const { at, delay = at - from } = session.silent;
  return delay > window && at > from ? { kind: 'login', at } : undefined;
}
