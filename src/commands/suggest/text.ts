/** The suggestions as text for terminals, and as JSON. */
import { formatDuration, type Interval } from '../../domain/time/time.ts';
import { counted } from '../../texts/counted.ts';
import { textTable } from '../../texts/table.ts';
import { inHours } from '../report/licence.ts';
import { minuteText } from '../report/sections.ts';
import { LEAST_LOGOFFS, LEAST_PEOPLE, type Standing } from './choose.ts';
import type { Pasted, PastedRule } from './paste.ts';
import type { RuleSuggestion, SuggestedPoint, Suggestions, WholeTotal } from './suggest.ts';
import type { Range } from './sure.ts';

/** What the suggestions are of. */
export interface About {
  readonly span: Interval;
  readonly zone: string;
  readonly agents: number;
  /** How the user calls the policy. */
  readonly policy: string;
  readonly hash: string;
  /** The policy names tests of its own. */
  readonly hasTests: boolean;
  /** The share of regret that is allowed. */
  readonly regret: number;
  /** What was assumed where history does not say, in sentences. */
  readonly assumptions: readonly string[];
}

/** Lines for people. `pasted` are the rules with other limits than now. */
export function suggestLines(
  suggestions: Suggestions,
  { span, agents, policy, hasTests, regret, assumptions }: About,
  { rules: pasted, byHand }: Pasted,
): string[] {
  const { rules } = suggestions;
  const time = `from ${minuteText(span.from)} to ${minuteText(span.to)}`;
  const lines = [
    `Limits ${time}: ${counted(agents, 'agent')}, ${counted(rules.length, 'rule')}, regret of at most ${percent(regret)}`,
  ];
  for (const rule of rules) lines.push('', titleOf(rule), ...pointLines(rule), ...sentencesOf(rule));
  lines.push('', ...wholeLines(suggestions));
  if (pasted.length > 0) lines.push('', `Rules to paste into ${policy}`, ...pasted.flatMap(pasteLines));
  if (pasted.length > 0 && hasTests)
    lines.push(
      'This policy has tests, which may hold to the limits of now: run its tests again with the new ones.',
    );
  for (const rule of byHand)
    lines.push('', `Rule ${rule} is written by an anchor that others share: change its limit by hand.`);
  lines.push('', 'Assumptions behind these numbers', ...assumptions.map((text) => `- ${text}`));
  return lines;
}

function pasteLines({ text }: PastedRule): string[] {
  return text.split('\n').map((line, i) => (line === '' ? '' : `${i === 0 ? '- ' : '  '}${line}`));
}

/** What a rule has, and what is best, in a line. */
export function titleOf({ rule, profile, limit, best, observes }: RuleSuggestion): string {
  const now = `${formatDuration(limit)} now${observes ? ', in observe mode' : ''}`;
  const then =
    best === undefined
      ? 'nothing to suggest'
      : best === limit
        ? 'and no better limit'
        : `best ${formatDuration(best)}`;
  return `${rule} (profile ${profile}): ${now}, ${then}`;
}

/** The columns of the table of a rule. */
export const HEAD = [
  'limit',
  'log-offs',
  'people',
  'hours',
  'hours of all rules',
  'regret',
  'perhaps a browser',
  'licence peak',
  '',
] as const;

/** The cells of a limit. */
export function cellsOf(point: SuggestedPoint, rule: RuleSuggestion): string[] {
  const { limit, own, all, people, peak } = point;
  return [
    formatDuration(limit),
    String(own.logoffs),
    String(people),
    hours(own.recovered),
    hours(all.recovered),
    shareText(own.regret, own.logoffs),
    String(own.perhapsBrowser),
    String(peak),
    markOf(point, rule),
  ];
}

/** The limits at which the rule does anything, and the one that it has. */
export function pointsShown({ points, limit }: RuleSuggestion): readonly SuggestedPoint[] {
  if (points.every(({ own }) => own.logoffs === 0)) return [];
  return points.filter((point) => point.own.logoffs > 0 || point.limit === limit);
}

function pointLines(rule: RuleSuggestion): string[] {
  const rows = pointsShown(rule).map((point) => cellsOf(point, rule));
  return rows.length === 0 ? [] : textTable(HEAD, rows).map((line) => `  ${line}`);
}

const STANDINGS: Readonly<Record<Standing, string>> = {
  fits: '',
  none: 'no log-off',
  few: 'too few to tell',
  regret: 'too much regret',
  later: 'there, but quiet',
  returning: 'most come back',
};

function markOf({ limit, standing }: SuggestedPoint, rule: RuleSuggestion): string {
  const marks = [limit === rule.best ? 'best' : '', limit === rule.limit ? 'now' : '', STANDINGS[standing]];
  return marks.filter((mark) => mark !== '').join(', ');
}

/** What is to be said of a rule: why nothing is suggested, and how sure the numbers are. */
export function sentencesOf(rule: RuleSuggestion): string[] {
  const { points, refused, limit, best } = rule;
  const sentences = rule.why === undefined ? [] : [`  ${whyNot(rule)}`];
  for (const point of points) {
    if (point.sure === undefined || point.own.logoffs === 0) continue;
    if (point.limit !== best && point.limit !== limit) continue;
    const { share, recovered } = point.sure;
    sentences.push(
      `  ${formatDuration(point.limit)}: regret ${percent(point.share)} without browsers, ${rangeText(share, percent)}; ${hours(point.own.recovered)} hours, ${rangeText(recovered, hours)}.`,
    );
  }
  if (refused.length > 0)
    sentences.push(
      `  Not tried: ${refused.map(formatDuration).join(', ')}. A limit has to be longer than the rule’s warning, and two sweeps at least.`,
    );
  return sentences;
}

function whyNot({ why, points }: RuleSuggestion): string {
  const most = points.reduce((a, b) => (b.own.logoffs > a.own.logoffs ? b : a), points[0] ?? NO_POINT);
  switch (why) {
    case 'none':
      return 'History cannot tell: at none of these limits would the rule have logged an agent off.';
    case 'few':
      return `History cannot tell: at most ${counted(most.own.logoffs, 'log-off')} of ${counted(most.people, 'person', 'people')}; it takes ${LEAST_LOGOFFS} of ${LEAST_PEOPLE}. A longer history may.`;
    case 'silent':
      return 'History cannot tell: no sign ever follows, and most go Offline by themselves later. People who watch quietly all day look like people who left.';
    case 'unfit':
    case undefined:
      return `Where history can tell, agents who are there, or come back before long, would be logged off${points.some(({ standing }) => standing === 'few') ? '; for the other limits there are too few log-offs' : ''}. The limit stays.`;
  }
}

const NO_POINT = { own: { logoffs: 0 }, people: 0 };

function wholeLines({ now, together, peakAsItWas }: Suggestions): string[] {
  const row = (name: string, { logoffs, recovered, regret, perhapsBrowser, peak }: WholeTotal): string[] => [
    name,
    String(logoffs),
    hours(recovered),
    shareText(regret, logoffs),
    String(perhapsBrowser),
    String(peak),
  ];
  const rows = [row('  as configured', now)];
  if (together !== undefined) rows.push(row('  with all suggested limits', together));
  const head = ['All rules together', 'log-offs', 'hours', 'regret', 'perhaps a browser', 'licence peak'];
  return [...textTable(head, rows), `  without log-offs the licence peak was ${peakAsItWas}`];
}

function hours(recovered: number): string {
  return inHours(recovered).toFixed(1);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function shareText(part: number, whole: number): string {
  return whole === 0 ? '0' : `${part} (${percent(part / whole)})`;
}

function rangeText(range: Range | undefined, text: (value: number) => string): string {
  return range === undefined ? 'nothing to go by' : `${text(range.low)} to ${text(range.high)}`;
}

/** Everything as facts; see `printed` for how they are written. */
export function suggestFacts(
  { rules, ...whole }: Suggestions,
  about: About,
  pasted: readonly PastedRule[],
): object {
  return {
    ...about,
    ...whole,
    rules: rules.map((rule) => ({
      ...rule,
      limit: rule.limit,
      ...(rule.best === undefined ? { best: null } : { best: { limit: rule.best } }),
      points: rule.points.map(pointFacts),
      refused: rule.refused.map((limit) => ({ limit })),
      yaml: pasted.find((each) => each.rule === rule.rule)?.text ?? null,
    })),
  };
}

function pointFacts({ own, all, sure, share, ...point }: SuggestedPoint): object {
  return {
    ...point,
    ...own,
    all,
    regretShare: share,
    sure:
      sure === undefined
        ? null
        : {
            regretShare: sure.share,
            recovered_seconds: { low: sure.recovered.low / 1_000, high: sure.recovered.high / 1_000 },
          },
  };
}
