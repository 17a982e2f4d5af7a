/** How the platform's queries are told a span of time. */
import type { Interval } from '../../domain/time/time.ts';

/** ISO 8601, in UTC. */
export function intervalText({ from, to }: Interval): string {
  return `${new Date(from).toISOString()}/${new Date(to).toISOString()}`;
}
