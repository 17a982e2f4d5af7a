/** A program of the operator's own, which gets the facts. */
import { about } from '../../../shapes/blocks.ts';
import { text } from '../../../shapes/scalars.ts';
import { secretsInAddress } from '../../../texts/secret-address.ts';
import { hook } from '../shared.ts';
import type { ChannelConfig, SettingsOf } from '../kind.ts';

const shape = { url: hook, secret: about(text(), 'Key that each message is signed with.').optional() };

/** Holds secrets: never log it. */
export type WebhookSettings = SettingsOf<typeof shape>;

export const config: ChannelConfig<typeof shape> = {
  type: 'webhook',
  shape,
  warns: 'program',
  secretsIn: ({ url, secret }) => [secret, ...secretsInAddress(url)],
  remarks: ({ url, secret }) =>
    url === '' || secret !== undefined
      ? []
      : [
          {
            severity: 'warning',
            path: [],
            message: 'the channel has no secret, so its messages are not signed',
          },
        ],
};
