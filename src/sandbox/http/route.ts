/** Which request goes where: a table of the paths that the sandbox knows. */
import type { FaultDice } from '../faults.ts';
import type { Settings } from '../options.ts';
import type { World } from '../world.ts';
import type { AccessTokens } from './access-tokens.ts';

/** A request, taken apart. */
export interface Ask {
  readonly operation: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** What stands in the place of the placeholder of the path, or the empty text. */
  readonly id: string;
  /** The parsed JSON body; `undefined` without one. */
  readonly body: unknown;
  /** The access token that came with it; empty without one, which only open routes take. */
  readonly token: string;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `{id}` stands for one segment; at most one may be there. */
  readonly path: string;
  /** The name that the official SDK has for it. */
  readonly operation: string;
  readonly permission?: string;
  /** No part of the platform's API: it takes no token. */
  readonly isOpen?: boolean;
  readonly answer: (ask: Ask) => Reply;
}

/** What routes are made of. */
export interface Parts {
  readonly world: World;
  readonly settings: Settings;
  readonly dice: FaultDice;
  readonly tokens: AccessTokens;
}

export interface Match {
  readonly route: Route;
  readonly id: string;
}

/** 200 with this body. */
export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/** The route of a request; `wrong-method` when only the path is known. The first that fits wins. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): Match | 'wrong-method' | undefined {
  const segments = path.split('/');
  let known = false;
  for (const route of routes) {
    const id = fit(route.path.split('/'), segments);
    if (id === undefined) continue;
    if (route.method === method) return { route, id };
    known = true;
  }
  return known ? 'wrong-method' : undefined;
}

function fit(pattern: readonly string[], segments: readonly string[]): string | undefined {
  if (pattern.length !== segments.length) return undefined;
  let id = '';
  for (const [i, part] of pattern.entries()) {
    const segment = segments[i] ?? '';
    if (part === '{id}') {
      if (segment === '') return undefined;
      id = decode(segment);
    } else if (part !== segment) return undefined;
  }
  return id;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
