/** Finding exactly one user, and telling what an API's refusal means. */
import { kindOfStatus, plainWord } from '../http/errors.ts';
import { asArray, member, parseSmallJson, asText } from '../http/read-json.ts';
import type { ApiAnswer } from '../http/retrying.ts';
import { IdentityError } from './errors.ts';
import type { Target } from './connectors/kind.ts';
import { isSame } from './subject.ts';

/** No user has this name: the top-level domain is reserved for that. */
export const NOBODY = 'idle-enforcer-self-check@nobody.invalid';

/** Throws `IdentityError` unless the answer is a success. `codes` are the places of the provider's own error code. */
export function assertSuccess(answer: ApiAnswer, what: string, codes: readonly (readonly string[])[]): void {
  const { status } = answer;
  if (status >= 200 && status < 300) return;
  throw refusal(answer, what, codes);
}

/** What a refusal means. Of its body only the error code and the id are taken over: its sentences may name people. */
export function refusal(
  answer: ApiAnswer,
  what: string,
  codes: readonly (readonly string[])[],
): IdentityError {
  const { status } = answer;
  const body = parseSmallJson(answer.text);
  const found = codes.map((path) => plainWord(member(body, ...path))).find((code) => code !== undefined);
  const shown = found === undefined ? `HTTP ${status}` : `HTTP ${status}, ${found}`;
  const correlationId = answer.correlationId ?? plainWord(member(body, 'errorId'));
  const turnedAway = status >= 400 && status < 500 && !answer.mayBeDone;
  const facts = { status, correlationId, turnedAway };
  return new IdentityError(kindOfStatus(status), `${what}: refused (${shown})`, facts);
}

/**
 * The one user that a search answered with. Throws `IdentityError`: `gone` for none, `ambiguous` for several, `refused` when
 * the answer is about another user. `nameAt` is where the user carries the name that was searched for.
 */
export function onlyUser(
  found: unknown,
  subject: string,
  nameAt: readonly string[],
  correlationId: string | undefined,
): { readonly target: Target; readonly user: unknown } {
  const users = asArray(found);
  const facts = { correlationId };
  if (users === undefined)
    throw new IdentityError('refused', 'looking up the user: the answer holds no list', facts);
  if (users.length === 0) {
    throw new IdentityError(
      'gone',
      'the identity provider has no user with this agent’s name: check identity.subject',
      facts,
    );
  }
  if (users.length > 1) {
    throw new IdentityError(
      'ambiguous',
      'the identity provider has several users with this agent’s name',
      facts,
    );
  }
  const [user] = users;
  const id = asText(member(user, 'id'));
  if (id === undefined || !isSame(subject, member(user, ...nameAt))) {
    throw new IdentityError('refused', 'looking up the user: the answer is about another user', facts);
  }
  return { target: { id }, user };
}
