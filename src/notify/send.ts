/** One message through one channel. */
import type { Instant } from '../domain/time/time.ts';
import { sendMail } from './mail.ts';
import { mailOf, signatureOf, slackBody, teamsBody, webhookBody } from './payloads.ts';
import type { Channel, Message } from './message.ts';
import { Poster } from './post.ts';
import { letterOf } from './words.ts';

/** Delivers messages; rejects with `DeliveryError`, and with nothing else. */
export interface Sender {
  /** `to` stands for the receivers of an `email` channel. */
  send(channel: Channel, message: Message, signal: AbortSignal, to?: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Makes the sender that speaks HTTP and SMTP. `env` names the proxies; `now` dates signatures. */
export function createSender(env: Readonly<Record<string, string | undefined>>, now: () => Instant): Sender {
  const poster = new Poster(env);
  return {
    send: (channel, message, signal, to) => {
      const { type, url, secret, from } = channel;
      const letter = letterOf(message, channel);
      switch (type) {
        case 'slack':
          return poster.post(url, slackBody(letter), {}, signal);
        case 'teams':
          return poster.post(url, teamsBody(letter), {}, signal);
        case 'webhook': {
          const body = webhookBody(message, letter);
          const signature = secret === undefined ? undefined : signatureOf(secret, body, now());
          const headers = signature === undefined ? {} : { 'x-idle-enforcer-signature': signature };
          return poster.post(url, body, headers, signal);
        }
        case 'email': {
          const mail = { id: message.id, from, to: to ?? channel.to, ...mailOf(letter, message.kind) };
          return sendMail(url, mail, signal);
        }
      }
    },
    close: () => poster.close(),
  };
}
