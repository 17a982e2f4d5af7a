/**
 * What a shape cannot say: whether the parts of a policy make sense, each by itself and together. Parts that do not fit
 * the schema are left out here, so that one run tells of every fault in all the others.
 */
import { DAY, formatDuration } from '../domain/time/time.ts';
import {
  entriesAt,
  isBlock,
  noteOnce,
  part,
  readable,
  readableText,
  warn,
  type Checking,
} from './checking.ts';
import { checkCaps, checkGrace, checkIdentityCap } from './check-bounds.ts';
import { checkCalendars, shiftCalendars } from './check-calendars.ts';
import { checkDead } from './check-dead.ts';
import { checkPage } from './check-page.ts';
import { checkRollout } from './check-rollout.ts';
import { checkStay, type PageBeside } from './check-stay.ts';
import { checkOpening } from './check-opening.ts';
import { checkAddresses } from './check-addresses.ts';
import { checkStore } from './check-store.ts';
import { checkVariables } from './check-variables.ts';
import { checkWildcards } from './check-wildcards.ts';
import { checkWindows } from './check-windows.ts';
import { checkRule } from './check-rule.ts';
import { checkExemption, checkMatch, checkOwnReturns, checkReturns } from './check-parts.ts';
import { checkChannels, checkIdentity, checkUnused } from './check-reach.ts';
import { longestInterval } from './cron.ts';
import type { FaultList } from './faults.ts';
import {
  exemption,
  ownReturns,
  profileShell,
  rule,
  rung,
  sections,
  when,
  match,
  type ReturnsText,
} from './schema.ts';
import type { Path, Source } from './source.ts';

/** Checks everything that could be read. */
export function checkAll(source: Source, faults: FaultList, warnings: string[], fleet?: PageBeside): void {
  const sweep = part(sections.sweep, source.at(['sweep']));
  const base = {
    source,
    faults,
    warnings,
    interval: sweep === undefined ? undefined : longestInterval(sweep.every),
  };
  const calendars = checkCalendars(base);
  const unknown = { connector: undefined, warns: false, reported: true };
  const first: Checking = {
    ...base,
    calendars,
    alwaysOpen: checkOpening(base),
    shifts: shiftCalendars(base),
    ...unknown,
  };
  const checking = { ...first, connector: checkIdentity(first), ...checkChannels(first) };
  const general = checkGeneralReturns(checking);
  entriesAt(source, ['exempt']).forEach((entry, i) => {
    const fitting = readable(exemption, entry, KEYS);
    if (fitting !== undefined) checkExemption(checking, fitting, ['exempt', i]);
  });
  checkProfiles(checking, general);
  checkDead(checking);
  checkPage(checking);
  checkStay(checking, fleet);
  checkRollout(checking);
  checkCaps(checking);
  checkIdentityCap(checking);
  checkGrace(checking, general);
  checkUnused(checking, laddersIn(source, general));
  checkVariables(checking);
  checkWindows(checking);
  checkWildcards(checking);
  checkStore(checking);
  checkAddresses(checking);
  if (base.interval !== undefined && base.interval > DAY) {
    warn(checking, ['sweep', 'every'], `up to ${formatDuration(base.interval)} pass between two sweeps`);
  }
}

function laddersIn(source: Source, general: ReturnsText | undefined): readonly ReturnsText['ladder'][] {
  const own = entriesAt(source, ['profiles']).flatMap((_, i) => {
    const returns = part(ownReturns, source.at(['profiles', i, 'returns']) ?? {});
    return returns?.ladder === undefined ? [] : [returns.ladder];
  });
  return general === undefined ? own : [general.ladder, ...own];
}

/** Stand-ins for keys with faults: none of the checks minds them. */
const NAMES = ['a-name'];
const KEYS = {
  users: NAMES,
  groups: NAMES,
  roles: NAMES,
  divisions: NAMES,
  queues: NAMES,
  teams: NAMES,
  presence: ['away'],
  secondary_presence: NAMES,
  routing: ['off_queue'],
  scheduled: ['meeting'],
};
const RUNG = { wait: '1m', actions: ['offline'] };

function standInsForRule(entry: unknown): Readonly<Record<string, unknown>> {
  const given = isBlock(entry) ? readableText(when, entry['when'], KEYS) : undefined;
  return { id: 'a-rule', limit: '3660d', when: given ?? { presence: ['away'], routing: ['off_queue'] } };
}

function standInsForProfile(entry: unknown): Readonly<Record<string, unknown>> {
  const given = isBlock(entry) ? readableText(match, entry['match'], KEYS) : undefined;
  return { name: 'a profile', match: given ?? { groups: NAMES } };
}

function standInsForReturns(value: unknown): Readonly<Record<string, unknown>> {
  const ladder = isBlock(value) ? value['ladder'] : undefined;
  if (!Array.isArray(ladder) || ladder.length === 0) return {};
  return { ladder: ladder.map((one: unknown) => (part(rung, one) === undefined ? RUNG : one)) };
}

/** The general answer to returns as far as it can be read. */
function checkGeneralReturns(checking: Checking): ReturnsText | undefined {
  const value = checking.source.at(['returns']) ?? {};
  const general = readable(sections.returns, value, standInsForReturns(value));
  const written = readable(ownReturns, value, standInsForReturns(value));
  if (general !== undefined && written !== undefined) checkReturns(checking, general, ['returns'], written);
  return general;
}

function checkProfiles(checking: Checking, general: ReturnsText | undefined): void {
  const { source, faults } = checking;
  const names = new Map<string, Path>();
  const ids = new Map<string, Path>();
  let everyone: number | undefined;
  entriesAt(source, ['profiles']).forEach((entry, i) => {
    const path: Path = ['profiles', i];
    const shell = readable(profileShell, entry, standInsForProfile(entry));
    if (everyone !== undefined) {
      faults.add(
        path,
        `can never have anyone: the profile in line ${everyone} has no match and takes everyone`,
      );
    }
    const name = source.at([...path, 'name']);
    if (typeof name === 'string') noteOnce(checking, names, name, [...path, 'name'], 'profile');
    if (isBlock(entry) && source.at([...path, 'match']) === undefined) {
      everyone ??= source.place(path).line;
    }
    if (shell?.match !== undefined) checkMatch(checking, shell.match, [...path, 'match']);
    checkOwn(checking, general, [...path, 'returns']);
    checkRules(checking, ids, path);
  });
}

function checkOwn(checking: Checking, general: ReturnsText | undefined, path: Path): void {
  const value = checking.source.at(path);
  const own = value === undefined ? undefined : readable(ownReturns, value, standInsForReturns(value));
  if (own === undefined || general === undefined) return;
  const isUnreadable = Object.keys(own).length === 0 && isBlock(value) && Object.keys(value).length > 0;
  if (!isUnreadable) checkOwnReturns(checking, own, general, path);
}

function checkRules(checking: Checking, ids: Map<string, Path>, profile: Path): void {
  entriesAt(checking.source, [...profile, 'rules']).forEach((entry, j) => {
    const path = [...profile, 'rules', j];
    const id = checking.source.at([...path, 'id']);
    if (typeof id === 'string') noteOnce(checking, ids, id, [...path, 'id'], 'rule');
    const fitting = readable(rule, entry, standInsForRule(entry));
    if (fitting !== undefined) checkRule(checking, fitting, path);
  });
}
