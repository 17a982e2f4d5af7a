/** What a log-off asks of an agent's state. */
import { isDoneKnown, type AgentState } from '../tracking/state.ts';
import type { Instant } from '../time/time.ts';

/** Whether a person has shown a sign since the state was as `before`. */
export function hasSigned({ episode: { sign } }: AgentState, before: AgentState): boolean {
  return sign !== undefined && sign.at !== before.episode.sign?.at;
}

/** Whether an answer of the agent to a warning has been taken in since the state was as `before`. */
export function hasStayed({ stays }: AgentState, before: AgentState): boolean {
  return stays.at(-1)?.seq !== before.stays.at(-1)?.seq;
}

/** What has to be so for a queue to be given back after an interruption. */
export interface LeftInTheMiddle {
  /** When the interrupted log-off began, and whether it is known what came of it. */
  readonly begunAt: Instant;
  readonly isSettled: boolean;
  /** The agent handles an interaction, Available, with the token of before. */
  readonly isAsWeLeftThem: boolean;
  readonly wasOnQueue: boolean;
  readonly presenceBefore: string | undefined;
  readonly presenceSince: Instant | undefined;
  readonly routingSince: Instant | undefined;
}

/** How an agent stands whom a log-off may have left in the middle; `undefined` where none was begun. */
export function leftInTheMiddle({ logoff, session, last }: AgentState): LeftInTheMiddle | undefined {
  if (logoff === undefined) return undefined;
  const isInteracting = session.kind === 'engaged' && last.presence === 'AVAILABLE';
  return {
    begunAt: logoff.from,
    isSettled: isDoneKnown(logoff),
    isAsWeLeftThem: isInteracting && last.tokenAt === logoff.former.tokenAt,
    wasOnQueue: logoff.former.presence === 'ON_QUEUE',
    presenceBefore: logoff.former.presenceId,
    presenceSince: last.presenceSince,
    routingSince: last.routingSince,
  };
}
