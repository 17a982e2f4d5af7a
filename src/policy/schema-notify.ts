/** The shape of the channels that alarms, returns and warnings go to. */
import { z } from 'zod';
import { text } from './scalars.ts';
import { about, block, nonEmpty, oneOf } from './shapes.ts';

/** What a channel can be told. */
export const TOPICS = [
  'held',
  'breaker',
  'policy_refused',
  'blind',
  'forbidden',
  'ineffective',
  'unknown_share',
  'clock',
  'store',
  'engaged_too_long',
  'return',
  'warning',
] as const;
/** One kind of news. */
export type Topic = (typeof TOPICS)[number];

const shared = {
  name: about(text(100), 'Names the channel; no two share one.'),
  on: about(nonEmpty(oneOf(TOPICS)), 'What it is told.'),
};

const hook = about(
  z.string().regex(/^(?:https?:\/\/[^\s/]+\S*)?$/, {
    error: 'must be an address that begins with http:// or https://',
  }),
  'Where to send; a secret. Empty switches the channel off.',
);

const mailServer = about(
  z.string().regex(/^(?:smtps?:\/\/[^\s/]+\S*)?$/, {
    error: 'must be an address that begins with smtp:// or smtps://',
  }),
  'Mail server, with user and password; a secret. Empty switches the channel off.',
);

export const channel = about(
  z.discriminatedUnion('type', [
    block({ ...shared, type: z.literal('slack'), url: hook }),
    block({ ...shared, type: z.literal('teams'), url: hook }),
    block({
      ...shared,
      type: z.literal('webhook'),
      url: hook,
      secret: about(text(), 'Key that each message is signed with.').optional(),
    }),
    block({
      ...shared,
      type: z.literal('email'),
      url: mailServer,
      from: about(text(), 'Sender.'),
      to: about(nonEmpty(text()), 'Who gets alarms; a warning goes to the agent himself.').optional(),
    }),
  ]),
  'One channel.',
);

export type ChannelText = z.output<typeof channel>;
