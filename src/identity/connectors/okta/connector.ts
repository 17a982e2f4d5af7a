/** Okta: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserSessions/ */
import { BearerClient } from '../../../http/bearer.ts';
import { member, parseSmallJson } from '../../../http/read-json.ts';
import { byPrivateKey } from '../../../http/oauth.ts';
import { join, type ApiAnswer, type ApiRequest } from '../../../http/retrying.ts';
import type { SelfCheck } from '../../../ports/identity.ts';
import { IdentityError } from '../../errors.ts';
import { tokensBy } from '../../login.ts';
import { assertSuccess, NOBODY, onlyUser } from '../../lookup.ts';
import type { Connect, ConnectorTools, Ended } from '../kind.ts';
import type { OktaSettings } from './config.ts';

const SCOPES = 'okta.users.manage okta.users.read';
const ERROR_CODES = [['errorCode']] as const;

/** Makes the connector; nothing is sent yet. */
export const connect: Connect<OktaSettings> = (settings, tools) => {
  const send = sender(settings, tools);

  async function search(subject: string, signal: AbortSignal, stillMay?: () => boolean): Promise<ApiAnswer> {
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
    find: async ({ subject }, stillMay, signal) => {
      const { text, correlationId } = await search(subject, signal, stillMay);
      return onlyUser(parseSmallJson(text), subject, ['profile', 'login'], correlationId).target;
    },
    end: async ({ id }, stillMay, signal): Promise<Ended> => {
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
};

type Send = (wanted: ApiRequest, signal: AbortSignal) => Promise<ApiAnswer>;

/** Sends with the API token, or as a service app that proves itself by its key. */
function sender(settings: OktaSettings, { client, clock }: ConnectorTools): Send {
  const { url, api_token, client_id = '', private_key = '' } = settings;
  if (api_token !== undefined) {
    return (wanted, signal) =>
      client.send({ ...wanted, headers: { ...wanted.headers, authorization: `SSWS ${api_token}` } }, signal);
  }
  const endpoint = join(url, '/oauth2/v1/token');
  const tokens = tokensBy({ client, clock }, () => {
    const auth = byPrivateKey(private_key, endpoint, () => clock.now());
    if (auth === undefined) {
      const message =
        'identity.okta.private_key is neither an RSA key of 2048 bits or more nor an EC key, in PEM or JWK';
      throw new IdentityError('credentials', message);
    }
    return { endpoint, clientId: client_id, auth, scope: SCOPES, explain };
  });
  const bearer = new BearerClient(client, tokens);
  return (wanted, signal) => bearer.send(wanted, signal);
}

function explain(body: unknown): readonly string[] {
  return member(body, 'error') === 'invalid_dpop_proof' ? ['switch off DPoP in the settings of the app'] : [];
}

/** A string of the search language. Without this a name could end the comparison and begin another. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
