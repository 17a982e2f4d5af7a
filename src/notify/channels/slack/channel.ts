/** Messages as Slack wants them; text from outside never becomes a link or a mention. */
import { clip, jsonText, slackText } from '../../../texts/clean.ts';
import type { Letter } from '../../words.ts';
import type { Send } from '../kind.ts';

/** See `Send`. */
export const send: Send<{ readonly url: string }> = ({ url }, { letter, signal }, { post }) =>
  post(url, slackBody(letter), {}, signal);

/** What Slack takes in a header. */
const SLACK_HEADER = 150;

/** A message for an incoming webhook of Slack; `text` is what phones show. */
export function slackBody({ title, text, lines, advice, about }: Letter): string {
  // Verbatim: what looks like an address or a channel does not become a link.
  const words = (content: string): object => ({ type: 'mrkdwn', text: slackText(content), verbatim: true });
  const section = (content: string): object => ({ type: 'section', text: words(content) });
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: clip(title, SLACK_HEADER), emoji: false } },
    section(text),
    ...lines.map(section),
    { type: 'context', elements: [words(advice), ...(about === undefined ? [] : [words(about)])] },
  ];
  return jsonText({ text: slackText(title), blocks });
}
