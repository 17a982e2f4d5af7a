/** Messages as mail. */
import { oneLine } from '../../../texts/clean.ts';
import type { Message } from '../../message.ts';
import type { Letter } from '../../words.ts';
import type { Send } from '../kind.ts';
import type { EmailSettings } from './config.ts';
import { sendMail } from './smtp.ts';

/** See `Send`. */
export const send: Send<EmailSettings> = ({ url, from, to = [] }, { message, letter, receiver, signal }) => {
  const receivers = receiver === undefined ? to : [receiver];
  return sendMail(url, { id: message.id, from, to: receivers, ...mailOf(letter, message.kind) }, signal);
};

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
