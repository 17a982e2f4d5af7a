/**
 * Names of the platform as they may stand in a policy that is written for a user. They are texts from outside, and any of them may mean
 * something to YAML, to the policy, or to a terminal. So only plain ones that one thing alone has are written; in the place of all
 * others stands the id.
 */
import { isId, normaliseName } from '../../domain/name.ts';
import { clip, oneLine } from '../../texts/clean.ts';

/** Letters, digits and what stands between words. Nothing that YAML, `${…}`, a wildcard or a comment would take for its own. */
const PLAIN = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._&()+/-]{0,98}[\p{L}\p{M}\p{N}.)])?$/u;
/** Ids of the platform. */
const ID = /^[\w-]{1,64}$/;
const LONGEST_COMMENT = 100;

/** Something of the platform that has a name. */
export interface Thing {
  readonly id: string;
  readonly names: readonly string[];
}

/** A thing as it is written into the policy. */
export interface Written {
  /** Name or id, in quotes. */
  readonly text: string;
  /** The name for a comment, where the id is written: one line without anything that cannot be seen. */
  readonly comment: string | undefined;
}

/** How each of these may be written; things that can only be written wrongly are left out. */
export function writtenNames(things: readonly Thing[]): ReadonlyMap<string, Written> {
  const owners = new Map<string, Set<string>>();
  for (const { id, names } of things)
    for (const name of names) {
      const form = normaliseName(name);
      owners.set(form, (owners.get(form) ?? new Set()).add(id));
    }
  const written = new Map<string, Written>();
  for (const { id, names } of things) {
    const plain = names.find((name) => isPlain(name) && owners.get(normaliseName(name))?.size === 1);
    if (plain !== undefined) written.set(id, { text: quoted(plain), comment: undefined });
    else if (ID.test(id)) written.set(id, { text: quoted(id), comment: commentOf(names) });
  }
  return written;
}

/** What looks like an id, a number or a word of YAML is told by its quotes; an id of another thing it could still be. */
function isPlain(name: string): boolean {
  return PLAIN.test(name) && !isId(name);
}

/** JSON is YAML. Plain names hold nothing that would have to be escaped. */
function quoted(name: string): string {
  return JSON.stringify(name);
}

/** A name for people to read, in a comment or on a terminal. */
export function commentOf(names: readonly string[]): string {
  return clip(oneLine(names[0] ?? 'without a name'), LONGEST_COMMENT);
}
