/** Waiting that ends with a signal, whatever is waited for. */
import { expect, test } from '@jest/globals';
import { unlessTooLate } from '../../src/controller/unless-over.ts';

test('what comes after the end is put away, and is not waited for', async () => {
  const stop = new AbortController();
  const store = Promise.withResolvers<string>();
  const away = Promise.withResolvers<string>();
  const asked = unlessTooLate(store.promise, stop.signal, (late) => {
    away.resolve(late);
    return Promise.reject(new Error('it cannot be closed either'));
  });
  stop.abort(new Error('told to stop'));
  await expect(asked).rejects.toThrow('told to stop');
  store.resolve('the store');
  expect(await away.promise).toBe('the store');
});

test('what has been told to end is waited for with patience, and no longer', async () => {
  const order: string[] = [];
  const ask = async (putAway: Promise<void>, patience: Promise<void>): Promise<void> => {
    const asked = Promise.resolve('the worker');
    const late = asked.then((made) => putAway.then(() => made));
    await unlessTooLate(
      late,
      AbortSignal.abort(new Error('told to stop')),
      () => {
        order.push('put away');
        return Promise.resolve();
      },
      () => patience,
    ).catch((error: unknown) => order.push((error as Error).message));
  };
  const never = new Promise<void>(() => undefined);
  await ask(
    new Promise((resolve) => {
      setImmediate(resolve);
    }),
    never,
  );
  expect(order).toEqual(['put away', 'told to stop']);
  await ask(never, Promise.resolve());
  expect(order).toEqual(['put away', 'told to stop', 'told to stop']);
});

test('what comes in time, or fails, is told as it is', async () => {
  const { signal } = new AbortController();
  const never = (): Promise<void> => Promise.reject(new Error('nothing came too late'));
  expect(await unlessTooLate(Promise.resolve('the store'), signal, never)).toBe('the store');
  await expect(unlessTooLate(Promise.reject(new Error('gone')), signal, never)).rejects.toThrow('gone');
});
