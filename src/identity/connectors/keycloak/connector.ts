/** Keycloak: https://www.keycloak.org/docs-api/latest/rest-api/ */
import { decodeJwt } from 'jose';
import { Access, clientCredentials } from '../../access.ts';
import { join, type HttpAnswer, type Http } from '../../http.ts';
import { listAt, member, parseProviderJson } from '../../json.ts';
import { assertSuccess, NOBODY, onlyUser } from '../../lookup.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Connector, Ended } from '../../connector.ts';
import type { SelfCheck } from '../../../ports/identity.ts';
import type { KeycloakSettings } from '../../settings.ts';

const ERROR_CODES = [['error']] as const;

/** Makes the connector; nothing is sent yet. `subject` `email` is looked for as e-mail, all else as username. */
export function keycloak(settings: KeycloakSettings, subject: string, http: Http, clock: Clock): Connector {
  const { url, client_id, client_secret } = settings;
  const realm = encodeURIComponent(settings.realm);
  const endpoint = join(url, `/realms/${realm}/protocol/openid-connect/token`);
  const login = (signal: AbortSignal) =>
    clientCredentials(http, endpoint, { client_id, client_secret }, signal);
  const access = new Access(http, login, () => clock.now());
  const attribute = subject === 'email' || subject === '{email}' ? 'email' : 'username';

  async function search(name: string, signal: AbortSignal, stillMay?: () => boolean): Promise<HttpAnswer> {
    const what = 'looking for the user';
    const query = new URLSearchParams({
      [attribute]: name,
      exact: 'true',
      max: '2',
      briefRepresentation: 'true',
    });
    const wanted = {
      method: 'GET',
      url: join(url, `/admin/realms/${realm}/users?${query.toString()}`),
      what,
      stillMay,
    } as const;
    const answer = await access.send(wanted, signal);
    assertSuccess(answer, what, ERROR_CODES);
    return answer;
  }

  return {
    provider: 'Keycloak',
    url,
    attribute,
    delay: settings.delay ?? 0,
    reach:
      'Signs the user out of every application of the realm, in all browsers, and makes every refresh token of the user ' +
      'worthless, offline tokens too.',
    find: async ({ subject: name }, stillMay, signal) => {
      const { text, correlationId } = await search(name, signal, stillMay);
      return onlyUser(parseProviderJson(text), name, [attribute], correlationId).target;
    },
    end: async ({ id }, stillMay, signal): Promise<Ended> => {
      const what = 'logging the user out';
      const logout = join(url, `/admin/realms/${realm}/users/${encodeURIComponent(id)}/logout`);
      const answer = await access.send({ method: 'POST', url: logout, what, stillMay }, signal);
      assertSuccess(answer, what, ERROR_CODES);
      return { correlationId: answer.correlationId };
    },
    check: async (signal): Promise<SelfCheck> => {
      const { token } = await access.grant(signal);
      await search(NOBODY, signal);
      return mayManage(token);
    },
  };
}

function mayManage(token: string): SelfCheck {
  const unsure: SelfCheck = {
    verdict: 'unsure',
    sentence: 'logged in and may look up users; whether it may log them out is known only when it does',
  };
  try {
    const roles = listAt(member(decodeJwt(token), 'resource_access', 'realm-management', 'roles'));
    if (roles === undefined) return unsure;
    if (roles.includes('manage-users') || roles.includes('realm-admin')) {
      return { verdict: 'ok', sentence: 'logged in, may look up users, and holds the role manage-users' };
    }
    return {
      verdict: 'failed',
      sentence: 'the service account lacks the role manage-users of realm-management',
    };
  } catch {
    return unsure;
  }
}
