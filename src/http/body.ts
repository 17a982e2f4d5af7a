/** Reading the body of an answer, up to a bound. */
import type { Dispatcher } from 'undici';

/** The body is larger than any answer to this request can be. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  readonly code = 'too_large';

  constructor() {
    super('the answer is too large');
  }
}

/**
 * The whole body as text. Nothing is unpacked: no `Content-Encoding` was asked for. Rejects with `BodyTooLarge`, after which
 * the connection is closed, and with what the stream rejects with.
 */
export async function readBody(
  { body, headers }: Pick<Dispatcher.ResponseData, 'body' | 'headers'>,
  most: number,
): Promise<string> {
  const announced = Number(headers['content-length']);
  const parts: Buffer[] = [];
  let length = 0;
  // Leaving the loop early destroys the stream, and with it the connection.
  for await (const part of body) {
    length += (part as Buffer).length;
    if (length > most || announced > most) throw new BodyTooLarge();
    parts.push(part as Buffer);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}
