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

test('what comes in time, or fails, is told as it is', async () => {
  const { signal } = new AbortController();
  const never = (): Promise<void> => Promise.reject(new Error('nothing came too late'));
  expect(await unlessTooLate(Promise.resolve('the store'), signal, never)).toBe('the store');
  await expect(unlessTooLate(Promise.reject(new Error('gone')), signal, never)).rejects.toThrow('gone');
});
