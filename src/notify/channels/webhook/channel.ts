/** Messages for programs, signed where the policy has a key for it. */
import { SIGNATURE_HEADER, signatureOf } from '../../../http/signature.ts';
import { jsonText } from '../../../texts/clean.ts';
import { printed } from '../../../texts/printed.ts';
import type { Message } from '../../message.ts';
import { runbookHeading } from '../../runbook.ts';
import { DEFAULT_ORGANISATION, type Letter } from '../../words.ts';
import type { Send } from '../kind.ts';
import type { WebhookSettings } from './config.ts';

/** See `Send`. */
export const send: Send<WebhookSettings> = ({ url, secret }, { message, letter, signal }, { post, now }) => {
  const body = webhookBody(message, letter);
  const headers = secret === undefined ? {} : { [SIGNATURE_HEADER]: signatureOf(secret, body, now()) };
  return post(url, body, headers, signal);
};

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
