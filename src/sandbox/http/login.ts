/** `POST /oauth/token`: the client credentials grant. */
import type { Settings } from '../options.ts';
import type { AccessTokens } from './access-tokens.ts';

/** What the login service answers; its errors have another shape than the API's. */
export interface LoginAnswer {
  readonly status: number;
  readonly body: object;
}

/** Takes the credentials from the `Authorization` header or from the form. */
export function logInClient(
  settings: Settings,
  tokens: AccessTokens,
  authorization: string | undefined,
  form: string,
): LoginAnswer {
  const fields = new URLSearchParams(form);
  if (fields.get('grant_type') !== 'client_credentials') {
    return refuse(400, 'unsupported_grant_type', 'the grant type is missing or not supported');
  }
  const basic = basicPair(authorization);
  const id = basic?.id ?? fields.get('client_id') ?? '';
  const secret = basic?.secret ?? fields.get('client_secret') ?? '';
  if (id === '') return refuse(400, 'invalid_request', 'the client id is missing');
  if (id !== settings.clientId) return refuse(400, 'invalid_client', 'client not found');
  if (secret !== settings.clientSecret)
    return refuse(401, 'invalid_client', 'client credentials are invalid');
  const body = { access_token: tokens.issue(), token_type: 'bearer', expires_in: settings.tokenSeconds };
  return { status: 200, body };
}

function refuse(status: number, error: string, description: string): LoginAnswer {
  return { status, body: { error, description, error_description: description } };
}

function basicPair(authorization: string | undefined): { id: string; secret: string } | undefined {
  const found = /^basic (.+)$/i.exec(authorization ?? '');
  if (found === null) return undefined;
  const text = Buffer.from(found[1] ?? '', 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}
