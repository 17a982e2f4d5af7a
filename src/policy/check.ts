/**
 * What a shape cannot say: whether the parts of a policy make sense, each by itself and together. Parts that do not fit
 * the schema are left out here, so that one run tells of every fault in all the others.
 */
import { DAY, formatDuration } from '../domain/time.ts';
import { entriesAt, noteOnce, part, warn, type Checking } from './checking.ts';
import { checkCalendars } from './check-calendars.ts';
import { checkRule } from './check-rule.ts';
import { checkExemption, checkMatch, checkOwnReturns, checkReturns } from './check-parts.ts';
import { checkChannels, checkIdentity } from './check-reach.ts';
import { longestInterval } from './cron.ts';
import { writePath, type FaultList } from './faults.ts';
import { profileShell, rule, sections, exemption, type OwnReturnsText, type ReturnsText } from './schema.ts';
import type { Path, Source } from './source.ts';

/** Checks everything that could be read. */
export function checkAll(source: Source, faults: FaultList, warnings: string[]): void {
  const sweep = part(sections.sweep, source.at(['sweep']));
  const base = {
    source,
    faults,
    warnings,
    interval: sweep === undefined ? undefined : longestInterval(sweep.every),
  };
  const calendars = checkCalendars(base);
  const first: Checking = { ...base, calendars, connector: undefined, warns: false };
  const connector = checkIdentity(first);
  const warns = checkChannels(first);
  const checking = { ...first, connector, warns };
  const returns = part(sections.returns, source.at(['returns']));
  if (returns !== undefined) checkReturns(checking, returns, ['returns'], returns);
  entriesAt(source, ['exempt']).forEach((entry, i) => {
    const fitting = part(exemption, entry);
    if (fitting !== undefined) checkExemption(checking, fitting, ['exempt', i]);
  });
  checkProfiles(checking, returns);
  if (base.interval !== undefined && base.interval > DAY) {
    warn(checking, ['sweep', 'every'], `up to ${formatDuration(base.interval)} pass between two sweeps`);
  }
}

function checkProfiles(checking: Checking, returns: ReturnsText | undefined): void {
  const { source, faults } = checking;
  const names = new Map<string, Path>();
  const ids = new Map<string, Path>();
  let everyone: string | undefined;
  entriesAt(source, ['profiles']).forEach((entry, i) => {
    const path: Path = ['profiles', i];
    const shell = part(profileShell, entry);
    if (everyone !== undefined) {
      faults.add(path, `can never have anyone: "${everyone}" above it has no match and takes everyone`);
    }
    const name = source.at([...path, 'name']);
    if (typeof name === 'string') noteOnce(checking, names, name, [...path, 'name'], 'profile');
    if (
      source.at(path) !== null &&
      typeof entry === 'object' &&
      source.at([...path, 'match']) === undefined
    ) {
      everyone ??= typeof name === 'string' ? name : writePath(path);
    }
    if (shell?.match !== undefined) checkMatch(checking, shell.match, [...path, 'match']);
    checkOwn(checking, shell?.returns, returns, path);
    checkRules(checking, ids, path);
  });
}

function checkOwn(
  checking: Checking,
  own: OwnReturnsText | undefined,
  general: ReturnsText | undefined,
  path: Path,
): void {
  if (own !== undefined && general !== undefined)
    checkOwnReturns(checking, own, general, [...path, 'returns']);
}

function checkRules(checking: Checking, ids: Map<string, Path>, profile: Path): void {
  entriesAt(checking.source, [...profile, 'rules']).forEach((entry, j) => {
    const path = [...profile, 'rules', j];
    const id = checking.source.at([...path, 'id']);
    if (typeof id === 'string') noteOnce(checking, ids, id, [...path, 'id'], 'rule');
    const fitting = part(rule, entry);
    if (fitting !== undefined) checkRule(checking, fitting, path);
  });
}
