/** Messages as Microsoft Teams wants them; text from outside never becomes a link or a mention. */
import { jsonText } from '../../../texts/clean.ts';
import type { Letter } from '../../words.ts';
import type { Send } from '../kind.ts';

/** See `Send`. */
export const send: Send<{ readonly url: string }> = ({ url }, { letter, signal }, { post }) =>
  post(url, teamsBody(letter), {}, signal);

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
