/** How the platform says no: a status, a code that stays the same, and a sentence. */

/** An answer other than success. Thrown by routes, turned into the platform's `ErrorBody` by the server. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  /** What the sentence was made of, as the platform repeats it. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      readonly params?: Readonly<Record<string, string>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.params = more.params ?? {};
    this.headers = more.headers ?? {};
  }

  /** The platform's `ErrorBody`. */
  body(contextId: string): object {
    const { message, code, status, params } = this;
    return { message, code, status, messageParams: params, contextId, details: [], errors: [] };
  }
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'bad.request', message);
}

export function notFound(what: string): Refusal {
  return new Refusal(404, 'not.found', `${what} not found`);
}

export function tooLarge(): Refusal {
  const message = 'Response entity too large. Reduce the page size or the number of expands.';
  return new Refusal(400, 'response.entity.too.large', message);
}

export function missingPermission(permission: string): Refusal {
  const message = `Unable to perform the requested action. You are missing the following permission(s): ${permission}`;
  return new Refusal(403, 'missing.permissions', message, { params: { permissions: permission } });
}

export function missingDivision(permission: string): Refusal {
  const message = `Unable to perform the requested action. You are missing the following permission(s) in the division: ${permission}`;
  return new Refusal(403, 'missing.any.division.permissions', message, {
    params: { permissions: permission },
  });
}

/** 429. `seconds` is when to come back. */
export function tooMany(seconds: number): Refusal {
  const message = `Rate limit exceeded the maximum. Retry the request in [${seconds}] seconds`;
  return new Refusal(429, 'too.many.requests.retry.after', message, {
    params: { retryAfter: String(seconds) },
    headers: { 'Retry-After': String(seconds) },
  });
}
