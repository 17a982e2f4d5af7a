/** What `demo --keep` leaves behind: the store, the policy that was played, and the report of the shift. */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseDocument, visit } from 'yaml';
import type { Instant } from '../../domain/time/time.ts';
import { readTextFile } from '../../files/plain-file.ts';
import { withWholePaths } from '../../policy-file/interpolate.ts';
import { report } from '../report/command.ts';
import { UsageError } from '../shared/exit.ts';
import { outputTo, type Output } from '../shared/output.ts';
import { orRefused, writePrivately } from '../shared/private-file.ts';
import { shellWord } from '../shared/shell-word.ts';

/** What is to be played, and where. */
export interface ToPlay {
  /** The policy file that the demo starts from. */
  readonly path: string;
  readonly urls: { readonly apiUrl: string; readonly loginUrl: string };
  readonly client: { readonly id: string; readonly secret: string };
}

/** The span that was played. */
export interface Played {
  readonly from: Instant;
  readonly to: Instant;
}

const HEAD = ` The policy that the demo played. Its sandbox has ended, so that run and doctor cannot reach it any more; report, explain
 and the other commands that read the store work.`;

/** No policy that was just loaded is larger, in bytes. */
const LARGEST = 2 ** 20;

/** Where the store stands in the folder. */
export function storeIn(folder: string): string {
  return join(folder, 'idle-enforcer.db');
}

/**
 * The whole path of a folder to keep things in: a new one, or one that is empty. Nothing in it is ever written over. Rejects with
 * `UsageError`.
 */
export async function folderToKeep(path: string): Promise<string> {
  const folder = resolve(path);
  const refused = (why: string): UsageError =>
    new UsageError(`--keep: ${folder} ${why}. Name a new folder, or an empty one; nothing was written.`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (!(await stat(folder)).isDirectory()) throw refused('is no folder');
    const others = await readdir(folder);
    if (others.length > 0) throw refused(`already holds ${others[0] ?? 'something'}`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw refused(code === 'EEXIST' || code === 'ENOTDIR' ? 'is no folder' : `cannot be used (${code})`);
  }
  return folder;
}

/** Where the policy stands in the folder. */
function policyIn(folder: string): string {
  return join(folder, 'idle-enforcer.yaml');
}

/** Writes the policy that is to be played, so that what is kept is what was played. Answers where it stands. */
export async function writePolicyToPlay(folder: string, toPlay: ToPlay): Promise<string> {
  const policy = policyIn(folder);
  await orRefused(policy, writePrivately(policy, policyToPlay(folder, toPlay)));
  return policy;
}

/** Writes the report beside policy and store, which has been closed, and says what can be done with them. */
export async function keep(folder: string, played: Played, output: Output): Promise<void> {
  const policy = policyIn(folder);
  const page = join(folder, 'report.html');
  const [from, to] = [played.from, played.to].map((at) => new Date(at).toISOString());
  const span = { from: from ?? '', to: to ?? '' };
  await report(
    { store: storeIn(folder), ...span, out: page },
    outputTo(() => undefined),
  );
  const command = (words: string): void => {
    output.line(`  idle-enforcer ${words} --config ${shellWord(policy)}`);
  };
  output.line();
  output.line(`Kept: the store, the policy and report.html, in ${folder}. To look further:`);
  command('list');
  command('status');
  command(`report --from ${span.from} --to ${span.to}`);
  command(`report --events --from ${span.from} --to ${span.to}`);
  command(`explain AGENT --at ${span.to}`);
}

/** The same file with its comments, pointed at the sandbox. Its tests stay where they are. */
function policyToPlay(folder: string, { path, urls, client }: ToPlay): string {
  const document = parseDocument(readTextFile(path, LARGEST));
  // Where the schema stands is told from the policy's own folder.
  const own = document.commentBefore?.replace(/^ yaml-language-server:.*\n(?:#? *\n)?/, '');
  document.commentBefore = own === undefined ? HEAD : `${HEAD}\n\n${own}`;
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string') node.value = withWholePaths(node.value, path);
    },
  });
  document.set('mode', 'enforce');
  document.setIn(['genesys', 'api_url'], urls.apiUrl);
  document.setIn(['genesys', 'login_url'], urls.loginUrl);
  document.setIn(['genesys', 'client_id'], client.id);
  document.setIn(['genesys', 'client_secret'], client.secret);
  document.setIn(['store', 'sqlite'], storeIn(folder));
  document.delete('tests');
  return document.toString({ lineWidth: 0 });
}
