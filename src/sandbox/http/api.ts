/** From a request to an answer, faults and limits included. Knows nothing of sockets. */
import { randomBytes } from 'node:crypto';
import type { AccessTokens, Allowance } from './access-tokens.ts';
import { logInClient } from './login.ts';
import { missingPermission, notFound, Refusal, tooMany } from './refusal.ts';
import { matchRoute, type Match, type Parts, type Reply, type Route } from './route.ts';
import type { RequestEnding, RequestTally } from './tally.ts';

/** A request as it came. */
export interface RawRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly authorization: string | undefined;
  /** `undefined` when it was larger than the platform takes. */
  readonly body: string | undefined;
}

/** What is to be sent. */
export interface ApiOutcome {
  /** `reset`: nothing is sent, the connection breaks. */
  readonly ending: RequestEnding;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Real time to wait before sending, ms. */
  readonly delayMs: number;
}

const LOGIN = 'loginClientCredentialsGrant';
const SERVER_ERRORS = [
  [
    500,
    'internal.server.error',
    'The server encountered an unexpected condition which prevented it from fulfilling the request.',
  ],
  [502, 'bad.gateway', 'The gateway received an invalid response.'],
  [
    503,
    'service.unavailable',
    'Service Unavailable - The server is currently unavailable (because it is overloaded or down for maintenance).',
  ],
  [504, 'request.timeout', 'The request timed out.'],
] as const;

/** How a request is getting on. */
interface Course {
  readonly request: RawRequest;
  readonly operation: string;
  readonly contextId: string;
  readonly headers: Record<string, string>;
}

export class Api {
  readonly #parts: Parts;
  readonly #routes: readonly Route[];
  readonly #tally: RequestTally;

  constructor(parts: Parts, routes: readonly Route[], tally: RequestTally) {
    this.#parts = parts;
    this.#routes = routes;
    this.#tally = tally;
  }

  /** Carries out one request. */
  answer(request: RawRequest): ApiOutcome {
    const { world, dice } = this.#parts;
    const contextId = randomBytes(16).toString('hex');
    const date = new Date(world.now() + dice.faults.clockSkewMs).toUTCString();
    const headers = { Date: date, 'inin-correlation-id': contextId };
    const path = pathOf(request.target);
    const isLogin = path === '/oauth/token' && request.method === 'POST';
    const match = isLogin ? undefined : matchRoute(this.#routes, request.method, path);
    const operation = isLogin ? LOGIN : operationOf(match);
    const course: Course = { request, operation, contextId, headers };
    const outcome = this.#withFaults(course, () =>
      isLogin ? this.#logIn(course) : this.#serve(course, match, path),
    );
    this.#tally.ended(operation, outcome.ending);
    return outcome;
  }

  /** Half of what goes wrong goes wrong before anything happened, the other half when all has been done. */
  #withFaults(course: Course, act: () => ApiOutcome): ApiOutcome {
    const { dice } = this.#parts;
    const { faults } = dice;
    const { operation } = course;
    const wrong = this.#wrong(operation);
    const outcome = wrong === undefined ? act() : this.#goWrong(course, wrong, act);
    const cut = outcome.ending === 200 && dice.strikes(faults.truncated, operation);
    const text = cut ? outcome.text.slice(0, Math.floor(outcome.text.length / 2)) : outcome.text;
    return { ...outcome, text, delayMs: dice.strikes(faults.slow, operation) ? faults.slowMs : 0 };
  }

  #wrong(operation: string): 'reset' | 'error' | undefined {
    const { dice } = this.#parts;
    if (dice.strikes(dice.faults.reset, operation)) return 'reset';
    return dice.strikes(dice.faults.serverError, operation) ? 'error' : undefined;
  }

  #goWrong(course: Course, wrong: 'reset' | 'error', act: () => ApiOutcome): ApiOutcome {
    const done = this.#parts.dice.coin() ? act() : undefined;
    if (wrong === 'error') return this.#refused(course, this.#serverError());
    return { ending: 'reset', headers: done?.headers ?? course.headers, text: '', delayMs: 0 };
  }

  #serve(course: Course, match: Match | 'wrong-method' | undefined, path: string): ApiOutcome {
    try {
      const { method } = course.request;
      if (match === undefined || match === 'wrong-method') this.#tally.notKnown(method, path);
      if (match === undefined) throw notFound('HTTP 404 Not Found: the path');
      if (match === 'wrong-method')
        throw new Refusal(405, 'method.not.allowed', 'HTTP 405 Method Not Allowed');
      const token =
        match.route.isOpen === true ? (bearer(course.request.authorization) ?? '') : this.#admit(course);
      return this.#replied(course, this.#reply(course, match, token));
    } catch (error) {
      if (error instanceof Refusal) return this.#refused(course, error);
      // A mistake of the sandbox itself is told apart from faults that were switched on.
      return this.#refused(course, new Refusal(500, 'sandbox.mistake', String(error)));
    }
  }

  /** The caller's token, when it is good and its minute not used up. */
  #admit({ request, operation, headers }: Course): string {
    const { tokens, dice } = this.#parts;
    const token = bearer(request.authorization);
    if (token === undefined) {
      const message = 'No authentication bearer token specified in authorization header.';
      throw new Refusal(401, 'authentication.required', message);
    }
    if (tokens.isGood(token) && dice.strikes(dice.faults.droppedToken, operation)) tokens.drop(token);
    if (!tokens.isGood(token)) throw new Refusal(401, 'bad.credentials', 'Invalid login credentials.');
    const allowance = this.#spend(tokens, token, headers);
    if (allowance.over) {
      this.#tally.rateLimited += 1;
      throw tooMany(allowance.resetSeconds);
    }
    if (dice.strikes(dice.faults.tooManyRequests, operation)) throw tooMany(dice.faults.retryAfterSeconds);
    return token;
  }

  #spend(tokens: AccessTokens, token: string, headers: Record<string, string>): Allowance {
    const allowance = tokens.spend(token);
    headers['inin-ratelimit-count'] = String(allowance.count);
    headers['inin-ratelimit-allowed'] = String(allowance.allowed);
    headers['inin-ratelimit-reset'] = String(allowance.resetSeconds);
    return allowance;
  }

  #reply({ request, operation }: Course, { route, id }: Match, token: string): Reply {
    const { settings, dice } = this.#parts;
    const { permission } = route;
    const isGranted = permission === undefined || settings.permissions.has(permission);
    if (!isGranted || dice.strikes(dice.faults.forbidden, operation))
      throw missingPermission(permission ?? operation);
    const url = new URL(request.target, 'http://sandbox.invalid');
    const body = parseBody(request.body);
    return route.answer({ operation, path: url.pathname, query: url.searchParams, id, body, token });
  }

  #logIn(course: Course): ApiOutcome {
    const { dice, settings, tokens } = this.#parts;
    const { authorization, body } = course.request;
    if (dice.strikes(dice.faults.tooManyRequests, course.operation)) {
      return this.#refused(course, tooMany(dice.faults.retryAfterSeconds));
    }
    const answer = logInClient(settings, tokens, authorization, body ?? '');
    return this.#replied(course, answer);
  }

  #replied({ headers }: Course, { status, body }: Reply): ApiOutcome {
    const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const text = body === undefined ? '' : JSON.stringify(body);
    return { ending: status, headers: { ...headers, ...type }, text, delayMs: 0 };
  }

  #refused(course: Course, refusal: Refusal): ApiOutcome {
    const { status, headers } = refusal;
    const outcome = this.#replied(course, { status, body: refusal.body(course.contextId) });
    return { ...outcome, headers: { ...outcome.headers, ...headers } };
  }

  #serverError(): Refusal {
    const [status, code, message] =
      SERVER_ERRORS[this.#parts.dice.pick(SERVER_ERRORS.length)] ?? SERVER_ERRORS[0];
    return new Refusal(status, code, message);
  }
}

function operationOf(match: Match | 'wrong-method' | undefined): string {
  return match === undefined || match === 'wrong-method' ? 'unknown' : match.route.operation;
}

function pathOf(target: string): string {
  const question = target.indexOf('?');
  return question < 0 ? target : target.slice(0, question);
}

function bearer(authorization: string | undefined): string | undefined {
  return /^bearer (\S+)$/i.exec(authorization ?? '')?.[1];
}

function parseBody(body: string | undefined): unknown {
  if (body === undefined) throw new Refusal(413, 'request.entity.too.large', 'The request is too large.');
  if (body === '') return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new Refusal(400, 'invalid.json', 'The request body is not valid JSON.');
  }
}
