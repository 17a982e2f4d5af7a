/** An identity provider that gives back what it was sent, where its error codes and ids ought to be. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { Redactor } from '../../src/texts/redactor.ts';
import { closeLinks, faultIn, link, type Reply } from './provider.ts';

afterEach(closeLinks);

const SECRET = 'k7Qw9ZtB4xLm2NcV8pRj5HgF3dSa6YeU';
const TOKEN = 'eyJhbGciOiJub25lIn0.c29tZXRoaW5nLXRoYXQtaXMtYS10b2tlbg.c2lnbmF0dXJl';

const ECHOES: readonly (readonly [string, (text: string) => string])[] = [
  ['as it is', (text) => text],
  ['in hex', (text) => Buffer.from(text).toString('hex')],
  ['in base64url', (text) => Buffer.from(`id:${text}`).toString('base64url').slice(0, 80)],
  ['in part', (text) => `code-${text.slice(4, 28)}`],
];

/** Everything of a provider's refusal that travels further. */
function shows(told: unknown, secret: string): boolean {
  const text = JSON.stringify(told).toLowerCase();
  const dresses = ECHOES.map(([, dress]) => dress(secret).toLowerCase());
  return [secret.slice(6, 26).toLowerCase(), ...dresses].some((dress) => text.includes(dress));
}

describe('a provider that echoes', () => {
  test.each(ECHOES)('the secret of the client %s, when it logs in', async (_, echo) => {
    const reply: Reply = {
      status: 401,
      json: { error: echo(SECRET), error_description: `AADSTS: ${SECRET}`, errorCode: echo(SECRET) },
      headers: { 'x-ms-request-id': echo(SECRET) },
    };
    const redactor = new Redactor();
    const { end, identity } = await link(
      (url) => ({
        entra: { tenant: 't', client_id: 'c', client_secret: SECRET, login_url: url, graph_url: url },
      }),
      () => reply,
      { redactor },
    );
    const fault = faultIn(await end());
    expect(fault.kind).toBe('credentials');
    expect([
      shows(fault, SECRET),
      shows(await identity.selfCheck(AbortSignal.timeout(5_000)), SECRET),
    ]).toEqual([false, false]);
    // The whole process knows it from then on.
    expect(redactor.hide(SECRET)).not.toContain(SECRET);
  });

  test('the API token of Okta as its code', async () => {
    const { end } = await link(
      (url) => ({ okta: { url, api_token: SECRET } }),
      () => ({ status: 403, json: { errorCode: SECRET, errorId: SECRET, errorSummary: SECRET } }),
    );
    expect(shows(faultIn(await end()), SECRET)).toBe(false);
  });

  test('the access token that it gave', async () => {
    const { end } = await link(
      (url) => ({ keycloak: { url, realm: 'r', client_id: 'c', client_secret: 'a-secret-of-ours' } }),
      ({ path }) =>
        path.endsWith('/token')
          ? { json: { access_token: TOKEN, expires_in: 300 } }
          : { status: 403, json: { error: TOKEN } },
    );
    expect(shows(faultIn(await end()), TOKEN)).toBe(false);
  });
});
