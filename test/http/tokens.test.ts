/** The service's own token: one login for all who wait, and none that anyone has to wait for while the old one is good. */
import { expect, test } from '@jest/globals';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { TokenSource, type TokenGrant } from '../../src/http/tokens.ts';

const T0 = Date.parse('2026-03-02T09:00:00Z');

/** A login service whose answers are given by hand, and a clock that stands where it is put. */
class Login {
  now = T0;
  count = 0;
  answer: () => Promise<TokenGrant> = () =>
    Promise.resolve({ token: `t${this.count}`, lifetime: 60 * MINUTE });
  readonly tokens = new TokenSource(
    () => {
      this.count += 1;
      return this.answer();
    },
    () => this.now,
    (error) => error instanceof RangeError,
  );
}

test('callers who ask at the same time share one login', async () => {
  const login = new Login();
  expect(await Promise.all([login.tokens.get(), login.tokens.get()])).toEqual(['t1', 't1']);
  expect(login.count).toBe(1);
});

test('a token that ends soon is renewed beside the callers, who go on with the old one', async () => {
  const login = new Login();
  await login.tokens.get();
  login.now = T0 + 55 * MINUTE;
  const renewed = Promise.withResolvers<TokenGrant>();
  login.answer = () => renewed.promise;
  expect([await login.tokens.get(), login.count]).toEqual(['t1', 2]);
  renewed.resolve({ token: 't2', lifetime: 60 * MINUTE });
  await renewed.promise;
  await new Promise(setImmediate);
  expect([await login.tokens.get(), login.count]).toEqual(['t2', 2]);
});

test('a renewal that fails harms no caller, and is tried again after a while', async () => {
  const login = new Login();
  await login.tokens.get();
  login.answer = () => Promise.reject(new RangeError('no'));
  login.now = T0 + 55 * MINUTE;
  expect(await login.tokens.get()).toBe('t1');
  login.now += 14 * SECOND;
  expect([await login.tokens.get(), login.count]).toEqual(['t1', 2]);
  login.now += SECOND;
  expect([await login.tokens.get(), login.count]).toEqual(['t1', 3]);
});

test('a token that was refused is replaced, unless a newer one came in between', async () => {
  const login = new Login();
  await login.tokens.get();
  login.tokens.reject('t1');
  expect(await login.tokens.get()).toBe('t2');
  login.tokens.reject('t1');
  expect(await login.tokens.get()).toBe('t2');
});

test('credentials that were refused rest for a minute; a fault that passes is tried again at once', async () => {
  const login = new Login();
  login.answer = () => Promise.reject(new Error('busy'));
  await expect(login.tokens.get()).rejects.toThrow('busy');
  login.answer = () => Promise.reject(new RangeError('wrong secret'));
  await expect(login.tokens.get()).rejects.toThrow('wrong secret');
  login.answer = () => Promise.resolve({ token: 'good', lifetime: MINUTE });
  login.now += MINUTE - 1;
  await expect(login.tokens.get()).rejects.toThrow('wrong secret');
  expect(login.count).toBe(2);
  login.now += 1;
  expect(await login.tokens.get()).toBe('good');
});
