/** Whether warnings can carry links, and whether there are warnings that would. */
import { entriesAt, isBlock, part, warn, type Checking } from './checking.ts';
import type { PageSettings } from './draft.ts';
import { page } from './schema-page.ts';

/** The page of the process: the policy's own, or that of the fleet, which stands in another file. */
export interface PageBeside extends Pick<PageSettings, 'url' | 'secret'> {
  /** The file of the fleet. */
  readonly file: string;
}

/** Adds the faults of `stay`. */
export function checkStay(
  checking: Pick<Checking, 'source' | 'faults' | 'warnings'>,
  fleet: PageBeside | undefined,
): void {
  const { source, faults } = checking;
  if (source.at(['stay']) === undefined) return;
  const { url, secret } = fleet ?? part(page, source.at(['page']) ?? {}) ?? UNREADABLE;
  const where = fleet === undefined ? '' : ` in ${fleet.file}`;
  if (url === undefined)
    warn(checking, ['stay'], `does nothing without page.url${where}: warnings carry no link`);
  else if (secret === undefined)
    faults.add(
      ['stay'],
      `needs page.secret${where}: it seals the links; take the output of openssl rand -hex 32`,
    );
  if (!hasWarnings(source))
    warn(checking, ['stay'], 'does nothing: no rule has warn, so no agent is sent a link');
}

/** A page with faults of its own has been told of. */
const UNREADABLE = { url: '', secret: '' };

function hasWarnings(source: Checking['source']): boolean {
  return entriesAt(source, ['profiles']).some((_, i) =>
    entriesAt(source, ['profiles', i, 'rules']).some((rule) => isBlock(rule) && rule['warn'] !== undefined),
  );
}
