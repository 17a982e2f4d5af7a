/**
 * The client credentials grant by openid-client, which proves who the client is and holds the answer against the standard. Its
 * requests go through our own client: with the proxies, deadlines, bounds and retries of everything else, and secrets are told to
 * the redactor before they are sent.
 */
import { createPrivateKey, type JsonWebKey, type KeyObject, type webcrypto } from 'node:crypto';
import {
  allowInsecureRequests,
  clientCredentialsGrant,
  ClientSecretPost,
  Configuration,
  customFetch,
  modifyAssertion,
  PrivateKeyJwt,
  type ClientAuth,
  type PrivateKey,
} from 'openid-client';
import { MINUTE, SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import { plainWord, RequestError } from './errors.ts';
import { member, parseSmallJson, asText } from './read-json.ts';
import type { ApiAnswer, RetryingClient } from './retrying.ts';
import { bearerOf, lifetimeOf } from './spans.ts';
import type { TokenGrant } from './tokens.ts';

/** One client at one token endpoint. */
export interface OAuthClient {
  readonly endpoint: string;
  readonly clientId: string;
  readonly auth: ClientAuth;
  readonly scope?: string | undefined;
  /** What the answer's body says besides its error code, in words that may be shown. */
  readonly explain?: ((body: unknown) => readonly string[]) | undefined;
}

/** Of a token whose answer does not tell. */
const USUAL_LIFETIME: Duration = 5 * MINUTE;
const ASSERTION_LASTS: Duration = 5 * MINUTE;
const WHAT = 'logging in at the identity provider';

/** Logs in. Throws `RequestError`: `credentials` when the endpoint says no. */
export async function logIn(client: RetryingClient, oauth: OAuthClient): Promise<TokenGrant> {
  const { endpoint, clientId, auth, scope } = oauth;
  const server = { issuer: new URL(endpoint).origin, token_endpoint: endpoint };
  const config = new Configuration(server, clientId, undefined, auth);
  // Inside a cluster, and on loopback, plain HTTP is usual; `validate` warns of it anywhere else.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out, not because it goes.
  allowInsecureRequests(config);
  // Our own client has deadlines.
  config.timeout = 0;
  config[customFetch] = async (url, { headers, body }) => {
    const fields = new URLSearchParams(body instanceof URLSearchParams ? body : undefined);
    const assertion = fields.get('client_assertion');
    if (assertion !== null) client.redactor.knowToken(assertion, client);
    const request = { method: 'POST', url, what: WHAT, headers, body: fields.toString() } as const;
    return responseOf(await client.send(request, undefined), oauth, client);
  };
  try {
    const grant = await clientCredentialsGrant(config, scope === undefined ? {} : { scope });
    // The library knows other types, which would be of no use here.
    if (grant.token_type !== 'bearer') throw unusable('token_type');
    return { token: grant.access_token, lifetime: (grant.expires_in ?? 0) * SECOND };
  } catch (error) {
    throw failureOf(error);
  }
}

/** The part of the answer that matters, within bounds, as the library reads it. Throws `RequestError` for a no. */
function responseOf(answer: ApiAnswer, { explain }: OAuthClient, client: RetryingClient): Response {
  const { status, correlationId } = answer;
  const body = parseSmallJson(answer.text);
  if (status !== 200) {
    // A tenant or realm that is not there is for the operator to mend as well.
    const kind = [400, 401, 403, 404].includes(status) ? 'credentials' : 'refused';
    const code = plainWord(member(body, 'error')) ?? plainWord(member(body, 'errorCode'));
    const words = [`HTTP ${status}`, ...(code === undefined ? [] : [code]), ...(explain?.(body) ?? [])];
    throw new RequestError(kind, `${WHAT}: refused (${words.join(', ')})`, { status, correlationId });
  }
  // A token that could not stand in a header would show up in an error about it.
  const token = bearerOf(member(body, 'access_token'));
  if (token === undefined)
    throw new RequestError('refused', `${WHAT}: the answer holds no token`, { status, correlationId });
  client.redactor.knowToken(token, client);
  return Response.json({
    access_token: token,
    token_type: member(body, 'token_type'),
    expires_in: lifetimeOf(member(body, 'expires_in'), USUAL_LIFETIME) / SECOND,
  });
}

/** The library's own errors hold the answer: only their code is taken over. */
function failureOf(error: unknown): unknown {
  if (error instanceof RequestError) return error;
  if (!(error instanceof Error)) return unusable('failed');
  if (error.cause instanceof RequestError) return error.cause;
  const code = plainWord(member(error, 'code'));
  return unusable(code ?? 'failed');
}

function unusable(code: string): RequestError {
  return new RequestError('refused', `${WHAT}: the answer is no grant that can be used (${code})`);
}

/** Proves who the client is by its secret, in the body of the request. */
export function bySecret(secret: string): ClientAuth {
  return ClientSecretPost(secret);
}

/** How keys sign, by the name in a JWK, or by what the key is. */
const ALGORITHMS: Readonly<Record<string, webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams>> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  RS384: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' },
  RS512: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  PS384: { name: 'RSA-PSS', hash: 'SHA-384' },
  PS512: { name: 'RSA-PSS', hash: 'SHA-512' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384' },
  ES512: { name: 'ECDSA', namedCurve: 'P-521' },
};
/** In bits. */
const SHORTEST_RSA = 2_048;
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/**
 * Proves who the client is by an assertion that a private key, PEM or JWK, has signed. `undefined` when it is no key that can sign
 * here; what is wrong with it is not told, for that would tell of it.
 */
export function byPrivateKey(text: string, endpoint: string, now: () => Instant): ClientAuth | undefined {
  const signing = signingKey(text);
  if (signing === undefined) return undefined;
  return PrivateKeyJwt(signing, {
    // Time is told by our own clock; the endpoint is what providers with a path in their issuer ask for.
    [modifyAssertion]: (_, claims) => {
      const at = Math.floor(now() / SECOND);
      Object.assign(claims, { aud: endpoint, iat: at, nbf: at, exp: at + ASSERTION_LASTS / SECOND });
    },
  });
}

function signingKey(text: string): PrivateKey | undefined {
  const jwk = parseSmallJson(text);
  try {
    const key =
      jwk === undefined
        ? createPrivateKey(text)
        : createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const algorithm = ALGORITHMS[asText(member(jwk, 'alg')) ?? usualAlgorithm(key)];
    if (algorithm === undefined || isShort(key)) return undefined;
    const kid = asText(member(jwk, 'kid'));
    return { key: key.toCryptoKey(algorithm, false, ['sign']), ...(kid === undefined ? {} : { kid }) };
  } catch {
    return undefined;
  }
}

function usualAlgorithm({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  return asymmetricKeyType === 'rsa' ? 'RS256' : (CURVES[asymmetricKeyDetails?.namedCurve ?? ''] ?? '');
}

function isShort({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) < SHORTEST_RSA;
}
