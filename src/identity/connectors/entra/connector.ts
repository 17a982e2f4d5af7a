/** Microsoft Entra ID: https://learn.microsoft.com/graph/api/user-revokesigninsessions */
import { decodeJwt } from 'jose';
import { BearerClient } from '../../../http/bearer.ts';
import { asArray, member, parseSmallJson } from '../../../http/read-json.ts';
import { bySecret } from '../../../http/oauth.ts';
import { join, type ApiAnswer } from '../../../http/retrying.ts';
import type { SelfCheck } from '../../../ports/identity.ts';
import { IdentityError } from '../../errors.ts';
import { tokensBy } from '../../login.ts';
import { assertSuccess, NOBODY, onlyUser } from '../../lookup.ts';
import type { Connect, Ended } from '../kind.ts';
import { GRAPH_URL, type EntraSettings } from './config.ts';

const LOGIN_URL = 'https://login.microsoftonline.com';
/** Where the national clouds keep Microsoft Graph: the token must be asked for by that name. A gateway has none of its own. */
const NATIONAL = new Set([
  'https://graph.microsoft.us',
  'https://dod-graph.microsoft.us',
  'https://microsoftgraph.chinacloudapi.cn',
]);
const ERROR_CODES = [['error', 'code']] as const;
/** The application permission that allows revoking, as documented today; the others were documented before. */
const REVOKES = 'User.RevokeSessions.All';
const MAY_REVOKE = new Set(['User.ReadWrite.All', 'Directory.ReadWrite.All']);

/** Makes the connector; nothing is sent yet. */
export const connect: Connect<EntraSettings> = (settings, tools) => {
  const { tenant, client_id, client_secret, login_url = LOGIN_URL, graph_url = GRAPH_URL } = settings;
  const tokens = tokensBy(tools, () => ({
    endpoint: join(login_url, `/${encodeURIComponent(tenant)}/oauth2/v2.0/token`),
    clientId: client_id,
    auth: bySecret(client_secret),
    scope: scopeOf(graph_url),
    explain,
  }));
  const access = new BearerClient(tools.client, tokens);

  async function search(subject: string, signal: AbortSignal, stillMay?: () => boolean): Promise<ApiAnswer> {
    const what = 'looking for the user';
    const query = new URLSearchParams({
      $filter: `userPrincipalName eq ${quoted(subject)}`,
      $select: 'id,userPrincipalName,userType',
      $top: '2',
    });
    const answer = await access.send(
      { method: 'GET', url: join(graph_url, `/v1.0/users?${query.toString()}`), what, stillMay },
      signal,
    );
    assertSuccess(answer, what, ERROR_CODES);
    return answer;
  }

  return {
    find: async ({ subject }, stillMay, signal) => {
      const { text, correlationId } = await search(subject, signal, stillMay);
      const users = member(parseSmallJson(text), 'value');
      const found = onlyUser(users, subject, ['userPrincipalName'], correlationId);
      if (isExternal(subject, member(found.user, 'userType'))) {
        const message =
          'the user is a guest: the sessions belong to their home tenant and cannot be ended here';
        throw new IdentityError('gone', message, { correlationId });
      }
      return found.target;
    },
    end: async ({ id }, stillMay, signal): Promise<Ended> => {
      const what = 'revoking the sign-in sessions';
      const url = join(graph_url, `/v1.0/users/${encodeURIComponent(id)}/revokeSignInSessions`);
      const answer = await access.send({ method: 'POST', url, what, stillMay }, signal);
      assertSuccess(answer, what, ERROR_CODES);
      const { status, correlationId } = answer;
      // 204 has no body; any other answer must say yes.
      if (status !== 204 && member(parseSmallJson(answer.text), 'value') !== true) {
        throw new IdentityError('refused', `${what}: the answer is no`, { status, correlationId });
      }
      return { correlationId };
    },
    check: async (signal): Promise<SelfCheck> => {
      const token = await access.token(signal);
      await search(NOBODY, signal);
      return mayRevoke(token);
    },
  };
};

/** A number tells a wrong secret from one that has run out. */
function explain(body: unknown): readonly string[] {
  const number = asArray(member(body, 'error_codes'))?.[0];
  return Number.isInteger(number) ? [`AADSTS${String(number)}`] : [];
}

function scopeOf(graphUrl: string): string {
  const origin = URL.canParse(graphUrl) ? new URL(graphUrl).origin : GRAPH_URL;
  return `${NATIONAL.has(origin) ? origin : GRAPH_URL}/.default`;
}

/** What the token says of the app's permissions. Only a hint: the token is the API's to read, not ours. */
function mayRevoke(token: string): SelfCheck {
  const unsure: SelfCheck = {
    verdict: 'unsure',
    sentence: 'logged in and may look up users; whether it may revoke sessions is known only when it does',
  };
  try {
    const roles = asArray(decodeJwt(token)['roles']);
    if (roles === undefined) return unsure;
    if (roles.includes(REVOKES)) {
      return {
        verdict: 'ok',
        sentence: 'logged in, may look up users, and holds the permission to revoke sessions',
      };
    }
    if (roles.some((role) => MAY_REVOKE.has(String(role)))) return unsure;
    const sentence = `the app lacks the application permission ${REVOKES}, or consent to it`;
    return { verdict: 'failed', sentence };
  } catch {
    return unsure;
  }
}

/** Users who sign in through another tenant: guests, or users invited as members. */
function isExternal(principalName: string, userType: unknown): boolean {
  return userType === 'Guest' || /#EXT#/i.test(principalName);
}

/** A string of the filter language. Without this a name could end the comparison and begin another. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
