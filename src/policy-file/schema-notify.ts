/** The shape of the channels that alarms, returns and warnings go to. What each kind needs stands in its own folder. */
import { z } from 'zod';
import { CHANNELS, type ChannelKind } from '../notify/channels/registry.ts';
import { TOPICS } from '../notify/channels/topics.ts';
import { about, block, nonEmpty, oneOf } from '../shapes/blocks.ts';
import { text } from '../shapes/scalars.ts';

/** Facts that may stand in braces in an operator's own words. */
const PLACEHOLDERS = [
  'agent',
  'rule',
  'measured',
  'limit',
  'in',
  'for',
  'since',
  'conversations',
  'rung',
  'detail',
  'at',
  'stay',
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

function schemaOf(kind: ChannelKind) {
  return kind.schema(shared);
}

const [first, ...others] = CHANNELS;

/** One channel, of any kind. */
export const channel = about(
  z.discriminatedUnion('type', [schemaOf(first), ...others.map(schemaOf)]),
  'One channel.',
);

export type ChannelText = z.output<typeof channel>;
