/**
 * The store as one enforcer has it: what it remembers is that of one holding of the lease, and with the holding its writes end. The
 * fence of the store sees to it that no other worker holds the lease; that this worker may have lost it and taken it again while a
 * sweep went on, only the worker knows.
 */
import type { Store } from '../ports/store.ts';
import { LeaseLost } from './limits.ts';

/** What a worker writes under its lease. */
const WRITES: ReadonlySet<string | symbol> = new Set<keyof Store>([
  ...(['saveSweep', 'saveStep', 'setFacts', 'saveLearnt', 'saveAgents', 'prune', 'takeResume'] as const),
]);

/** The same store, of which each write rejects with `LeaseLost` once `isOver` says so. */
export function writtenUnder(store: Store, isOver: () => boolean): Store {
  return new Proxy(store, {
    get: (_, name) => {
      const value: unknown = Reflect.get(store, name, store);
      if (typeof value !== 'function') return value;
      return (...parts: readonly unknown[]): unknown =>
        WRITES.has(name) && isOver() ? Promise.reject(new LeaseLost()) : Reflect.apply(value, store, parts);
    },
  });
}
