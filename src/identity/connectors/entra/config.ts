/** Microsoft Entra ID. The two addresses are for national clouds and gateways. */
import { MINUTE, type Duration } from '../../../domain/time/time.ts';
import { about } from '../../../shapes/blocks.ts';
import { address, text } from '../../../shapes/scalars.ts';
import { delay } from '../shared.ts';
import type { ConnectorConfig, SettingsOf } from '../kind.ts';

/** Where Microsoft Graph is, unless the policy says otherwise. */
export const GRAPH_URL = 'https://graph.microsoft.com';
/** "There might be a small delay of a few minutes before tokens are revoked." */
const DOCUMENTED_DELAY: Duration = 5 * MINUTE;

const shape = {
  tenant: about(text(), 'Tenant id or domain.'),
  client_id: about(text(), 'App registration.'),
  client_secret: about(text(), 'Its secret.'),
  delay,
  login_url: about(address(), 'Where tokens are issued, for national clouds or a gateway.').optional(),
  graph_url: about(address(), 'Address of Microsoft Graph, for national clouds or a gateway.').optional(),
};

/** Holds secrets: never log it. */
export type EntraSettings = SettingsOf<typeof shape>;

export const config: ConnectorConfig<typeof shape> = {
  name: 'entra',
  summary: 'Microsoft Entra ID.',
  shape,
  addresses: ['login_url', 'graph_url'],
  secretsIn: ({ client_secret }) => [client_secret],
  words: ({ graph_url = GRAPH_URL, delay: wait = DOCUMENTED_DELAY }) => ({
    provider: 'Microsoft Entra ID',
    url: graph_url,
    attribute: 'user principal name',
    delay: wait,
    reach:
      'Signs the user out of every Microsoft 365 and Entra application, in browsers and on devices, within some minutes. ' +
      'A managed device with a primary refresh token may sign them in again without a question.',
  }),
};
