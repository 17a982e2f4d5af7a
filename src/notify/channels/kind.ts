/**
 * What each folder here says of its channel. `config.ts` is part of the language of policies and speaks to no one: its keys, its
 * secrets, what it needs, and whom its warnings reach. `channel.ts` puts a message into the channel's form and hands it over.
 */
import { z } from 'zod';
import type { Instant } from '../../domain/time/time.ts';
import { block } from '../../shapes/blocks.ts';
import type { Message } from '../message.ts';
import type { Letter } from '../words.ts';
import type { Topic } from './topics.ts';

/** The keys of a channel's own; every channel has an address. */
export type Shape = { readonly url: z.ZodType<string> } & z.core.$ZodLooseShape;
/** The same as they were read. */
export type SettingsOf<S extends Shape> = z.output<ReturnType<typeof block<S>>>;

/** Something about a channel that a shape cannot say: where, and the rest of a sentence that begins with the place. */
export interface Remark {
  readonly severity: 'fault' | 'warning';
  /** Keys within the channel; none is the channel itself. */
  readonly path: readonly string[];
  readonly message: string;
}

/** What `config.ts` exports. */
export interface ChannelConfig<S extends Shape> {
  /** The word in `type`. */
  readonly type: string;
  readonly shape: S;
  /**
   * Whom a warning reaches: the `agent` whose address it is sent to, a `program` that is told how to reach the agent, or `no_one`,
   * where others read along.
   */
  readonly warns: 'agent' | 'program' | 'no_one';
  readonly secretsIn: (settings: SettingsOf<S>) => readonly (string | undefined)[];
  /** `alarms` are the topics that the channel lists, but for warnings. */
  readonly remarks?: (settings: SettingsOf<S>, alarms: readonly Topic[]) => readonly Remark[];
}

/** One message on its way. */
export interface Parcel {
  readonly message: Message;
  readonly letter: Letter;
  /** The address of the agent whom a warning is for; left out for what goes to the channel's own receivers. */
  readonly receiver: string | undefined;
  readonly signal: AbortSignal;
}

/** What a channel works with. */
export interface ChannelTools {
  /** Posts JSON. Rejects with `DeliveryError`. */
  readonly post: (
    url: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => Promise<void>;
  readonly now: () => Instant;
}

/** What `channel.ts` exports as `send`. Rejects with `DeliveryError`, and with nothing else. */
export type Send<Settings> = (settings: Settings, parcel: Parcel, tools: ChannelTools) => Promise<void>;

/** A channel as it was read, of whatever kind. */
type Keys = Readonly<Record<string, unknown>>;

/** One kind of channel, whatever its keys are. */
export interface ChannelKind {
  readonly type: string;
  readonly warns: 'agent' | 'program' | 'no_one';
  /** The shape of a channel of this kind; `shared` are the keys that all channels have. */
  schema<Shared extends z.core.$ZodLooseShape>(shared: Shared): z.ZodObject<Shared & OwnShape>;
  secretsIn(channel: Keys): readonly string[];
  remarks(channel: Keys, alarms: readonly Topic[]): readonly Remark[];
  send(channel: Keys, parcel: Parcel, tools: ChannelTools): Promise<void>;
}

/** What is known of the keys of every kind. */
export interface OwnShape {
  readonly type: z.ZodLiteral<string>;
  readonly url: z.ZodType<string>;
}

/** A folder as the registry lists it. What sends is loaded only once it is needed. */
export function channelKind<S extends Shape>(
  config: ChannelConfig<S>,
  load: () => Promise<{ readonly send: Send<SettingsOf<S>> }>,
): ChannelKind {
  const { type, warns, shape } = config;
  // The same shape has read them.
  const own = (channel: Keys): SettingsOf<S> => channel as SettingsOf<S>;
  return {
    type,
    warns,
    schema: (shared) => block({ ...shared, type: z.literal(type), ...shape }),
    secretsIn: (channel) =>
      config.secretsIn(own(channel)).flatMap((secret = '') => (secret === '' ? [] : [secret])),
    remarks: (channel, alarms) => config.remarks?.(own(channel), alarms) ?? [],
    send: async (channel, parcel, tools) => (await load()).send(own(channel), parcel, tools),
  };
}
