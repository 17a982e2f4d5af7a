/**
 * `${NAME}`, `${NAME:-default}` and `${file:PATH}` in the texts of a policy. They are filled in after the YAML was
 * parsed, so that a value can hold any character and never becomes structure. `$${` stands for `${`.
 */
import { dirname, isAbsolute, resolve } from 'node:path';
import { FileFault } from '../files/plain-file.ts';
import { CONNECTORS } from '../identity/connectors/registry.ts';
import { CHANNELS } from '../notify/channels/registry.ts';
import type { FilesRead } from './files-read.ts';

/** Variables by name, as in `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A text with everything filled in; sentences never hold a value. */
export interface Filled {
  readonly text: string;
  /** The variables and files that went in, as `${NAME}`; empty when nothing did. */
  readonly origins: readonly string[];
  readonly faults: readonly string[];
  /** What is not there on this machine, although it may be on another: each is a fault, unless the caller can do without. */
  readonly absent: readonly string[];
}

const REFERENCE = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;
const LONGEST_FILE = 64 * 1024;
/** No text of a policy has a reason to become longer, in characters. */
const LONGEST = 256 * 1024;

/** Where texts are filled in from. */
export interface Outside {
  readonly env: Env;
  /** Paths of files that are not absolute start at its folder. */
  readonly policyFile: string;
  readonly files: FilesRead;
}

/** Fills in the references of one text. */
export function interpolate(text: string, outside: Outside): Filled {
  const origins = new Set<string>();
  const faults = new Set<string>();
  const absent = new Set<string>();
  let length = 0;
  const filled = text.replace(REFERENCE, (whole: string, inside: string | undefined) => {
    if (whole === '$${') return '${';
    if (inside === undefined) {
      faults.add('has "${" without a closing "}"; write "$${" for a plain "${"');
      return '';
    }
    const found = inside.startsWith('file:')
      ? fromFile(inside.slice(5), outside)
      : fromEnv(inside, outside.env);
    origins.add(found.origin);
    if (found.fault !== undefined) (found.isAbsent === true ? absent : faults).add(found.fault);
    length += found.value.length;
    if (length <= LONGEST) return found.value;
    faults.add('becomes longer than any text of a policy: it holds too many or too large files or variables');
    return '';
  });
  return { text: filled, origins: [...origins], faults: [...faults], absent: [...absent] };
}

/** The same text for a policy in another folder: each `${file:PATH}` by its whole path. */
export function withWholePaths(text: string, policyFile: string): string {
  return text.replace(REFERENCE, (reference, inside: string | undefined) => {
    const path = inside?.startsWith('file:') === true ? inside.slice('file:'.length) : '';
    return path.trim() === '' ? reference : `\${file:${wholePath(path, policyFile)}}`;
  });
}

function wholePath(path: string, policyFile: string): string {
  return isAbsolute(path) ? path : resolve(dirname(policyFile), path);
}

interface Found {
  readonly value: string;
  readonly origin: string;
  readonly fault?: string;
  /** The fault is one of this machine only. */
  readonly isAbsent?: boolean;
}

function fromEnv(inside: string, env: Env): Found {
  const match = NAME.exec(inside);
  const name = match?.[1];
  if (name === undefined) {
    return {
      value: '',
      origin: '${…}',
      fault: 'has a "${…}" that is neither ${NAME}, ${NAME:-default} nor ${file:PATH}',
    };
  }
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  const isName = value !== undefined || looksLikeName(name);
  const origin = isName ? `\${${name}}` : '${…}';
  const fallback = match?.[2];
  if (fallback !== undefined)
    return { value: value === undefined || value === '' ? fallback : value, origin };
  if (value !== undefined) return { value, origin };
  const which = isName ? `the environment variable ${name}` : 'the environment variable in its "${…}"';
  return { value: '', origin, fault: `${which} is not set`, isAbsent: true };
}

/** What stands in place of a variable's name may be the secret itself, which must not be shown. */
export function looksLikeName(text: string): boolean {
  return /^[A-Z]+(?:_[A-Z0-9]+)*$/.test(text) && text.length <= (text.includes('_') ? 60 : 12);
}

function fromFile(path: string, { policyFile, files }: Outside): Found {
  const isPath = looksLikePath(path);
  const origin = isPath ? `\${file:${path}}` : '${file:…}';
  const file = isPath ? `the file ${path}` : 'the file in its "${file:…}"';
  if (path.trim() === '') return { value: '', origin, fault: '${file:} names no file' };
  const whole = wholePath(path, policyFile);
  try {
    return { value: files.text(whole, LONGEST_FILE).replace(/\r?\n$/, ''), origin };
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    const fault = error.tooLarge
      ? `${file} cannot be taken: ${error.why}, which no secret is`
      : `${file} cannot be read: ${error.why}`;
    return { value: '', origin, fault, isAbsent: error.notHere };
  }
}

const GENERAL_WORDS = 'genesys|cloud|client|secrets?|id|key|token|api|url|hook|password|smtp'.split('|');
const KINDS = [...CONNECTORS.map(({ name }) => name), ...CHANNELS.map(({ type }) => type)];

/**
 * A path that says where it begins, one of a file with an ordinary ending, or one of words that files of secrets are called by. What
 * else stands in its place may be the secret itself; and base64 may begin with a slash.
 */
const PATHS = [
  /^(?:(?:\.{1,2}|~)\/|[A-Za-z]:[\\/]|\/[a-z]+\/)/,
  /^[\w.-]+(?:\/[\w.-]+)*\.(?:txt|key|pem|secret|env|json|ya?ml)$/,
  new RegExp(`^(?:(?:${[...GENERAL_WORDS, ...KINDS].join('|')})[-_./]?)+$`, 'i'),
];

function looksLikePath(path: string): boolean {
  return path.length <= 200 && PATHS.some((pattern) => pattern.test(path));
}
