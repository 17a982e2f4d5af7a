/** The schedules by which one sweep judges: read before it, at most once an hour, and for a short time only. */
import type { Assembly } from '../../app/assembly.ts';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { SCHEDULES_NOTE, schedulesNoteBody, schedulesNoteOf } from '../../store/schedules-note.ts';

/** The sweep does not wait for longer. What was read before stands with the agents in the store. */
const MOST: Duration = 10 * SECOND;

/** Reads what is due; nothing where the policy asks for no schedules. Rejects only for what the store does. */
export async function readSchedules(
  { platform, store }: Pick<Assembly, 'platform' | 'store'>,
  within: Duration,
  signal: AbortSignal,
): Promise<void> {
  const { schedules } = platform;
  if (schedules.needs === 'none') return;
  const before = schedulesNoteOf((await store.facts()).get(SCHEDULES_NOTE));
  schedules.resume(before);
  const most = Math.min(MOST, Math.max(0, within));
  await schedules.refresh(AbortSignal.any([signal, AbortSignal.timeout(most)]));
  const { readAt } = schedules;
  if (JSON.stringify([...readAt]) === JSON.stringify([...before])) return;
  await store.setFacts(new Map([[SCHEDULES_NOTE, schedulesNoteBody(readAt)]]));
}
