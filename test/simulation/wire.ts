/** What lies between a process and what it asks: each way takes its time, and what has left arrives whatever becomes of the asker. */
import { SECOND, type Duration } from '../../src/domain/time/time.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import { WORLD } from './scheduler.ts';

/** How likely the way there is slow, or either way loses what is on it. */
export interface Weather {
  readonly slow: number;
  readonly lost: number;
}

export const FAIR: Weather = { slow: 0, lost: 0 };

/** Asks what stands at the other end. `give` is called there; its answer comes back, or `timeout` after so long. */
export function ask<T>(
  scheduler: Scheduler,
  asker: Owner,
  { weather, timeout }: { readonly weather: Weather; readonly timeout: Duration },
  give: () => Promise<T>,
): Promise<T | 'timeout'> {
  const usual = (): Duration => scheduler.between(5, 250);
  const there = (): Duration =>
    scheduler.random() < weather.slow ? scheduler.between(SECOND, timeout - SECOND) : usual();
  const isLost = (): boolean => scheduler.random() < weather.lost;
  const { promise, resolve, reject } = Promise.withResolvers<T | 'timeout'>();
  if (Number.isFinite(timeout)) {
    scheduler.after(timeout, asker, () => {
      resolve('timeout');
    });
  }
  const back = (settle: () => void): void => {
    if (!isLost()) scheduler.after(usual(), asker, settle);
  };
  if (isLost()) return promise;
  scheduler.after(there(), WORLD, () => {
    void give().then(
      (answer) => {
        back(() => {
          resolve(answer);
        });
      },
      (error: unknown) => {
        back(() => {
          reject(error);
        });
      },
    );
  });
  return promise;
}
