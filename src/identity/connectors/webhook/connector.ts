/**
 * A service of one's own that ends the session. It gets one JSON object, signed as `http/signature.ts` says. A repeated `id` is
 * the same request sent again, not another one. Any 2xx is a yes; a body such as {"delay": "30s"} says how long it takes until the
 * session opens nothing any more.
 */
import { randomUUID } from 'node:crypto';
import { HOUR, parseDuration, type Duration, type Instant } from '../../../domain/time/time.ts';
import { member, parseSmallJson, asText } from '../../../http/read-json.ts';
import { SIGNATURE_HEADER, signatureOf } from '../../../http/signature.ts';
import type { SelfCheck } from '../../../ports/identity.ts';
import { IdentityError } from '../../errors.ts';
import { assertSuccess } from '../../lookup.ts';
import type { Connect, Ended, Target } from '../kind.ts';
import type { WebhookSettings } from './config.ts';

/** What a receiver can name at most: more is not believed. */
const LONGEST_DELAY: Duration = HOUR;

interface WebhookTarget extends Target {
  readonly subject: string;
  readonly email: string;
}

/** Makes the connector; nothing is sent yet. */
export const connect: Connect<WebhookSettings> = ({ url, secret }, { client, clock }) => {
  // Without a look-up, what was asked for travels with the target.
  const targets = new WeakMap<Target, WebhookTarget>();

  return {
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
      const headers = {
        'content-type': 'application/json',
        [SIGNATURE_HEADER]: signatureOf(secret, body, at),
      };
      const answer = await client.send({ method: 'POST', url, headers, body, what, stillMay }, signal);
      assertSuccess(answer, what, []);
      return { delay: delayOf(answer.text), correlationId: answer.correlationId };
    },
    check: async (signal): Promise<SelfCheck> => {
      // HEAD asks for nothing: a signed request, whatever it says, might be taken for a real one.
      await client.send({ method: 'HEAD', url, what: 'reaching the service' }, signal);
      return {
        verdict: 'unsure',
        sentence: 'the service answers; whether it takes our signature shows only with a real request',
      };
    },
  };
};

function bodyOf({ id, subject, email }: WebhookTarget, at: Instant): string {
  return JSON.stringify({
    event: 'end_sso_session',
    id: randomUUID(),
    at: new Date(at).toISOString(),
    subject,
    agent: { id, ...(email === '' ? {} : { email }) },
  });
}

function delayOf(text: string): Duration | undefined {
  const delay = parseDuration(asText(member(parseSmallJson(text), 'delay')) ?? '');
  return delay === undefined ? undefined : Math.min(delay, LONGEST_DELAY);
}
