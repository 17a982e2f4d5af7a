/**
 * `${NAME}`, `${NAME:-default}` and `${file:PATH}` in the texts of a policy. They are filled in after the YAML was
 * parsed, so that a value can hold any character and never becomes structure. `$${` stands for `${`.
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';

/** Variables by name, as in `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A text with everything filled in; `faults` are sentences that never hold a value. */
export interface Filled {
  readonly text: string;
  /** The variables and files that went in, as `${NAME}`; empty when nothing did. */
  readonly origins: readonly string[];
  readonly faults: readonly string[];
}

const REFERENCE = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;
const LONGEST_FILE = 64 * 1024;

/** Fills in the references of one text. Paths of files that are not absolute start at the policy file's folder. */
export function interpolate(text: string, env: Env, policyFile: string): Filled {
  const origins: string[] = [];
  const faults: string[] = [];
  const filled = text.replace(REFERENCE, (whole: string, inside: string | undefined) => {
    if (whole === '$${') return '${';
    if (inside === undefined) {
      faults.push('has "${" without a closing "}"; write "$${" for a plain "${"');
      return '';
    }
    const found = inside.startsWith('file:') ? fromFile(inside.slice(5), policyFile) : fromEnv(inside, env);
    origins.push(found.origin);
    if (found.fault !== undefined) faults.push(found.fault);
    return found.value;
  });
  return { text: filled, origins: [...new Set(origins)], faults };
}

interface Found {
  readonly value: string;
  readonly origin: string;
  readonly fault?: string;
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
  const origin = `\${${name}}`;
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  const fallback = match?.[2];
  if (fallback !== undefined)
    return { value: value === undefined || value === '' ? fallback : value, origin };
  if (value === undefined) return { value: '', origin, fault: `the environment variable ${name} is not set` };
  return { value, origin };
}

function fromFile(path: string, policyFile: string): Found {
  const origin = `\${file:${path}}`;
  if (path.trim() === '') return { value: '', origin, fault: '${file:} names no file' };
  const whole = isAbsolute(path) ? path : resolve(dirname(policyFile), path);
  try {
    if (statSync(whole).size > LONGEST_FILE) {
      return { value: '', origin, fault: `the file ${path} is larger than 64 KiB, which no secret is` };
    }
    return { value: decode(readFileSync(whole)).replace(/\r?\n$/, ''), origin };
  } catch (error) {
    return { value: '', origin, fault: `the file ${path} cannot be read: ${whyUnreadable(error)}` };
  }
}

/** Bytes as UTF-8, without a byte order mark. Throws TypeError for anything else. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** Why a file could not be read, in a few words. */
export function whyUnreadable(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'it does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a folder';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'it is not UTF-8 text';
    default:
      return code === '' ? 'unknown error' : code;
  }
}
