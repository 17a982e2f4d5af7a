/** Who gives an order in a shell, and why, for the record. */
import { hostname, userInfo } from 'node:os';
import process from 'node:process';
import { UsageError } from './exit.ts';

/** Longer reasons belong somewhere else. */
const LONGEST_REASON = 200;
const LONGEST_NAME = 100;

/** The reason as it was given. Throws `UsageError` where it is too long to be kept. */
export function reasonOption(reason: string | undefined): string | undefined {
  if (reason !== undefined && reason.length > LONGEST_REASON)
    throw new UsageError(`--reason has ${reason.length} characters; at most ${LONGEST_REASON} are kept.`);
  return reason;
}

/** User and machine, for the record. */
export function whoAmI(): string {
  const { SUDO_USER: behind } = process.env;
  const user = userName();
  const both = behind === undefined || behind === '' || behind === user ? user : `${user} for ${behind}`;
  return `${plain(both)}@${plain(hostname())}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container a user need not have a name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** The environment must not be able to put lines of its own into the record. */
function plain(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} ._-]/gu, '?').slice(0, LONGEST_NAME);
}
