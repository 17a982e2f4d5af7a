/** Parts of a policy that can have no effect: conditions that no agent meets, rules and profiles that others always beat. */
import { normaliseName } from '../domain/name.ts';
import { fitOf, isLeftAlone } from '../domain/policy/when.ts';
import type { When } from '../domain/policy/policy.ts';
import { entriesAt, part, warn, type Checking } from './checking.ts';
import { deadState, isCoveredBy, NOTHING_LEFT } from './dead-states.ts';
import { ALL_PAIRS, canBeDue, isSane, whenOfText } from './reach.ts';
import {
  exemption,
  match,
  rule,
  type ExemptionText,
  type MatchText,
  type RuleText,
  type WhenText,
} from './schema.ts';
import type { Path } from './source.ts';

/** Warns of a condition of a rule that makes no agent due. Answers whether none of the states that it names does. */
export function warnOfDeadWhen(checking: Checking, when: WhenText, path: Path): boolean {
  const written = Object.values(when).some((value) => value !== undefined);
  // Both are refused.
  if (!written || when.presence?.includes('OFFLINE') === true) return false;
  const dead = deadState(whenOfText(when));
  // That labels leave nothing is told as well, but says nothing of the states.
  const why = dead?.why ?? (leavesNothing(when) ? NOTHING_LEFT : undefined);
  if (why !== undefined) warn(checking, path, `makes no agent due: ${why}`);
  return dead !== undefined;
}

function leavesNothing(block: WhenText | MatchText | ExemptionText): boolean {
  return block.not !== undefined && isCoveredBy(block, block.not);
}

/** Warns of exemptions that protect no agent, and of profiles that have none. */
export function checkDead(checking: Checking): void {
  entriesAt(checking.source, ['exempt']).forEach((entry, i) => {
    const fitting = part(exemption, entry);
    if (fitting !== undefined) checkExemption(checking, fitting, ['exempt', i]);
  });
  checkProfiles(checking);
}

function checkExemption(checking: Checking, entry: ExemptionText, path: Path): void {
  if (leavesNothing(entry)) {
    warn(checking, path, `protects no agent: ${NOTHING_LEFT}`);
    return;
  }
  const { presence, secondary_presence, routing } = entry;
  const dead = deadState(whenOfText({ presence, secondary_presence, routing }));
  if (dead?.kind === 'contradiction') warn(checking, path, `changes nothing: ${dead.why}`);
}

/** What a profile covers, and where it stands. */
interface Covered {
  readonly path: Path;
  readonly match: MatchText;
}

function checkProfiles(checking: Checking): void {
  const { source } = checking;
  const earlier: Covered[] = [];
  entriesAt(source, ['profiles']).forEach((_, i) => {
    const path: Path = ['profiles', i];
    checkRules(checking, path);
    const given = part(match, source.at([...path, 'match']));
    if (given === undefined) return;
    const here = [...path, 'match'];
    const first = earlier.find((one) => isCoveredBy(given, one.match));
    if (leavesNothing(given)) warn(checking, here, `fits no agent: ${NOTHING_LEFT}`);
    else if (first !== undefined)
      warn(
        checking,
        here,
        `has no agent left: each one who fits has the profile in line ${source.place(first.path).line} already; put the narrower profile first`,
      );
    earlier.push({ path, match: given });
  });
}

/** A rule with the states in which it makes agents due, one bit for each. */
interface Weighed {
  readonly path: Path;
  readonly rule: RuleText;
  readonly enforces: boolean;
  /** States in which it may count, and in which it surely does. */
  readonly may: bigint;
  readonly does: bigint;
  /** All that must be alike in two rules beside states and limit. */
  readonly hours: string;
}

function checkRules(checking: Checking, profile: Path): void {
  const { source } = checking;
  const observes = source.at([...profile, 'mode']) === 'observe';
  const weighed = entriesAt(source, [...profile, 'rules']).flatMap((entry, j) => {
    const fitting = part(rule, entry);
    return fitting === undefined ? [] : [weigh(fitting, [...profile, 'rules', j], observes)];
  });
  for (const one of weighed) {
    const first = weighed.find((other) => beats(other, one));
    if (first === undefined) continue;
    warn(
      checking,
      one.path,
      `is never due: the rule in line ${source.place(first.path).line} logs all of these agents off sooner; leave one of them out, or let that one name fewer states`,
    );
  }
}

function weigh(text: RuleText, path: Path, observes: boolean): Weighed {
  const when = whenOfText(text.when);
  const { during, outside } = text;
  return {
    path,
    rule: text,
    enforces: !observes && text.mode !== 'observe',
    may: bitsOf(text, (pair) => fitOf(when, pair) !== 'no'),
    does: bitsOf(text, (pair) => fitOf(when, pair) === 'yes'),
    hours: during === undefined && outside === undefined ? '' : hoursOf(during, outside),
  };
}

function hoursOf(during: string | undefined, outside: string | undefined): string {
  return `${during === undefined ? 'outside' : 'during'} ${normaliseName(during ?? outside ?? '')}`;
}

type Shown = Parameters<typeof fitOf>[1];

function bitsOf({ waiting_on_queue }: RuleText, fits: (state: Shown) => boolean): bigint {
  let bits = 0n;
  ALL_PAIRS.forEach((pair, i) => {
    if (!isSane(pair) || !canBeDue(pair) || isLeftAlone({ waitingOnQueue: waiting_on_queue }, shown(pair)))
      return;
    if (fits(shown(pair))) bits |= 1n << BigInt(i);
  });
  return bits;
}

function shown(pair: Pick<Shown, 'presence' | 'routing'>): Shown {
  return { ...pair, presenceId: undefined };
}

/** Whether a rule logs every agent off before another one is due. Labels are only compared as they are written. */
function beats(a: Weighed, b: Weighed): boolean {
  return a !== b && isSooner(a, b) && ((b.may & ~a.does) === 0n || isSameCondition(a.rule, b.rule));
}

/** Whether a rule measures at least as much as another, in the same way, and has its limit first. */
function isSooner(a: Weighed, b: Weighed): boolean {
  if (!a.enforces || a.rule.clock !== b.rule.clock || b.may === 0n) return false;
  if (a.hours !== '' && a.hours !== b.hours) return false;
  if (waitsFurther(a.rule, b.rule)) return false;
  const isFirst = Number(a.path.at(-1)) < Number(b.path.at(-1));
  return a.rule.limit < b.rule.limit || (a.rule.limit === b.rule.limit && isFirst);
}

/** Whether a rule waits for something besides its limit that another does not wait for: a warning, or the licence peak. */
function waitsFurther(a: RuleText, b: RuleText): boolean {
  if (a.warn !== undefined && b.warn === undefined) return true;
  return (a.near_peak ?? 0) > (b.near_peak ?? 0);
}

function isSameCondition(a: RuleText, b: RuleText): boolean {
  return (
    (a.waiting_on_queue || !b.waiting_on_queue) &&
    JSON.stringify(canonical(whenOfText(a.when))) === JSON.stringify(canonical(whenOfText(b.when)))
  );
}

function canonical(when: When): unknown {
  const { presence = [], secondaryPresence = [], routing = [], not } = when;
  return [[...presence].sort(), [...secondaryPresence].sort(), [...routing].sort(), not && canonical(not)];
}
