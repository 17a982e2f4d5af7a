/** What a policy test expected against what came, and what to show of it. Pure. */
import type { Reason } from '../../domain/judging/judge.ts';
import { isSameName } from '../../domain/name.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import type { Instant } from '../../domain/time/time.ts';
import { explainAgent, type Explanation } from '../explain/explain.ts';
import { peakAt } from './head-counts.ts';
import type { ExpectedLogoff, ExpectedVerdict } from './expectations.ts';
import type { Logoff, PlayedLook, TestRun, TestScene } from './run.ts';

/** What a sweep came to, in the terms of an expectation. */
export interface Observed {
  readonly reason: Reason;
  readonly rule: string | undefined;
  readonly dueAt: Instant | undefined;
  readonly profile: string | undefined;
  readonly detail: string | undefined;
}

/** One expectation that was not met. */
export type Miss<V extends ExpectedVerdict, L extends ExpectedLogoff> =
  | { readonly kind: 'verdict'; readonly expected: V; readonly look: PlayedLook | undefined }
  | { readonly kind: 'missing'; readonly expected: L }
  | { readonly kind: 'unexpected'; readonly logoff: Logoff }
  /** The agent was to answer a warning at this time, and none could be answered. */
  | { readonly kind: 'unanswered'; readonly at: Instant };

/** The case of the agent at one look, by the same means as the command `explain`. */
export function explainLook(
  look: PlayedLook,
  { agent, interval, headCounts = [] }: TestScene,
  policy: Policy,
): Explanation {
  const { id, name, email } = agent;
  const stored = { id, name, email, profile: look.verdict.profile };
  const nothing = { standing: undefined, pause: undefined, events: [], learnt: [] };
  return explainAgent({
    ...nothing,
    agent: stored,
    memory: look.memory,
    policy,
    live: { agent, observation: look.observation },
    interval,
    peak: peakAt(headCounts, policy, look.at),
    now: look.at,
  });
}

/** A look in the terms of an expectation. */
export function toldOf(look: PlayedLook, scene: TestScene, policy: Policy): Observed {
  const { reason, due, nextAt, profile, detail } = look.verdict;
  const { next } = explainLook(look, scene, policy);
  return { reason, rule: due?.ruleId ?? next?.rule, dueAt: next?.at ?? nextAt, profile, detail };
}

/** Compares; verdicts first, then log-offs, each in the order of the file. */
export function check<V extends ExpectedVerdict, L extends ExpectedLogoff>(
  expected: { readonly verdicts: readonly V[]; readonly logoffs: readonly L[] | undefined },
  { looks, logoffs, unanswered }: TestRun,
  scene: TestScene,
  policy: Policy,
): readonly Miss<V, L>[] {
  const misses: Miss<V, L>[] = unanswered.map((at) => ({ kind: 'unanswered', at }));
  for (const each of expected.verdicts) {
    const look = looks.findLast(({ at }) => at <= each.at);
    if (look === undefined || !meets(toldOf(look, scene, policy), each))
      misses.push({ kind: 'verdict', expected: each, look });
  }
  if (expected.logoffs === undefined) return misses;
  const left = [...logoffs];
  for (const each of expected.logoffs) {
    const found = left.findIndex((logoff) => isSame(logoff, each));
    if (found < 0) misses.push({ kind: 'missing', expected: each });
    else left.splice(found, 1);
  }
  return [...misses, ...left.map((logoff) => ({ kind: 'unexpected' as const, logoff }))];
}

function meets(told: Observed, { reason, rule, dueAt, profile }: ExpectedVerdict): boolean {
  return (
    told.reason === reason &&
    (rule === undefined || isSameName(told.rule ?? '', rule)) &&
    (dueAt === undefined || told.dueAt === dueAt) &&
    (profile === undefined || isSameName(told.profile ?? '', profile))
  );
}

function isSame(logoff: Logoff, { kind, at, to, again = 0, rule, rung }: ExpectedLogoff): boolean {
  const isWithin = (when: Instant): boolean => when >= at && when <= to;
  return (
    logoff.kind === kind &&
    isSameName(logoff.rule, rule) &&
    logoff.rung === rung &&
    (isWithin(logoff.at) || isWithin(logoff.at - again))
  );
}
