/** Slack: an incoming webhook. */
import { secretsInAddress } from '../../../texts/secret-address.ts';
import { hook } from '../shared.ts';
import type { ChannelConfig } from '../kind.ts';

const shape = { url: hook };

export const config: ChannelConfig<typeof shape> = {
  type: 'slack',
  shape,
  warns: 'no_one',
  secretsIn: ({ url }) => secretsInAddress(url),
};
