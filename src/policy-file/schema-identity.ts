/** The shape of the connectors that end an SSO session. */
import { z } from 'zod';
import { HOUR } from '../domain/time/time.ts';
import { address, duration, text, whole } from './scalars.ts';
import { about, block } from './shapes.ts';

const delay = about(duration(0, HOUR), 'Wait between ending the session and revoking the tokens.').optional();

/** The connectors there are; a policy has at most one. */
export const CONNECTORS = ['okta', 'entra', 'keycloak', 'webhook'] as const;

const SUBJECT =
  /^(?:email|username|(?=.*\{(?:id|email|username|local)\})(?:[^{}]|\{(?:id|email|username|local)\})*)$/;

function subjectFault(given: unknown): string {
  return typeof given === 'string' && /\{(?:display_?)?name\}/i.test(given)
    ? '{value} uses a display name: agents may change theirs, and could choose whose session ends; use email, username, or a template with {email}, {username}, {local} or {id}'
    : '{value} is neither email nor username nor a template with {email}, {username}, {local} or {id}';
}

export const identity = about(
  block({
    okta: about(
      block({
        url: about(address(), 'Address of the organisation, such as https://example.okta.com.'),
        api_token: about(text(), 'API token; or client_id and private_key.').optional(),
        client_id: about(text(), 'OAuth service app.').optional(),
        private_key: about(text(20_000), 'Its private key, PEM or JWK.').optional(),
        delay,
      }),
      'Okta.',
    ).optional(),
    entra: about(
      block({
        tenant: about(text(), 'Tenant id or domain.'),
        client_id: about(text(), 'App registration.'),
        client_secret: about(text(), 'Its secret.'),
        delay,
        login_url: about(address(), 'Where tokens are issued, for national clouds or a gateway.').optional(),
        graph_url: about(
          address(),
          'Address of Microsoft Graph, for national clouds or a gateway.',
        ).optional(),
      }),
      'Microsoft Entra ID.',
    ).optional(),
    keycloak: about(
      block({
        url: about(address(), 'Base address.'),
        realm: about(text(), 'Realm of the agents.'),
        client_id: about(text(), 'Client with the right to log users out.'),
        client_secret: about(text(), 'Its secret.'),
        delay,
      }),
      'Keycloak.',
    ).optional(),
    webhook: about(
      block({
        url: about(address(), 'Where the signed request goes.'),
        secret: about(text(), 'Key that it is signed with.'),
        delay,
      }),
      'A service of your own that ends the session.',
    ).optional(),
    subject: about(
      z
        .string()
        .max(500, { error: 'is longer than 500 characters', abort: true })
        .regex(SUBJECT, { error: ({ input }) => subjectFault(input) })
        .prefault('email'),
      'How the identity provider knows an agent: email, username, or a template such as {local}@example.com.',
    ),
    per_hour: about(whole(1, 10_000).prefault(20), 'Most sessions ended in an hour.'),
  }).prefault({}),
  'Ending the SSO session: at most one connector. Reaches far beyond Genesys Cloud, so it is off unless set up here.',
);
