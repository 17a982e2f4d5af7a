/** The conversations of an agent who is engaged for too long: their ids are what a supervisor needs to end them. */
import { HOUR, type Duration, type Instant } from '../../domain/time/time.ts';
import { asArray, asText, member } from '../../http/read-json.ts';
import { MOST_NAMED, type OpenInteractions } from '../../ports/open-interactions.ts';
import { PlatformError } from '../http/errors.ts';
import { asInstant } from '../http/json.ts';
import { evidenceCall, type EvidenceParts } from './asking.ts';

const OPERATION = 'getAnalyticsAgentStatus';
/** After a refusal it is not asked for so long: a role is not granted from one minute to the next. */
const PAUSE: Duration = HOUR;

/** Asks over one connection. `forbidden` is told once for each refusal. */
export function openInteractionsOf(
  { sdk, room }: EvidenceParts,
  now: () => Instant,
  warn: (message: string, fields: object) => void,
): OpenInteractions {
  let refusedAt: Instant | undefined;
  const ask = async (agentId: string, signal: AbortSignal): Promise<readonly string[] | undefined> => {
    const answer = await sdk.call(OPERATION, evidenceCall(signal), () =>
      sdk.analytics.getAnalyticsAgentStatus(agentId),
    );
    return conversationsIn(answer.body);
  };
  return {
    of: async (agentId, signal) => {
      signal.throwIfAborted();
      const isPaused = refusedAt !== undefined && now() >= refusedAt && now() - refusedAt < PAUSE;
      if (isPaused || room() < 1) return undefined;
      try {
        return await ask(agentId, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof PlatformError && error.kind === 'forbidden') {
          refusedAt = now();
          warn('open interactions cannot be named without the permission analytics:agentState:view', {});
        }
        return undefined;
      }
    },
  };
}

/** It is shown to people, and pasted by them: nothing but an id. */
const CONVERSATION = /^[\w-]{1,64}$/;

interface Session {
  readonly id: string;
  readonly begun: Instant;
}

/** `undefined` where the answer holds no list of sessions. */
function conversationsIn(body: unknown): readonly string[] | undefined {
  const sessions = asArray(member(body, 'sessions'));
  const found = (sessions ?? []).flatMap((raw): Session[] => {
    const id = asText(member(raw, 'conversationId'));
    const begun =
      asInstant(member(raw, 'sessionStart')) ?? asInstant(member(raw, 'segmentStart')) ?? Infinity;
    return id === undefined || !CONVERSATION.test(id) ? [] : [{ id, begun }];
  });
  const ids = found
    .toSorted((a, b) => (a.begun < b.begun ? -1 : Number(a.begun > b.begun)))
    .map(({ id }) => id);
  return sessions === undefined ? undefined : [...new Set(ids)].slice(0, MOST_NAMED);
}
