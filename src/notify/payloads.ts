/** Messages as each kind of channel wants them. Pure; text from outside never becomes a link or a mention. */
import { createHmac } from 'node:crypto';
import { SECOND, type Instant } from '../domain/time/time.ts';
import { clip, jsonText, oneLine, slackText } from '../texts/clean.ts';
import { printed } from '../texts/printed.ts';
import type { Message } from './message.ts';
import { runbookHeading } from './runbook.ts';
import { DEFAULT_ORGANISATION, type Letter } from './words.ts';

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

/** A message for a workflow of Teams that posts the card it is sent; the older connectors take the same. */
export function teamsBody({ title, text, lines, advice, about }: Letter): string {
  // Runs of text are shown as they are; a TextBlock would read markdown in them.
  const run = (words: string, style: object = {}): object => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: words, ...style }],
  });
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      run(title, { weight: 'Bolder', size: 'Medium' }),
      run(text),
      ...lines.map((line) => run(line)),
      run(advice, { isSubtle: true }),
      ...(about === undefined ? [] : [run(about, { isSubtle: true, size: 'Small' })]),
    ],
    msteams: { width: 'Full' },
  };
  const card = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
  return jsonText({ type: 'message', attachments: [card] });
}

/** A message for programs, with the words for people beside the facts; see `printed` for how these are written. */
export function webhookBody(
  { id, at, kind, message, count, items, organisation = DEFAULT_ORGANISATION }: Message,
  letter: Letter,
): string {
  const { title, text, advice } = letter;
  const runbook = runbookHeading(kind);
  const facts = { id, at, kind, organisation, runbook, message, count, items };
  return jsonText(printed({ ...facts, title, text, advice }));
}

/** Proves who sent a body and when: `t=<seconds>,v1=<HMAC-SHA-256 of "t.body", in hex>`. */
export function signatureOf(secret: string, body: string, now: Instant): string {
  const t = Math.floor(now / SECOND);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}

/** Subject and text of a mail. A warning goes to an agent who need not know the name of the service. */
export function mailOf(
  { title, text, lines, advice, about = '' }: Letter,
  kind: Message['kind'],
): { readonly subject: string; readonly text: string } {
  const parts = [text, lines.map((line) => `- ${line}`).join('\n'), advice, about];
  return {
    subject: oneLine(kind === 'warning' ? title : `Idle enforcer: ${title}`),
    text: `${parts.filter((part) => part !== '').join('\n\n')}\n`,
  };
}
