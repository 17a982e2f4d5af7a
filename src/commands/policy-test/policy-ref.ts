/** The policies of a test file: each a file of its own, or a part of this one. */
import { isMap, isScalar, type Node } from 'yaml';
import type { FaultList } from '../../policy-file/faults.ts';
import type { Source } from '../../policy-file/source.ts';
import { documentOf } from '../../policy-file/yaml-syntax.ts';

/** Where the policy of a test file is to be found. */
export type PolicyRef =
  | { readonly kind: 'file'; readonly path: string }
  /** A policy inside the test file, each character at its place there. */
  | { readonly kind: 'inline'; readonly text: string }
  | { readonly kind: 'none' };

/** Under which a policy stands in the file. */
type PolicyKey = 'policy' | 'before';

/** Where the policy under this key is, unless it stands in the file. Adds a fault where it is neither. */
export function policyRef(source: Source, key: PolicyKey, faults: FaultList): PolicyRef {
  const value = source.at([key]);
  if (value === undefined) return { kind: 'none' };
  if (typeof value === 'string' && value.trim() !== '') return { kind: 'file', path: value };
  faults.add([key], 'must be the path of a policy file, or a policy');
  return { kind: 'none' };
}

/** The inline policy and the rest as two texts of the same lines and columns, so that both are read as they stand. */
export function split(
  text: string,
  name: PolicyKey,
): { readonly body: string; readonly policy: PolicyRef | undefined } {
  const contents = documentOf(text)?.contents;
  if (!isMap(contents)) return { body: text, policy: undefined };
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === name);
  const { value } = pair ?? {};
  const range = isMap(value) ? (value as Node).range : undefined;
  if (!isMap(value) || !range) return { body: text, policy: undefined };
  const [start, end] = range;
  const written = text.slice(start, end);
  const missing = MISSING.filter(([key]) => !value.has(key)).map(([key, given]) => `${key}: ${given}`);
  const indent = ' '.repeat(start - text.lastIndexOf('\n', start - 1) - 1);
  const whole =
    value.flow === true
      ? `${written.replace(/,?\s*\}\s*$/, '')}${missing.map((each) => `, ${each}`).join('')} }`
      : `${written}${missing.map((each) => `\n${indent}${each}`).join('')}\n`;
  // A null that says where it stands, so that the key is no empty one for the schema.
  const body = `${text.slice(0, start)}${blank(written)}${text.slice(end)}`;
  return { body, policy: { kind: 'inline', text: `${blank(text.slice(0, start))}${whole}` } };
}

/** What an inline policy may leave out, because judging does not need it. */
const MISSING: readonly (readonly [string, string])[] = [
  ['version', '1'],
  ['genesys', '{ region: us-east-1, client_id: unset, client_secret: unset }'],
];

function blank(text: string): string {
  return text.replaceAll(/[^\n\r]/g, ' ');
}
