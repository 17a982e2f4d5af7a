/**
 * Links by which an agent answers a warning: sealed, so that nothing of the agent can be read in an address, and good for one warning
 * alone. Any process with the same secret opens them. What they may do is for whoever opens them to say.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Warned } from '../../domain/judging/warnings.ts';
import { DAY, type Duration, type Instant } from '../../domain/time/time.ts';

/** The warning that a link answers. */
export interface StayTicket extends Warned {
  readonly organisation: string;
  readonly ruleId: string;
  /** When the agent would be logged off. */
  readonly dueAt: Instant;
  /** For how long no rule is due after the answer. */
  readonly length: Duration;
}

/** What the page is told by. */
export interface StayParts {
  /** Where readers reach the page. */
  readonly url: string;
  readonly secret: string;
}

/** A link tells what became of it for so long after the log-off that it was to stop. */
const OPENS_FOR: Duration = DAY;
const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;
/** Of a token: ours are shorter than the one, and never shorter than the other. */
const LONGEST = 1_024;
const SHORTEST = 64;
/** The version of what is sealed. */
const FORM = 1;

/** Makes links, and opens them. */
export class StayLinks {
  readonly #url: string;
  readonly #key: Uint8Array;

  constructor({ url, secret }: StayParts) {
    this.#url = url.replace(/\/+$/, '');
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'idle-enforcer page: stay', 32));
  }

  /** The address of the page that answers this warning. A secret of the agent: it is written to no log. */
  linkFor({ organisation, agentId, ruleId, sinceSign, sentAt, dueAt, length }: StayTicket): string {
    // Server times have fractions. Rounded so that nothing that came with the warning, or before it, is taken for later.
    const times = [Math.ceil(sinceSign), Math.floor(sentAt), Math.floor(dueAt)];
    const parts = [FORM, organisation, agentId, ruleId, ...times, length];
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv(CIPHER, this.#key, nonce);
    const sealed = [nonce, cipher.update(JSON.stringify(parts)), cipher.final(), cipher.getAuthTag()];
    return `${this.#url}/stay?link=${Buffer.concat(sealed).toString('base64url')}`;
  }

  /** The warning that a link of ours answers; `undefined` of whatever is forged, changed, cut, or too old. */
  open(token: unknown, now: Instant): StayTicket | undefined {
    if (typeof token !== 'string' || token.length > LONGEST || token.length < SHORTEST) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    // What it is read from has one form alone.
    if (bytes.toString('base64url') !== token) return undefined;
    const ticket = this.#ticketIn(bytes);
    return ticket !== undefined && now <= ticket.dueAt + OPENS_FOR ? ticket : undefined;
  }

  #ticketIn(bytes: Buffer): StayTicket | undefined {
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE));
      decipher.setAuthTag(bytes.subarray(-TAG));
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
      return ticketOf(JSON.parse(text.toString('utf8')));
    } catch {
      return undefined;
    }
  }
}

/** What was sealed by us, be it by another version. */
function ticketOf(parts: unknown): StayTicket | undefined {
  if (!Array.isArray(parts) || parts[0] !== FORM) return undefined;
  const [, organisation, agentId, ruleId, sinceSign, sentAt, dueAt, length] = parts as readonly unknown[];
  const texts = [organisation, agentId, ruleId];
  const numbers = [sinceSign, sentAt, dueAt, length];
  if (!texts.every((each) => typeof each === 'string') || !numbers.every(Number.isSafeInteger))
    return undefined;
  return { organisation, agentId, ruleId, sinceSign, sentAt, dueAt, length } as StayTicket;
}
