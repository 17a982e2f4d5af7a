/** One message through one channel. */
import type { Instant } from '../domain/time/time.ts';
import type { Env } from '../http/proxies.ts';
import { kindOf } from './channels/registry.ts';
import { DeliveryError } from './errors.ts';
import type { Channel, Message } from './message.ts';
import { Poster } from './post.ts';
import { letterOf } from './words.ts';

/** Delivers messages; rejects with `DeliveryError`, and with nothing else. */
export interface Sender {
  /** `receiver` is the address of the one agent whom a message is for, where the channel reaches agents by theirs. */
  send(channel: Channel, message: Message, signal: AbortSignal, receiver?: string): Promise<void>;
  close(): Promise<void>;
}

/** Makes the sender that speaks HTTP and SMTP. `env` names the proxies; `now` dates signatures. */
export function createSender(env: Env, now: () => Instant): Sender {
  const poster = new Poster(env);
  const post: Poster['post'] = (...call) => poster.post(...call);
  return {
    send: async (channel, message, signal, receiver) => {
      const kind = kindOf(channel);
      if (kind === undefined) throw new DeliveryError('no such channel');
      const parcel = { message, letter: letterOf(message, channel), receiver, signal };
      await kind.send(channel, parcel, { post, now });
    },
    close: () => poster.close(),
  };
}
