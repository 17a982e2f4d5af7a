/** Messages as each kind of channel wants them. Pure; text from outside never becomes markup. */
import { createHmac } from 'node:crypto';
import { SECOND, type Instant } from '../domain/time.ts';
import type { Message } from './ports.ts';
import { adviceFor, clip, linesOf, titleOf } from './words.ts';

/** What Slack takes in a header. */
const SLACK_HEADER = 150;

/** A message for an incoming webhook of Slack; `text` is what phones show. */
export function slackBody(message: Message): string {
  const title = titleOf(message);
  const section = (text: string): object => ({ type: 'section', text: { type: 'mrkdwn', text } });
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: clip(title, SLACK_HEADER), emoji: false } },
    section(escapeSlack(sentenceOf(message))),
    ...linesOf(message).map((line) => section(escapeSlack(line))),
    { type: 'context', elements: [{ type: 'mrkdwn', text: escapeSlack(adviceFor(message.kind)) }] },
  ];
  return JSON.stringify({ text: escapeSlack(title), blocks });
}

/** The three characters that mean something to Slack; with them nobody is mentioned and nothing becomes a link. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A message for a workflow of Teams that posts the card it is sent; the older connectors take the same. */
export function teamsBody(message: Message): string {
  // Runs of text are shown as they are; a TextBlock would read markdown in them.
  const text = (content: string, style: object = {}): object => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: content, ...style }],
  });
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      text(titleOf(message), { weight: 'bolder', size: 'medium' }),
      text(sentenceOf(message)),
      ...linesOf(message).map((line) => text(line)),
      text(adviceFor(message.kind), { isSubtle: true }),
    ],
    msteams: { width: 'Full' },
  };
  const card = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
  return JSON.stringify({ type: 'message', attachments: [card] });
}

/** A message for programs. */
export function webhookBody({ id, at, kind, message, count, items }: Message): string {
  return JSON.stringify({ id, at: new Date(at).toISOString(), kind, message, count, items });
}

/** Proves who sent a body and when: `t=<seconds>,v1=<HMAC-SHA-256 of "t.body", in hex>`. */
export function signatureOf(secret: string, body: string, now: Instant): string {
  const t = Math.floor(now / SECOND);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}

/** Subject and text of a mail. */
export function mailOf(message: Message): { readonly subject: string; readonly text: string } {
  const lines = linesOf(message).map((line) => `- ${line}`);
  const parts = [sentenceOf(message), lines.join('\n'), adviceFor(message.kind)];
  return {
    subject: `Idle enforcer: ${titleOf(message)}`,
    text: `${parts.filter((part) => part !== '').join('\n\n')}\n`,
  };
}

function sentenceOf({ message, at }: Message): string {
  return `${new Date(at).toISOString()}: ${message}.`;
}
