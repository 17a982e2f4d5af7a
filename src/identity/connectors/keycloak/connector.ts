/** Keycloak: https://www.keycloak.org/docs-api/latest/rest-api/ */
import { decodeJwt } from 'jose';
import { BearerClient } from '../../../http/bearer.ts';
import { asArray, member, parseSmallJson } from '../../../http/read-json.ts';
import { bySecret } from '../../../http/oauth.ts';
import { join, type ApiAnswer } from '../../../http/retrying.ts';
import type { SelfCheck } from '../../../ports/identity.ts';
import { tokensBy } from '../../login.ts';
import { assertSuccess, NOBODY, onlyUser } from '../../lookup.ts';
import type { Connect, Ended } from '../kind.ts';
import { attributeOf, type KeycloakSettings } from './config.ts';

const ERROR_CODES = [['error']] as const;

/** Makes the connector; nothing is sent yet. */
export const connect: Connect<KeycloakSettings> = (settings, tools) => {
  const { url, client_id, client_secret } = settings;
  const realm = encodeURIComponent(settings.realm);
  const tokens = tokensBy(tools, () => ({
    endpoint: join(url, `/realms/${realm}/protocol/openid-connect/token`),
    clientId: client_id,
    auth: bySecret(client_secret),
  }));
  const access = new BearerClient(tools.client, tokens);
  const attribute = attributeOf(tools.subject);

  async function search(name: string, signal: AbortSignal, stillMay?: () => boolean): Promise<ApiAnswer> {
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
    find: async ({ subject: name }, stillMay, signal) => {
      const { text, correlationId } = await search(name, signal, stillMay);
      return onlyUser(parseSmallJson(text), name, [attribute], correlationId).target;
    },
    end: async ({ id }, stillMay, signal): Promise<Ended> => {
      const what = 'logging the user out';
      const logout = join(url, `/admin/realms/${realm}/users/${encodeURIComponent(id)}/logout`);
      const answer = await access.send({ method: 'POST', url: logout, what, stillMay }, signal);
      assertSuccess(answer, what, ERROR_CODES);
      return { correlationId: answer.correlationId };
    },
    check: async (signal): Promise<SelfCheck> => {
      const token = await access.token(signal);
      await search(NOBODY, signal);
      return mayManage(token);
    },
  };
};

function mayManage(token: string): SelfCheck {
  const unsure: SelfCheck = {
    verdict: 'unsure',
    sentence: 'logged in and may look up users; whether it may log them out is known only when it does',
  };
  try {
    const roles = asArray(member(decodeJwt(token), 'resource_access', 'realm-management', 'roles'));
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
