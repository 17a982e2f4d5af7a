/** Okta: an API token, or a service app with its private key (PEM or JWK). */
import { about } from '../../../shapes/blocks.ts';
import { address, text } from '../../../shapes/scalars.ts';
import { delay } from '../shared.ts';
import type { ConnectorConfig, SettingsOf } from '../kind.ts';

const shape = {
  url: about(address(), 'Address of the organisation, such as https://example.okta.com.'),
  api_token: about(text(), 'API token; or client_id and private_key.').optional(),
  client_id: about(text(), 'OAuth service app.').optional(),
  private_key: about(text(20_000), 'Its private key, PEM or JWK.').optional(),
  delay,
};

/** Holds secrets: never log it. */
export type OktaSettings = SettingsOf<typeof shape>;

export const config: ConnectorConfig<typeof shape> = {
  name: 'okta',
  summary: 'Okta.',
  shape,
  addresses: ['url'],
  faultIn: (given) =>
    hasOneKind(given) ? undefined : 'needs either api_token, or client_id and private_key',
  secretsIn: ({ api_token, private_key }) => [api_token, private_key],
  words: ({ url, delay: wait = 0 }) => ({
    provider: 'Okta',
    url,
    attribute: 'login',
    delay: wait,
    reach:
      'Signs the user out of every application behind Okta, in all browsers, and revokes the tokens that Okta issued to ' +
      'applications; remembered factors stay. Okta FastPass may sign the agent in again without a prompt.',
  }),
};

/** Either a token, or an app with its key: not both, not half. */
function hasOneKind(given: Readonly<Record<string, unknown>>): boolean {
  const appParts = [given['client_id'], given['private_key']].filter((one) => one !== undefined).length;
  return given['api_token'] === undefined ? appParts === 2 : appParts === 0;
}
