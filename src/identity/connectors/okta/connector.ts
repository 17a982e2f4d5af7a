/** Okta: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserSessions/ */
import { createPrivateKey, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { MINUTE, SECOND, type Duration } from '../../../domain/time/time.ts';
import { Access, clientCredentials, type AccessGrant } from '../../access.ts';
import { IdentityError } from '../../errors.ts';
import { join, type HttpAnswer, type Http, type HttpRequest } from '../../http.ts';
import { member, parseProviderJson, textAt } from '../../json.ts';
import { assertSuccess, NOBODY, onlyUser } from '../../lookup.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Connector, Ended, Target } from '../../connector.ts';
import type { SelfCheck } from '../../../ports/identity.ts';
import type { OktaSettings } from '../../settings.ts';

const SCOPES = 'okta.users.manage okta.users.read';
const ASSERTION_LASTS: Duration = 5 * MINUTE;
const ERROR_CODES = [['errorCode']] as const;

/** Makes the connector; nothing is sent yet. */
export function okta(settings: OktaSettings, http: Http, clock: Clock): Connector {
  const send = sender(settings, http, clock);

  async function search(subject: string, signal: AbortSignal, stillMay?: () => boolean): Promise<HttpAnswer> {
    const what = 'looking for the user';
    const query = new URLSearchParams({ search: `profile.login eq ${quoted(subject)}`, limit: '2' });
    const answer = await send(
      { method: 'GET', url: join(settings.url, `/api/v1/users?${query.toString()}`), what, stillMay },
      signal,
    );
    assertSuccess(answer, what, ERROR_CODES);
    return answer;
  }

  return {
    provider: 'Okta',
    url: settings.url,
    attribute: 'login',
    delay: settings.delay ?? 0,
    reach:
      'Signs the user out of every application behind Okta, in all browsers, and revokes the tokens that Okta issued to ' +
      'applications; remembered factors stay. Okta FastPass may sign the agent in again without a prompt.',
    find: async ({ subject }, stillMay, signal) => {
      const { text, correlationId } = await search(subject, signal, stillMay);
      return onlyUser(parseProviderJson(text), subject, ['profile', 'login'], correlationId).target;
    },
    end: async ({ id }: Target, stillMay, signal): Promise<Ended> => {
      const what = 'ending the sessions';
      // Forgetting devices is the default there, and would cost the person every remembered factor.
      const query = new URLSearchParams({ oauthTokens: 'true', forgetDevices: 'false' }).toString();
      const url = join(settings.url, `/api/v1/users/${encodeURIComponent(id)}/sessions?${query}`);
      const answer = await send({ method: 'DELETE', url, what, stillMay }, signal);
      assertSuccess(answer, what, ERROR_CODES);
      return { correlationId: answer.correlationId };
    },
    check: async (signal): Promise<SelfCheck> => {
      await search(NOBODY, signal);
      return {
        verdict: 'unsure',
        sentence: 'logged in and may look up users; whether it may end sessions is known only when it does',
      };
    },
  };
}

type Send = (wanted: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;

/** Sends with the API token, or as a service app that proves itself by its key. */
function sender(
  { url, api_token, client_id = '', private_key = '' }: OktaSettings,
  http: Http,
  clock: Clock,
): Send {
  if (api_token !== undefined) {
    return (wanted, signal) =>
      http.send({ ...wanted, headers: { ...wanted.headers, authorization: `SSWS ${api_token}` } }, signal);
  }
  const endpoint = join(url, '/oauth2/v1/token');
  const login = async (signal: AbortSignal): Promise<AccessGrant> => {
    const assertion = await signedAssertion(client_id, private_key, endpoint, clock);
    http.redactor.knowToken(assertion);
    const fields = {
      scope: SCOPES,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
    return clientCredentials(http, endpoint, fields, signal);
  };
  const access = new Access(http, login, () => clock.now());
  return (wanted, signal) => access.send(wanted, signal);
}

async function signedAssertion(
  clientId: string,
  privateKey: string,
  audience: string,
  clock: Clock,
): Promise<string> {
  const { key, alg, kid } = keyOf(privateKey);
  const now = Math.floor(clock.now() / SECOND);
  return new SignJWT()
    .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + ASSERTION_LASTS / SECOND)
    .sign(key);
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/** Reads a private key, PEM or JWK. Throws `IdentityError`; what is wrong with it is not told, for that would tell of it. */
function keyOf(text: string): {
  readonly key: KeyObject;
  readonly alg: string;
  readonly kid: string | undefined;
} {
  const jwk = parseProviderJson(text);
  try {
    const key =
      jwk === undefined
        ? createPrivateKey(text)
        : createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const { namedCurve = '' } = key.asymmetricKeyDetails ?? {};
    const alg = key.asymmetricKeyType === 'rsa' ? 'RS256' : CURVES[namedCurve];
    if (alg !== undefined)
      return { key, alg: textAt(member(jwk, 'alg')) ?? alg, kid: textAt(member(jwk, 'kid')) };
  } catch {
    // Said below, without the library's words.
  }
  throw new IdentityError(
    'credentials',
    'identity.okta.private_key is neither an RSA nor an EC key in PEM or JWK',
  );
}

/** A string of the search language. Without this a name could end the comparison and begin another. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
