/**
 * Returns after our own revocations, by which the sign-ins are tried. The log tells of a sign-in a while later, when the ladder may have
 * answered already: so each return is asked about for two sweeps, whatever has become of the agent.
 */
import type { Duration, Instant } from '../domain/time/time.ts';
import type { OwnLogoff } from './findings.ts';

export class OwnReturns {
  #kept: readonly OwnLogoff[] = [];

  /** What this sweep found, and the returns of before that are recent still. */
  with(found: readonly OwnLogoff[], now: Instant, usualInterval: Duration): readonly OwnLogoff[] {
    const isRecent = ({ silentAt = -Infinity }: OwnLogoff): boolean => now - silentAt <= 2 * usualInterval;
    const isFound = (kept: OwnLogoff): boolean =>
      found.some(({ agent, begunAt }) => agent.id === kept.agent.id && begunAt === kept.begunAt);
    const kept = this.#kept.filter((each) => isRecent(each) && !isFound(each));
    const returned = found.filter(({ silentAt }) => silentAt !== undefined);
    this.#kept = [...kept, ...returned];
    return [...kept, ...found];
  }
}
