/** The channels there are, in the order of the schema. A new one is its folder and a line here. */
import type { Channel } from '../message.ts';
import { config as email } from './email/config.ts';
import { channelKind, type ChannelKind } from './kind.ts';
import { config as slack } from './slack/config.ts';
import { config as teams } from './teams/config.ts';
import { config as webhook } from './webhook/config.ts';

export type { Channel } from '../message.ts';
export type { ChannelKind } from './kind.ts';

/** See the head of this file. */
export const CHANNELS: readonly [ChannelKind, ...ChannelKind[]] = [
  channelKind(slack, () => import('./slack/channel.ts')),
  channelKind(teams, () => import('./teams/channel.ts')),
  channelKind(webhook, () => import('./webhook/channel.ts')),
  channelKind(email, () => import('./email/channel.ts')),
];

/** The kind that a channel is of; `undefined` for what no policy can name. */
export function kindOf({ type }: Pick<Channel, 'type'>): ChannelKind | undefined {
  return CHANNELS.find((kind) => kind.type === type);
}

/** What of a channel is a secret. */
export function secretsInChannel(channel: Channel): readonly string[] {
  return kindOf(channel)?.secretsIn(channel) ?? [];
}
