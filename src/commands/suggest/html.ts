/** The suggestions as one HTML file that needs no network and no script: a curve and a table for each rule. */
import { VERSION } from '../../app/version.ts';
import { formatDuration } from '../../domain/time/time.ts';
import { htmlText } from '../../texts/clean.ts';
import { reportHtml } from '../report/html.ts';
import { inHours } from '../report/licence.ts';
import { localMinute } from '../report/sections.ts';
import type { RuleSuggestion, Suggestions } from './suggest.ts';
import { cellsOf, HEAD, pointsShown, sentencesOf, titleOf, type About } from './text.ts';

/** Renders the page. */
export function suggestHtml({ rules, now, together, peakAsItWas }: Suggestions, about: About): string {
  const { span, zone, agents, policy, regret } = about;
  const then = together ?? now;
  const hours = (recovered: number): string => String(Math.round(inHours(recovered)));
  const shown = {
    title: 'Idle enforcer: suggested limits',
    about: [
      ['Time', `${localMinute(span.from, zone)} to ${localMinute(span.to, zone)} (${zone})`],
      ['Policy', policy],
      ['Agents', String(agents)],
      ['Regret of at most', `${regret * 100} %`],
      ['Made', `by version ${VERSION}`],
    ] as const,
    headlines: [
      ['Hours recovered as configured', hours(now.recovered)],
      ['Hours with all suggested limits', hours(then.recovered)],
      ['Log-offs as configured', String(now.logoffs)],
      ['Log-offs with all suggested limits', String(then.logoffs)],
      ['Licence peak as it was', String(peakAsItWas)],
      ['Licence peak with all suggested limits', String(then.peak)],
    ] as const,
    sections: rules.map((rule) => ({
      title: titleOf(rule),
      head: HEAD,
      rows: pointsShown(rule).map((point) => cellsOf(point, rule)),
      note: sentencesOf(rule).join(' '),
    })),
    assumptions: about.assumptions,
  };
  return reportHtml(
    shown,
    undefined,
    rules.flatMap((rule) => figureOf(rule, regret)),
  );
}

const WIDTH = 480;
const HEIGHT = 240;
const EDGE = { left: 44, right: 44, top: 26, bottom: 40 };

/** Hours that the policy recovers, and the regret of the rule, over its limits. None where no log-off came about. */
function figureOf(rule: RuleSuggestion, allowed: number): string[] {
  const points = rule.points.filter(({ own }) => own.logoffs > 0);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const mostHours = Math.max(1, ...points.map(({ all }) => inHours(all.recovered)));
  const mostRegret = Math.max(allowed * 2, 0.01, ...points.map(({ share }) => share));
  const spread = Math.log(last.limit / first.limit) || 1;
  const x = (limit: number): number =>
    EDGE.left + (Math.log(limit / first.limit) / spread) * (WIDTH - EDGE.left - EDGE.right);
  const y = (share: number): number => HEIGHT - EDGE.bottom - share * (HEIGHT - EDGE.top - EDGE.bottom);
  /** With a dot for each limit: of a single one there is no line. */
  const line = (colour: string, height: (point: (typeof points)[number]) => number): string => {
    const places = points.map((point) => [x(point.limit).toFixed(1), y(height(point)).toFixed(1)] as const);
    const dots = places.map(
      ([across, down]) => `<circle cx="${across}" cy="${down}" r="2.5" fill="${colour}"/>`,
    );
    const path = places.map((place) => place.join(',')).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`;
  };
  const text = (at: number, down: number, what: string, anchor: string, colour: string): string =>
    `<text x="${at.toFixed(1)}" y="${down.toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${htmlText(what)}</text>`;
  const labels = points.map(({ limit }, i) =>
    text(x(limit), HEIGHT - EDGE.bottom + (i % 2 === 0 ? 15 : 28), formatDuration(limit), 'middle', INK),
  );
  const marks = points
    .filter(({ limit }) => limit === rule.best)
    .map(
      ({ limit }) =>
        `<line x1="${x(limit)}" x2="${x(limit)}" y1="${EDGE.top}" y2="${HEIGHT - EDGE.bottom}" stroke="${INK}" stroke-dasharray="2 3"/>`,
    );
  const bound = y(allowed / mostRegret);
  const title = htmlText(titleOf(rule));
  return [
    `<figure class="wide"><figcaption>${title}</figcaption>
<div class="scroll" tabindex="0" role="region" aria-label="Curves: ${title}"><svg class="curves" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}" font-size="10" font-family="inherit" width="100%">
<line x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${bound.toFixed(1)}" y2="${bound.toFixed(1)}" stroke="${REGRET}" stroke-dasharray="4 4" opacity="0.6"/>
${marks.join('')}
${line(HOURS, ({ all }) => inHours(all.recovered) / mostHours)}
${line(REGRET, ({ share }) => share / mostRegret)}
${text(EDGE.left, EDGE.top - 10, `hours, up to ${Math.round(mostHours)}`, 'start', HOURS)}
${text(WIDTH - EDGE.right, EDGE.top - 10, `regret, up to ${(mostRegret * 100).toFixed(1)} %; dashed: allowed`, 'end', REGRET)}
${labels.join('')}
</svg></div></figure>`,
  ];
}

const INK = 'var(--soft)';
const HOURS = 'var(--was)';
const REGRET = 'var(--without)';
