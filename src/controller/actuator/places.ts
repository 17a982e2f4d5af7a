/** Acting on some agents at a time, without one who hangs holding up the others. */
import pLimit from 'p-limit';
import { SECOND, type Duration } from '../../domain/time/time.ts';

/** Longer than an agent takes for whom the platform answers. After this another may begin, in real time. */
const PLACE_LASTS: Duration = 3 * SECOND;

/** Runs a job once there is a place for it; resolves when the job is over, rejects with what it rejects with. */
export type Slots = (job: () => Promise<void>) => Promise<void>;

/** So many places. A job that takes longer than `lasts` goes on without one. */
export function placesFor(count: number, lasts: Duration = PLACE_LASTS): Slots {
  const limit = pLimit(count);
  return async (job) => {
    let running = Promise.resolve();
    await limit(async () => {
      running = job();
      const { promise: late, resolve } = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => {
        resolve(undefined);
      }, lasts).unref();
      // Whether it failed is asked below, where it is waited for to its end.
      await Promise.race([running.catch(() => undefined), late]);
      clearTimeout(timer);
    });
    await running;
  };
}
