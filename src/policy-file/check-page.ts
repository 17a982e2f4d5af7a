/** Whether users can sign in on the page: what that needs beside itself. */
import { faultOfAddress } from './check-addresses.ts';
import { part, warn, type Checking } from './checking.ts';
import { normaliseName } from '../domain/name.ts';
import { page, type fleetPage } from './schema-page.ts';
import type { Path } from './source.ts';

/** Adds the faults of `page`. */
export function checkPage(
  checking: Pick<Checking, 'source' | 'faults' | 'warnings'>,
  shape: typeof page | typeof fleetPage = page,
): void {
  const { source, faults } = checking;
  const settings = part(shape, source.at(['page']) ?? {});
  if (settings === undefined) return;
  const { url, secret, sign_in: signIn } = settings;
  if (url !== undefined) checkPlace(checking, url);
  if (signIn === undefined) {
    if (secret !== undefined && source.at(['stay']) === undefined)
      warn(checking, ['page', 'secret'], 'seals nothing without page.sign_in, or stay');
    return;
  }
  const here: Path = ['page', 'sign_in'];
  if (url === undefined) faults.add(here, 'needs page.url: the provider sends users back to it');
  if (secret === undefined)
    faults.add(here, 'needs page.secret: it seals the sessions; take the output of openssl rand -hex 32');
  checkRoles(checking, signIn, here);
  checkAddress(checking, signIn.issuer, [...here, 'issuer'], 'others on the way could sign in as anyone');
}

/** Where the page is: a proxy may take its path away, so it must not be the path of one of its own parts. */
function checkPlace(checking: Pick<Checking, 'source' | 'faults'>, url: string): void {
  const path: Path = ['page', 'url'];
  checkAddress(checking, url, path, 'sessions of users could be read on the way');
  const [, first = ''] = URL.canParse(url) ? new URL(url).pathname.split('/') : [];
  if (OWN.has(first))
    checking.faults.add(
      path,
      `begins with /${first}, which is an address of the page itself: take another path`,
    );
}

/** First parts of the paths that the worker answers. */
const OWN: ReadonlySet<string> = new Set([
  ...['agent', 'callback', 'events', 'find', 'page.css', 'page.js', 'pause', 'resume', 'sign-in', 'sign-out'],
  ...['stay', 'healthz', 'readyz', 'metrics', 'status'],
]);

/** Somebody must be able to see more than before. */
function checkRoles(
  { source, faults }: Pick<Checking, 'source' | 'faults'>,
  signIn: SignInText,
  path: Path,
): void {
  const { organisations = {} } = signIn;
  const own = Object.entries(organisations);
  for (const [name, roles] of own)
    if (hasNone(roles)) faults.add([...path, 'organisations', name], 'needs viewers or operators');
  if (own.length === 0 && hasNone(signIn))
    faults.add(path, 'needs viewers or operators: without them users sign in and see no more than before');
  const names = new Map<string, string>();
  for (const [name] of own) {
    const form = normaliseName(name);
    if (names.has(form))
      faults.add([...path, 'organisations', name], 'stands twice: names are compared without case');
    names.set(form, name);
  }
  if (source.at([...path, 'organisations']) !== undefined && own.length === 0)
    faults.add([...path, 'organisations'], 'is empty: leave it out if the roles hold for all organisations');
}

interface RolesText {
  readonly viewers?: unknown;
  readonly operators?: unknown;
}

interface SignInText extends RolesText {
  readonly organisations?: Readonly<Record<string, RolesText>> | undefined;
}

function hasNone({ viewers, operators }: RolesText): boolean {
  return viewers === undefined && operators === undefined;
}

/** An address of the page or the provider: plain HTTP on this machine alone, and nothing that is not a place. */
function checkAddress(
  { source, faults }: Pick<Checking, 'source' | 'faults'>,
  address: string,
  path: Path,
  why: string,
): void {
  if (source.isAbsent(path)) return;
  const fault = faultOfAddress(address);
  if (fault !== undefined) faults.add(path, fault);
  if (!URL.canParse(address)) return;
  const { protocol, hostname } = new URL(address);
  if (protocol === 'http:' && !LOOPBACK.has(hostname))
    faults.add(path, `must begin with https://: by plain HTTP ${why}`);
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
