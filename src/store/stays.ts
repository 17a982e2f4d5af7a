/** Asking the record for answers to warnings. */
import type { EventQuery } from '../domain/record.ts';

/** The newest of an agent. */
export function newestStay(agentId: string): EventQuery {
  return { agentId, kinds: ['stay'], limit: 1 };
}
