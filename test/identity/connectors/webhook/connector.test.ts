/** The signed webhook, read by a receiver that does what `http/signature.ts` asks of one. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { MINUTE, SECOND } from '../../../../src/domain/time/time.ts';
import { closeLinks, faultIn, ISAAC, link, T0, type Asked, type Link, type Reply } from '../../provider.ts';

const SECRET = 'whsec-2b7e151628aed2a6abf7158809cf4f3c';
const HOOK = '/hooks/T0k3nInThePath/end';
const WINDOW = 5 * MINUTE;

afterEach(closeLinks);

/** Takes a request that is signed and fresh, and ends one session for each id. */
class Receiver {
  readonly ended = new Map<string, { readonly subject: string }>();

  take({ headers, body, at }: Pick<Asked, 'headers' | 'body' | 'at'>): number {
    const header = String(headers['x-idle-enforcer-signature']);
    const { t = '', v1 = '' } = /^t=(?<t>\d+),v1=(?<v1>[0-9a-f]{64})$/.exec(header)?.groups ?? {};
    const wanted = createHmac('sha256', SECRET).update(`${t}.${body}`).digest();
    const given = Buffer.from(v1, 'hex');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 401;
    if (Math.abs(at - Number(t) * SECOND) > WINDOW) return 403;
    const { id, subject } = JSON.parse(body) as { id: string; subject: string };
    this.ended.set(id, { subject });
    return 204;
  }
}

function hook(
  handler: (asked: Asked, nth: number, receiver: Receiver) => Reply,
  subject = 'email',
): Promise<Link & { receiver: Receiver }> {
  const receiver = new Receiver();
  return link(
    (url) => ({ subject, webhook: { url: `${url}${HOOK}`, secret: SECRET } }),
    (asked, nth) => handler(asked, nth, receiver),
  ).then((linked) => ({ ...linked, receiver }));
}

const accepting = (asked: Asked, _: number, receiver: Receiver): Reply => ({ status: receiver.take(asked) });

describe('the request', () => {
  test('says whom it is about and when it was sent, and is signed with the shared secret', async () => {
    const { provider, receiver, end } = await hook(accepting, '{local}@corp.example');
    expect(await end()).toMatchObject({ ok: true, delay: 0 });
    expect(provider.lines).toEqual([`POST ${HOOK}`]);
    const body = JSON.parse(provider.asked[0]!.body) as Record<string, unknown>;
    expect(body).toEqual({
      event: 'end_sso_session',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      at: '2026-03-02T09:00:00.000Z',
      subject: 'isaac.brock@corp.example',
      agent: { id: ISAAC.id, email: ISAAC.email },
    });
    expect([...receiver.ended.values()]).toEqual([{ subject: 'isaac.brock@corp.example' }]);
    expect(provider.asked[0]?.headers['content-type']).toBe('application/json');
  });

  test('cannot be changed on the way', async () => {
    const { provider, receiver, end } = await hook(accepting);
    await end();
    const [sent] = provider.asked;
    expect(receiver.take({ ...sent!, body: sent!.body.replace('isaac', 'modest') })).toBe(401);
    const later = String(sent!.headers['x-idle-enforcer-signature']).replace(
      /t=\d+/,
      `t=${T0 / SECOND + 60}`,
    );
    expect(receiver.take({ ...sent!, headers: { 'x-idle-enforcer-signature': later } })).toBe(401);
  });

  test('cannot be sent again by another sender, once the window of five minutes has passed', async () => {
    const { provider, receiver, end } = await hook(accepting);
    await end();
    const [sent] = provider.asked;
    expect(receiver.take({ ...sent!, at: T0 + WINDOW + SECOND })).toBe(403);
    // Within the window it is the same request, by its id: nothing more is ended.
    expect(receiver.take({ ...sent!, at: T0 + WINDOW - SECOND })).toBe(204);
    expect(receiver.ended.size).toBe(1);
  });

  test('that got no answer is repeated with the same id, so that a receiver can tell, and within the window', async () => {
    const { provider, receiver, end } = await hook((asked, nth, taken) => {
      const status = taken.take(asked);
      return nth === 1 ? { status: 503 } : nth === 2 ? { instead: 'break' } : { status };
    });
    expect((await end()).ok).toBe(true);
    expect(provider.asked).toHaveLength(3);
    expect(new Set(provider.asked.map(({ body }) => body)).size).toBe(1);
    expect(receiver.ended.size).toBe(1);
    expect(provider.asked.at(-1)!.at - T0).toBeLessThan(WINDOW);
  });

  test('for another session has another id', async () => {
    const { receiver, end } = await hook(accepting);
    await end();
    await end();
    expect(receiver.ended.size).toBe(2);
  });

  test('goes where the policy says and nowhere else: a redirection is not followed', async () => {
    const { provider, end } = await hook(() => ({ status: 307, headers: { location: '/elsewhere' } }));
    expect(faultIn(await end())).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('HTTP 307'),
    });
    expect(provider.lines).toEqual([`POST ${HOOK}`]);
  });
});

describe('the answer', () => {
  test.each([
    ['{"delay":"90s"}', 90 * SECOND],
    ['{"delay":"3d"}', 60 * MINUTE],
    ['{"delay":"soon"}', 0],
    ['{"delay":90}', 0],
    ['thank you', 0],
    ['', 0],
  ])('%s means a delay of %d ms', async (text, delay) => {
    const { end } = await hook(() => ({ status: 200, text }));
    expect(await end()).toMatchObject({ ok: true, delay });
  });

  test.each([
    [401, 'credentials'],
    [403, 'forbidden'],
    [404, 'gone'],
    [422, 'refused'],
    [500, 'transient'],
  ])('%d is a fault of the kind %s', async (status, kind) => {
    const { end } = await hook(() => ({ status, json: { error: SECRET } }));
    expect(faultIn(await end()).kind).toBe(kind);
  });
});

test('the self-check only asks whether the service answers: nothing signed is sent', async () => {
  const { provider, identity } = await hook(() => ({ status: 405 }));
  expect((await identity.selfCheck(new AbortController().signal)).verdict).toBe('unsure');
  expect(provider.lines).toEqual([`HEAD ${HOOK}`]);
  expect(provider.asked[0]?.headers['x-idle-enforcer-signature']).toBeUndefined();
});

test('the self-check fails where no service answers', async () => {
  const { provider, identity } = await hook(accepting);
  await provider.close();
  const { verdict, sentence } = await identity.selfCheck(new AbortController().signal);
  expect([verdict, sentence]).toEqual([
    'failed',
    'reaching the service: the identity provider could not be reached (ECONNREFUSED); check the address under identity and the way to it',
  ]);
});
