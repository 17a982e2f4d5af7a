/**
 * Limits for the rules of a policy, from the organisation's own past. Every limit of every rule is a policy of its own, replayed by the
 * engine of `backtest`, all of them in one pass; then all suggested limits together in another. Pure.
 */
import { billingPeriods, type BillingCalendar } from '../../domain/licence/billing.ts';
import { peakOf, type HeadSeries } from '../../domain/licence/head-counts.ts';
import type { Policy, Rule } from '../../domain/policy/policy.ts';
import type { Duration, Interval } from '../../domain/time/time.ts';
import type { History } from '../backtest/history.ts';
import { replayTogether } from '../backtest/replay.ts';
import { bestOf, regretShare, soonOf, standingOf, type NoBest, type Standing, type Tried } from './choose.ts';
import { Sums, type Total } from './sums.ts';
import { shareRange, sumRange, type Range } from './sure.ts';
import { variationsOf, withLimits, type Variation } from './variations.ts';

/** What is asked for. */
export interface Wanted {
  /** Between two sweeps. */
  readonly interval: Duration;
  readonly span: Interval;
  /** When billing months begin. */
  readonly calendar: BillingCalendar;
  /** The share of log-offs that a sign within ten minutes may follow. */
  readonly regret: number;
  /** The limits to try; without them some around each rule's own. */
  readonly limits: readonly Duration[] | undefined;
  readonly isWanted: (rule: Rule) => boolean;
  /** Is told now and then how much is done, from 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** A limit that was tried. */
export interface SuggestedPoint extends Tried {
  readonly standing: Standing;
  /** The share by which it was chosen: regrets that cannot have been a browser. */
  readonly share: number;
  /** The highest licence peak of the months, see `peakWith`. */
  readonly peak: number;
  /** 95 % intervals by agent, of the share and of the time that the rule recovers; for the best limit and the one of the rule. */
  readonly sure: { readonly share: Range | undefined; readonly recovered: Range } | undefined;
}

/** One rule. */
export interface RuleSuggestion {
  readonly rule: string;
  readonly profile: string;
  readonly observes: boolean;
  /** The one that the rule has. */
  readonly limit: Duration;
  /** The best one, which may be the same; or why there is none. */
  readonly best: Duration | undefined;
  readonly why: NoBest | undefined;
  readonly points: readonly SuggestedPoint[];
  readonly refused: readonly Duration[];
}

/** What a policy as a whole comes to. */
export interface WholeTotal extends Readonly<Total> {
  readonly peak: number;
}

/** All rules. */
export interface Suggestions {
  readonly rules: readonly RuleSuggestion[];
  readonly peakAsItWas: number;
  /** The policy as it is; its rules in observe mode do nothing. */
  readonly now: WholeTotal;
  /** With every suggested limit at once; `undefined` where none is another than now. */
  readonly together: WholeTotal | undefined;
}

interface Trial {
  readonly variation: Variation;
  readonly limit: Duration;
  readonly policy: Policy;
  readonly sums: Sums;
}

/** How much of the work the first pass is. */
const FIRST_PASS = 0.8;

/** Tries the limits. The policy must be resolved. */
export function suggest(history: History, policy: Policy, wanted: Wanted): Suggestions {
  const { interval, span, onProgress } = wanted;
  const numbers = new Map(history.agents.map(({ agent }, number) => [agent.id, number]));
  const variations = variationsOf(policy, wanted.isWanted, interval, wanted.limits);
  const now = new Sums('', 0, numbers);
  const trials = variations.flatMap((variation) => trialsOf(policy, variation, numbers));
  const parts = [{ policy: withLimits(policy, new Map()), tally: now.tally }].concat(
    trials.map(({ policy: own, sums }) => ({ policy: own, tally: sums.tally })),
  );
  const [asItIs, ...outcomes] = replayTogether(history, parts, {
    interval,
    span,
    onProgress: (share) => {
      onProgress(share * FIRST_PASS);
    },
  });
  const peaks = outcomes.map((outcome) => peakWith(outcome.withPolicy, wanted));
  const rules = variations.map((variation) => {
    const tried = trials.flatMap((trial, i) =>
      trial.variation === variation ? [{ ...trial, peak: peaks[i] ?? 0 }] : [],
    );
    return suggestionOf(variation, tried, wanted.regret);
  });
  return {
    rules,
    peakAsItWas: asItIs === undefined ? 0 : peakWith(asItIs.asItWas, wanted),
    now: { ...now.all, peak: asItIs === undefined ? 0 : peakWith(asItIs.withPolicy, wanted) },
    together: together(history, policy, rules, numbers, wanted),
  };
}

function trialsOf(policy: Policy, variation: Variation, numbers: ReadonlyMap<string, number>): Trial[] {
  const { rule, limits } = variation;
  return limits.map((limit) => ({
    variation,
    limit,
    policy: withLimits(policy, new Map([[rule.id, limit]])),
    sums: new Sums(rule.id, soonOf(rule.limit), numbers),
  }));
}

function suggestionOf(
  { rule, profile, refused }: Variation,
  trials: readonly (Trial & { readonly peak: number })[],
  allowed: number,
): RuleSuggestion {
  const tried = trials.map(({ limit, sums }): Tried => {
    const { own, all, people, later, returned, left } = sums;
    return { limit, own, all, people, later, returned, left };
  });
  const chosen = bestOf(tried, rule.limit, allowed);
  const best = 'best' in chosen ? chosen.best.limit : undefined;
  const points = tried.map((each, i): SuggestedPoint => {
    const { sums, peak } = trials[i] ?? { sums: new Sums(rule.id, 0, new Map()), peak: 0 };
    const { limit } = each;
    const { logoffsBy, regretBy, recoveredBy } = sums;
    const isNamed = limit === best || limit === rule.limit;
    return {
      ...each,
      standing: standingOf(each, allowed),
      share: regretShare(each.own),
      peak,
      sure: isNamed
        ? { share: shareRange(regretBy, logoffsBy), recovered: sumRange(recoveredBy) }
        : undefined,
    };
  });
  return {
    rule: rule.id,
    profile: profile.name,
    observes: rule.mode === 'observe',
    limit: rule.limit,
    best,
    why: 'why' in chosen ? chosen.why : undefined,
    points,
    refused,
  };
}

/** The policy with all that is suggested. */
function together(
  history: History,
  policy: Policy,
  rules: readonly RuleSuggestion[],
  numbers: ReadonlyMap<string, number>,
  wanted: Wanted,
): WholeTotal | undefined {
  const { interval, span, onProgress } = wanted;
  const changed = rules.filter(
    ({ best, limit, observes }) => best !== undefined && (best !== limit || observes),
  );
  if (changed.length === 0) return undefined;
  const limits = new Map(changed.map(({ rule, best, limit }) => [rule, best ?? limit]));
  const sums = new Sums('', 0, numbers);
  const parts = [{ policy: withLimits(policy, limits), tally: sums.tally }];
  const [outcome] = replayTogether(history, parts, {
    interval,
    span,
    onProgress: (share) => {
      onProgress(FIRST_PASS + share * (1 - FIRST_PASS));
    },
  });
  return { ...sums.all, peak: outcome === undefined ? 0 : peakWith(outcome.withPolicy, wanted) };
}

/**
 * The highest peak of the billing months: the head-count at or above which a month spent 30 minutes, the stricter reading of the
 * published method, which no ragged top makes nothing of.
 */
function peakWith(series: HeadSeries, { span, calendar, interval }: Wanted): number {
  const peaks = billingPeriods(span, calendar).map(({ from, to }) =>
    peakOf(series, { from, to }, interval, interval),
  );
  return Math.max(0, ...peaks.map(({ atOrAbove }) => atOrAbove));
}
