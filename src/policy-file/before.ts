/** The policy that was in force before: kept in its own words, and read again beside the one that is brought out. */
import { createHash } from 'node:crypto';
import type { Mode } from '../domain/policy/policy.ts';
import type { KeptPolicy } from '../domain/rollout/rollout.ts';
import type { Draft } from './draft.ts';
import { canonical } from './hash.ts';
import { root } from './schema.ts';
import { Source } from './source.ts';

/** What is brought out, and what counts with it. Secrets have no place in these. */
const BROUGHT_OUT = ['profiles', 'returns'] as const;
const KEPT = [...BROUGHT_OUT, 'exempt', 'caps', 'calendars'] as const;
/** JSON of a policy of the largest size. */
const LONGEST = 2 ** 20;

const shape = root.pick({ profiles: true, returns: true, exempt: true, caps: true, calendars: true });

/** Whether the policy may not be kept, because a part of it comes out of a file that may hold secrets. */
export function takesFromFiles(source: Source): boolean {
  return source.isFromFiles(KEPT);
}

/** The same for drafts with the same profiles, rules and `returns`, as they are written with variables filled in. */
export function judgedBy({ source }: Pick<Draft, 'source'>): string {
  return fingerprint(pick(source, BROUGHT_OUT));
}

/**
 * A policy as it is kept. Its content is left out where a part of it comes out of a file that may hold secrets, where `hide` finds a
 * secret in it, or where it is too long.
 */
export function keptOf(draft: Draft, hide: (text: string) => string): KeptPolicy {
  const { source, hash, content } = draft;
  const judges = judgedBy(draft);
  const text = JSON.stringify(pick(source, KEPT));
  const isFit = text.length <= LONGEST && !takesFromFiles(source) && hide(text) === text;
  return { judges, mode: content.mode, hash, content: isFit ? text : undefined };
}

/**
 * The draft with the policy that was in force before it; as it is where that cannot be read. Calendars are those of now, but for those
 * that are there no more.
 */
export function withBefore(draft: Draft, kept: KeptPolicy | undefined, mode: Mode): Draft {
  const value = kept?.content === undefined ? undefined : parsed(kept.content);
  const { success, data } = shape.safeParse(value);
  if (kept === undefined || !success) return draft;
  const source = new Source('the policy before');
  source.value = value;
  const calendars = { ...data.calendars, ...draft.content.calendars };
  const content = { ...data, calendars, mode, billing: draft.content.billing };
  return { ...draft, before: { hash: kept.judges, content, source } };
}

function pick({ value }: Source, keys: readonly string[]): Readonly<Record<string, unknown>> {
  const all: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(all, key)).map((key) => [key, all[key]]));
}

function fingerprint(parts: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(parts)))
    .digest('hex')
    .slice(0, 12);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
