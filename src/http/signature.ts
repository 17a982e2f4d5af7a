/**
 * Proves to a service of the operator's own who sent a body and when:
 *
 *   x-idle-enforcer-signature: t=<Unix seconds>,v1=<hex of HMAC-SHA256(secret, "<t>.<body>")>
 *
 * The receiver must compute the same over the raw body, compare in constant time, and refuse a `t` that is more than five
 * minutes off.
 */
import { createHmac } from 'node:crypto';
import { SECOND, type Instant } from '../domain/time/time.ts';

/** Header with the signature. */
export const SIGNATURE_HEADER = 'x-idle-enforcer-signature';

/** The signature of a body that is sent at an instant. */
export function signatureOf(secret: string, body: string, at: Instant): string {
  const t = Math.floor(at / SECOND);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}
