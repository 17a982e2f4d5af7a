/** Keycloak: a confidential client with a service account. */
import { about } from '../../../shapes/blocks.ts';
import { address, text } from '../../../shapes/scalars.ts';
import { delay } from '../shared.ts';
import type { ConnectorConfig, SettingsOf } from '../kind.ts';

const shape = {
  url: about(address(), 'Base address.'),
  realm: about(text(), 'Realm of the agents.'),
  client_id: about(text(), 'Client with the right to log users out.'),
  client_secret: about(text(), 'Its secret.'),
  delay,
};

/** Holds secrets: never log it. */
export type KeycloakSettings = SettingsOf<typeof shape>;

export const config: ConnectorConfig<typeof shape> = {
  name: 'keycloak',
  summary: 'Keycloak.',
  shape,
  addresses: ['url'],
  secretsIn: ({ client_secret }) => [client_secret],
  words: ({ url, delay: wait = 0 }, subject) => ({
    provider: 'Keycloak',
    url,
    attribute: attributeOf(subject),
    delay: wait,
    reach:
      'Signs the user out of every application of the realm, in all browsers, and makes every refresh token of the user ' +
      'worthless, offline tokens too.',
  }),
};

/** `subject` `email` is looked for as e-mail, all else as username. */
export function attributeOf(subject: string): 'email' | 'username' {
  return subject === 'email' || subject === '{email}' ? 'email' : 'username';
}
