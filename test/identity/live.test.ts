/** The identity provider of the policy in force, when the policy changes. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import type { Effects } from '../../src/ports/agents.ts';
import { SIGNATURE_HEADER } from '../../src/http/signature.ts';
import type { Settings } from '../../src/policy-file/draft.ts';
import { LiveIdentity, withIdentity } from '../../src/app/compose-identity.ts';
import { ISAAC, NotingClock, Provider, T0 } from './provider.ts';

const clock = new NotingClock(T0);
const nothing = { events: () => Promise.resolve([]) };
const never = new AbortController().signal;

let provider: Provider;
let live: LiveIdentity | undefined;

beforeEach(async () => {
  provider = await new Provider(() => ({ status: 204 }), clock).listen();
});
afterEach(async () => {
  await live?.close();
  await provider.close();
});

function settings(secret: string): Pick<Settings, 'identity'> {
  const webhook = { url: `${provider.url}/end`, secret };
  return { identity: { webhook, subject: 'email', per_hour: 1 } };
}

/** A platform that knows nothing of identity providers. */
const platform: Effects = {
  perform: (action) =>
    Promise.resolve({
      ok: false,
      fault: { kind: 'refused', message: `the platform does not ${action}`, correlationId: undefined },
    }),
  restorePresence: () => Promise.resolve({ ok: true, correlationId: undefined }),
  room: () => 1,
};

test('a changed secret is used from then on, and the hour goes on counting', async () => {
  live = await LiveIdentity.connect(settings('first'), nothing, { clock, env: {} });
  const effects = withIdentity(platform, () => live?.current, { serverNow: () => clock.now() });
  const end = () => effects.perform('end_sso_session', ISAAC, Infinity, never);
  expect(await end()).toMatchObject({ ok: true });
  const [first] = provider.asked;
  live.use(settings('second'));
  expect(await end()).toMatchObject({ ok: false, fault: { kind: 'capped' } });
  clock.windTo(clock.now() + HOUR);
  expect(await end()).toMatchObject({ ok: true });
  expect(provider.asked[1]?.headers[SIGNATURE_HEADER]).not.toBe(first?.headers[SIGNATURE_HEADER]);
});

test('an unchanged policy keeps what it has', async () => {
  live = await LiveIdentity.connect(settings('same'), nothing, { clock, env: {} });
  const before = live.current;
  live.use(settings('same'));
  expect(live.current).toBe(before);
});

test('a policy without a provider ends no session, and another with one still counts those of before', async () => {
  live = await LiveIdentity.connect(settings('first'), nothing, { clock, env: {} });
  const effects = withIdentity(platform, () => live?.current, { serverNow: () => clock.now() });
  await effects.perform('end_sso_session', ISAAC, Infinity, never);
  live.use({ identity: undefined });
  expect(await effects.perform('end_sso_session', ISAAC, Infinity, never)).toMatchObject({
    ok: false,
    fault: { message: 'the platform does not end_sso_session' },
  });
  live.use(settings('again'));
  clock.windTo(clock.now() + 30 * MINUTE);
  expect(await effects.perform('end_sso_session', ISAAC, Infinity, never)).toMatchObject({
    fault: { kind: 'capped' },
  });
  expect(provider.asked).toHaveLength(1);
});

test('what was judged too long ago is not sent', async () => {
  live = await LiveIdentity.connect(settings('first'), nothing, { clock, env: {} });
  const effects = withIdentity(platform, () => live?.current, { serverNow: () => clock.now() });
  const result = await effects.perform('end_sso_session', ISAAC, clock.now() - 1, never);
  expect([result, provider.asked]).toMatchObject([{ ok: false, fault: { kind: 'late' } }, []]);
});
