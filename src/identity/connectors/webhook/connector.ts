/**
 * A service of one's own that ends the session. It gets one JSON object, signed with the shared secret:
 *
 *   x-idle-enforcer-signature: t=<Unix seconds>,v1=<hex of HMAC-SHA256(secret, "<t>.<body>")>
 *
 * The receiver must compute the same over the raw body, compare in constant time, and refuse a `t` that is more than five
 * minutes off. A repeated `id` is the same request sent again, not another one. Any 2xx is a yes; a body such as
 * {"delay": "30s"} says how long it takes until the session opens nothing any more.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { HOUR, parseDuration, SECOND, type Duration, type Instant } from '../../../domain/time/time.ts';
import { IdentityError } from '../../errors.ts';
import { type Http } from '../../http.ts';
import { member, parseProviderJson, textAt } from '../../json.ts';
import { assertSuccess } from '../../lookup.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Connector, Ended, Target } from '../../connector.ts';
import type { SelfCheck } from '../../../ports/identity.ts';
import type { WebhookSettings } from '../../settings.ts';

/** Header with the signature. */
export const SIGNATURE_HEADER = 'x-idle-enforcer-signature';
/** What a receiver can name at most: more is not believed. */
const LONGEST_DELAY: Duration = HOUR;

interface WebhookTarget extends Target {
  readonly subject: string;
  readonly email: string;
}

/** Makes the connector; nothing is sent yet. */
export function webhook({ url, secret, delay = 0 }: WebhookSettings, http: Http, clock: Clock): Connector {
  // Without a look-up, what was asked for travels with the target.
  const targets = new WeakMap<Target, WebhookTarget>();

  return {
    provider: 'a service of your own',
    url,
    attribute: 'subject',
    delay,
    reach: 'Whatever the service ends: ask its operator.',
    find: ({ subject, agent: { id, email } }) => {
      const target: WebhookTarget = { id, subject, email };
      targets.set(target, target);
      return Promise.resolve(target);
    },
    end: async (target, stillMay, signal): Promise<Ended> => {
      const what = 'asking the service to end the session';
      const known = targets.get(target);
      if (known === undefined) throw new IdentityError('refused', `${what}: no user was looked up`);
      const at = clock.now();
      const body = bodyOf(known, at);
      const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature(secret, body, at) };
      const answer = await http.send({ method: 'POST', url, headers, body, what, stillMay }, signal);
      assertSuccess(answer, what, []);
      return { delay: delayOf(answer.text), correlationId: answer.correlationId };
    },
    check: async (signal): Promise<SelfCheck> => {
      // HEAD asks for nothing: a signed request, whatever it says, might be taken for a real one.
      await http.send({ method: 'HEAD', url, what: 'reaching the service' }, signal);
      return {
        verdict: 'unsure',
        sentence: 'the service answers; whether it takes our signature shows only with a real request',
      };
    },
  };
}

function bodyOf({ id, subject, email }: WebhookTarget, at: Instant): string {
  return JSON.stringify({
    event: 'end_sso_session',
    id: randomUUID(),
    at: new Date(at).toISOString(),
    subject,
    agent: { id, ...(email === '' ? {} : { email }) },
  });
}

/** The signature of a body sent at an instant. */
export function signature(secret: string, body: string, at: Instant): string {
  const t = Math.floor(at / SECOND);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}

function delayOf(text: string): Duration | undefined {
  const delay = parseDuration(textAt(member(parseProviderJson(text), 'delay')) ?? '');
  return delay === undefined ? undefined : Math.min(delay, LONGEST_DELAY);
}
