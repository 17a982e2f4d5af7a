/** Microsoft Entra ID: https://learn.microsoft.com/graph/api/user-revokesigninsessions */
import { decodeJwt } from 'jose';
import { MINUTE, type Duration } from '../../../domain/time/time.ts';
import { Access, clientCredentials } from '../../access.ts';
import { IdentityError } from '../../errors.ts';
import { join, type HttpAnswer, type Http } from '../../http.ts';
import { listAt, member, parseProviderJson } from '../../json.ts';
import { assertSuccess, NOBODY, onlyUser } from '../../lookup.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Connector, Ended } from '../../connector.ts';
import type { SelfCheck } from '../../../ports/identity.ts';
import type { EntraSettings } from '../../settings.ts';

const LOGIN_URL = 'https://login.microsoftonline.com';
const GRAPH_URL = 'https://graph.microsoft.com';
/** Where the national clouds keep Microsoft Graph: the token must be asked for by that name. A gateway has none of its own. */
const NATIONAL = new Set([
  'https://graph.microsoft.us',
  'https://dod-graph.microsoft.us',
  'https://microsoftgraph.chinacloudapi.cn',
]);
/** "There might be a small delay of a few minutes before tokens are revoked." */
const DOCUMENTED_DELAY: Duration = 5 * MINUTE;
const ERROR_CODES = [['error', 'code']] as const;
/** The application permission that allows revoking, as documented today; the others were documented before. */
const REVOKES = 'User.RevokeSessions.All';
const MAY_REVOKE = new Set(['User.ReadWrite.All', 'Directory.ReadWrite.All']);

/** Makes the connector; nothing is sent yet. */
export function entra(settings: EntraSettings, http: Http, clock: Clock): Connector {
  const { tenant, client_id, client_secret, login_url = LOGIN_URL, graph_url = GRAPH_URL } = settings;
  const endpoint = join(login_url, `/${encodeURIComponent(tenant)}/oauth2/v2.0/token`);
  const fields = { client_id, client_secret, scope: scopeOf(graph_url) };
  const access = new Access(
    http,
    (signal) => clientCredentials(http, endpoint, fields, signal),
    () => clock.now(),
  );

  async function search(subject: string, signal: AbortSignal, stillMay?: () => boolean): Promise<HttpAnswer> {
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
    provider: 'Microsoft Entra ID',
    url: graph_url,
    attribute: 'user principal name',
    delay: settings.delay ?? DOCUMENTED_DELAY,
    reach:
      'Signs the user out of every Microsoft 365 and Entra application, in browsers and on devices, within some minutes. ' +
      'A managed device with a primary refresh token may sign them in again without a question.',
    find: async ({ subject }, stillMay, signal) => {
      const { text, correlationId } = await search(subject, signal, stillMay);
      const users = member(parseProviderJson(text), 'value');
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
      if (status !== 204 && member(parseProviderJson(answer.text), 'value') !== true) {
        throw new IdentityError('refused', `${what}: the answer is no`, { status, correlationId });
      }
      return { correlationId };
    },
    check: async (signal): Promise<SelfCheck> => {
      const { token } = await access.grant(signal);
      await search(NOBODY, signal);
      return mayRevoke(token);
    },
  };
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
    const roles = listAt(decodeJwt(token)['roles']);
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
