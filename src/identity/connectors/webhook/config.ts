/** A service of the operator's own that ends the session. */
import { about } from '../../../shapes/blocks.ts';
import { address, text } from '../../../shapes/scalars.ts';
import { secretsInAddress } from '../../../texts/secret-address.ts';
import { delay } from '../shared.ts';
import type { ConnectorConfig, SettingsOf } from '../kind.ts';

const shape = {
  url: about(address(), 'Where the signed request goes.'),
  secret: about(text(), 'Key that it is signed with.'),
  delay,
};

/** Holds secrets: never log it. */
export type WebhookSettings = SettingsOf<typeof shape>;

export const config: ConnectorConfig<typeof shape> = {
  name: 'webhook',
  summary: 'A service of your own that ends the session.',
  shape,
  addresses: ['url'],
  secretsIn: ({ url, secret }) => [secret, ...secretsInAddress(url)],
  words: ({ url, delay: wait = 0 }) => ({
    provider: 'a service of your own',
    url,
    attribute: 'subject',
    delay: wait,
    reach: 'Whatever the service ends: ask its operator.',
  }),
};
