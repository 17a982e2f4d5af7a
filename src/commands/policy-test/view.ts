/** A policy test that failed, as lines that explain: what was expected, what came and why, and all that happened. */
import { BELOW_PEAK } from '../../domain/judging/judge.ts';
import { formatDuration, type Instant } from '../../domain/time/time.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { sentencesOf } from '../explain/sentences.ts';
import { ruleTable } from '../explain/view.ts';
import { explainLook, toldOf, type Miss, type Observed } from './check.ts';
import {
  logoffWords,
  measuredWords,
  reasonWords,
  type ExpectedLogoff,
  type ExpectedVerdict,
} from './expectations.ts';
import type { Logoff, PlayedLook, TestRun, TestScene } from './run.ts';
import { textTable } from '../../texts/table.ts';
import type { Times } from '../shared/times.ts';

/** Everything that a failure is told from. */
export interface FailedTest<V extends ExpectedVerdict, L extends ExpectedLogoff> {
  readonly scene: TestScene;
  readonly policy: Policy;
  readonly played: TestRun;
  readonly misses: readonly Miss<V, L>[];
  readonly expectedLogoffs: readonly L[] | undefined;
  /** The timeline as written. */
  readonly written: readonly { readonly at: Instant; readonly text: string }[];
  readonly times: Times;
}

/** Rows of what happened that are shown; more than this would not be read. */
const ROWS = 60;

/** What was expected, in the words of a test. */
export function expectedWords({ reason, rule, dueAt, profile }: ExpectedVerdict, times: Times): string {
  return words({ reason, rule, dueAt, profile, detail: undefined }, times);
}

/** What a sweep came to, in the same words. */
export function toldWords(told: Observed, times: Times): string {
  return words({ ...told, profile: undefined }, times);
}

function words({ reason, rule, dueAt, profile, detail }: Observed, times: Times): string {
  const at = dueAt === undefined || reason === 'due' || reason === 'ladder_due' || reason === 'observed';
  return [
    `${reasonWords(reason)}${rule === undefined ? '' : ` by ${rule}`}`,
    ...(at ? [] : [`due at ${times.short(dueAt)}`]),
    ...(profile === undefined ? [] : [`profile ${profile}`]),
    ...(detail === undefined ? [] : [detail === BELOW_PEAK ? 'below the licence peak' : detail]),
  ].join(', ');
}

/** One miss in one sentence. */
export function missSentence<V extends ExpectedVerdict, L extends ExpectedLogoff>(
  miss: Miss<V, L>,
  { scene, policy, times }: Pick<FailedTest<V, L>, 'scene' | 'policy' | 'times'>,
): string {
  switch (miss.kind) {
    case 'verdict': {
      const { expected, look } = miss;
      const was = look === undefined ? 'no sweep before it' : toldWords(toldOf(look, scene, policy), times);
      return `at ${times.short(expected.at)} expected "${expectedWords(expected, times)}", was "${was}"`;
    }
    case 'missing':
      return `expected a log-off at ${spanOf(miss.expected, times)} (${logoffWords(miss.expected)}), which did not happen`;
    case 'unanswered':
      return `at ${times.short(miss.at)} the agent stays, but no warning with a link was open`;
    case 'unexpected':
      return `did not expect the log-off at ${times.short(miss.logoff.at)} (${logoffWords(miss.logoff)})`;
  }
}

/** The whole explanation. */
export function failureLines<V extends ExpectedVerdict, L extends ExpectedLogoff>(
  failed: FailedTest<V, L>,
): readonly string[] {
  const verdicts = failed.misses.filter((miss) => miss.kind === 'verdict');
  const lines = verdicts.flatMap((miss) => verdictLines(miss, failed));
  const unanswered = failed.misses.filter((miss) => miss.kind === 'unanswered');
  for (const miss of unanswered) lines.push(missSentence(miss, failed), '');
  if (failed.misses.length > verdicts.length + unanswered.length)
    lines.push('Log-offs', ...logoffLines(failed), '');
  lines.push('What happened', ...story(failed).map((line) => `  ${line}`));
  return lines;
}

function verdictLines<V extends ExpectedVerdict, L extends ExpectedLogoff>(
  { expected, look }: Extract<Miss<V, L>, { kind: 'verdict' }>,
  { scene, policy, times }: FailedTest<V, L>,
): readonly string[] {
  const at = times.short(expected.at);
  if (look === undefined)
    return [`${at}  - ${expectedWords(expected, times)}`, '       + no sweep was made before', ''];
  const explanation = explainLook(look, scene, policy);
  const told = toldOf(look, scene, policy);
  const asked = expected.profile === undefined ? toldWords(told, times) : words(told, times);
  const late = look.at === expected.at ? '' : ` (sweep of ${times.short(look.at)})`;
  const held = look.hold === undefined ? [] : [`A log-off is held back: ${reasonOfHold(look.hold)}.`];
  const rules = ruleTable(explanation.rules, times, textTable);
  return [
    `${at}  - ${expectedWords(expected, times)}`,
    `${' '.repeat(at.length)}  + ${asked}${late}`,
    ...[...sentencesOf(explanation, times).filter((line) => !line.startsWith('The record')), ...held].map(
      (line) => `    ${line}`,
    ),
    ...(explanation.rules.length === 0 ? [] : rules.map((line) => `    ${line}`)),
    '',
  ];
}

function reasonOfHold(hold: NonNullable<PlayedLook['hold']>): string {
  return hold === 'settling'
    ? 'the first sweeps after a start or an outage only observe'
    : hold.replaceAll('_', ' ');
}

function logoffLines<V extends ExpectedVerdict, L extends ExpectedLogoff>(
  failed: FailedTest<V, L>,
): readonly string[] {
  const { times, misses, played, expectedLogoffs = [] } = failed;
  const missing = new Set(misses.flatMap((miss) => (miss.kind === 'missing' ? [miss.expected] : [])));
  const unexpected = new Set(misses.flatMap((miss) => (miss.kind === 'unexpected' ? [miss.logoff] : [])));
  const rows = [
    ...played.logoffs.map((each) => ({
      at: each.at,
      line: `${unexpected.has(each) ? '+' : ' '} ${times.short(each.at)} ${logoffWords(each)}  (${numbersOf(each)})`,
    })),
    ...expectedLogoffs
      .filter((each) => missing.has(each))
      .map((each) => ({ at: each.at, line: `- ${spanOf(each, times)} ${logoffWords(each)}` })),
  ];
  if (rows.length === 0) return ['  none'];
  return rows.toSorted((a, b) => a.at - b.at).map(({ line }) => `  ${line}`);
}

function numbersOf(logoff: Logoff): string {
  if (logoff.rung === undefined) return measuredWords(logoff);
  return `${formatDuration(logoff.measured)} after the return or the last answer, the wait is ${formatDuration(logoff.limit)}`;
}

function spanOf({ at, to }: ExpectedLogoff, times: Times): string {
  return at === to ? times.short(at) : `${times.short(at)}-${times.short(to)}`;
}

/** The timeline, every change of the verdict and every log-off, in order. */
function story<V extends ExpectedVerdict, L extends ExpectedLogoff>(
  failed: FailedTest<V, L>,
): readonly string[] {
  const { scene, policy, played, written, times } = failed;
  const rows: { at: Instant; order: number; text: string }[] = written.map(({ at, text }) => ({
    at,
    order: 0,
    text: `> ${text.replace(/^[\d:]+\s*(?:(?:-|–|to)\s*[\d:]+\s*)?/, '')}`,
  }));
  let before = '';
  const first = written[0]?.at ?? -Infinity;
  for (const look of played.looks) {
    const told = toldOf(look, scene, policy);
    const key = `${told.reason} ${told.rule ?? ''} ${told.detail ?? ''}`;
    if (key === before) continue;
    before = key;
    if (look.at >= first) rows.push({ at: look.at, order: 1, text: toldWords(told, times) });
  }
  for (const each of played.logoffs) rows.push({ at: each.at, order: 2, text: deedOf(each) });
  for (const { at, rule, reason } of played.givenUp)
    rows.push({
      at,
      order: 2,
      text: `* log-off by rule ${rule} given up after leaving the queue: ${reason}`,
    });
  const shown = rows.toSorted((a, b) => a.at - b.at || a.order - b.order);
  const width = Math.max(...shown.map(({ at }) => times.short(at).length), 0);
  const lines = shown.slice(0, ROWS).map(({ at, text }) => `${times.short(at).padEnd(width)}  ${text}`);
  return shown.length > ROWS ? [...lines, `… and ${shown.length - ROWS} more`] : lines;
}

function deedOf(logoff: Logoff): string {
  const { kind, rule, rung, actions } = logoff;
  const by = `${rung === undefined ? `rule ${rule}` : `rung ${rung} (rule ${rule})`}, ${numbersOf(logoff)}`;
  if (kind === 'observed') return `* would have been logged off by ${by}: only observed`;
  if (kind === 'sso') return `* session at the identity provider ended by ${by}`;
  return `* logged off by ${by}: ${actions.join(', ')}`;
}
