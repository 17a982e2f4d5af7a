/** Agents' answers to warnings. */
import type { RecordEvent } from '../../domain/record.ts';
import type { StayGround } from '../../ports/store.ts';
import { newestStay } from '../stays.ts';
import type { Database } from './database.ts';
import { readEvents } from './events.ts';
import { readMemory } from './memories.ts';

/** The event of an answer, where `decide` gives one; part of a transaction. */
export function weighedStay(
  db: Database,
  agentId: string,
  decide: (found: StayGround) => RecordEvent | undefined,
): readonly RecordEvent[] {
  const [newest] = readEvents(db, newestStay(agentId));
  const event = decide({ state: readMemory(db, agentId), newest });
  return event === undefined ? [] : [event];
}
