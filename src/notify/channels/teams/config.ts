/** Microsoft Teams: a workflow that posts the card it is sent, or an older connector. */
import { secretsInAddress } from '../../../texts/secret-address.ts';
import { hook } from '../shared.ts';
import type { ChannelConfig } from '../kind.ts';

const shape = { url: hook };

export const config: ChannelConfig<typeof shape> = {
  type: 'teams',
  shape,
  warns: 'no_one',
  secretsIn: ({ url }) => secretsInAddress(url),
};
