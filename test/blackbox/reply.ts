/** What the platform answers, and how it says no. */
import { randomUUID } from 'node:crypto';

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

export function problem(status: number, code: string): Reply {
  const message = `${code} in the organisation`;
  return { status, body: { message, code, status, contextId: randomUUID(), details: [], errors: [] } };
}
