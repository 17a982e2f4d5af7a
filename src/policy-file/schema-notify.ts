/** The shape of the channels that alarms, returns and warnings go to. */
import { z } from 'zod';
import { addressText, text } from './scalars.ts';
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

/** Facts that may stand in braces in an operator's own words. */
const PLACEHOLDERS = [
  'agent',
  'rule',
  'measured',
  'limit',
  'in',
  'for',
  'since',
  'rung',
  'detail',
  'count',
  'message',
  'time',
] as const;

const words = about(
  text(2_000).refine(
    (given) => [...given.matchAll(/\{([^{}]*)\}/g)].every(([, name = '']) => isPlaceholder(name)),
    { error: `names a fact that there is not; there are {${PLACEHOLDERS.join('}, {')}}` },
  ),
  `A text with facts in braces: {${PLACEHOLDERS.join('}, {')}}.`,
);

function isPlaceholder(name: string): boolean {
  return PLACEHOLDERS.some((one) => one === name);
}

const template = about(
  block({
    title: words.optional(),
    text: words.optional(),
    line: about(words, 'One line for each agent or thing.').optional(),
    advice: words.optional(),
  }),
  'Texts that replace the usual ones.',
);

const templates = z.partialRecord(z.enum(TOPICS), template, {
  // As in a block: the known keys, for `issues.ts`. The library's types leave this code out.
  error: ({ code }) => ((code as string) === 'unrecognized_keys' ? TOPICS.join(' ') : undefined),
});

const shared = {
  name: about(text(100), 'Names the channel; no two share one.'),
  on: about(nonEmpty(oneOf(TOPICS), 100), 'Which messages it gets.'),
  templates: about(templates, 'Own texts, by kind of message.').optional(),
};

const hook = about(
  addressText().regex(/^(?:https?:\/\/[^\s/]\S*)?$/, {
    error: 'must be an address that begins with http:// or https://',
  }),
  'Where to send; a secret. Empty switches the channel off.',
);

const mailServer = about(
  addressText().regex(/^(?:smtps?:\/\/[^\s/]\S*)?$/, {
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
      to: about(
        nonEmpty(text(), 100),
        'Recipients of alarms; a warning goes to the agent concerned.',
      ).optional(),
    }),
  ]),
  'One channel.',
);

export type ChannelText = z.output<typeof channel>;
