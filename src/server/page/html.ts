/**
 * The page as HTML, made on the server and whole without a script. Its parts have ids: of a page that is open, those that have changed
 * are put in place of the old ones.
 */
import { formatDuration, HOUR, SECOND, type Duration } from '../../domain/time/time.ts';
import { counted } from '../../texts/counted.ts';
import { exactPercentText } from '../../texts/percent.ts';
import { htmlText } from '../../texts/clean.ts';
import { barChart, lineChart, niceTop } from './chart.ts';
import type { Count, DayFacts, PageFacts, PauseFacts, RolloutPart, SweepFacts } from './facts.ts';
import { pageTimes, type PageTimes } from './instants.ts';

/** How the page stands in the site. */
export interface Frame {
  /** The path under which readers reach the page, without a slash at its end: empty, or what a proxy puts in front. */
  readonly prefix: string;
  /** For a screen on the floor. */
  readonly isWall: boolean;
  /** Nothing on it changes. */
  readonly isStill?: boolean;
  /** All organisations, where there are several. */
  readonly organisations: readonly string[];
}

/** The whole document around its parts. `account`, HTML, says who is signed in. */
export function pageHtml(facts: PageFacts, parts: string, frame: Frame, account = ''): string {
  const { organisation } = facts;
  const still = frame.isStill === true;
  const events = address(frame, 'events', {
    organisation: frame.organisations.length > 1 ? organisation : undefined,
    wall: frame.isWall ? '1' : undefined,
  });
  const title = `${htmlText(organisation)}: idle enforcer`;
  return `<!doctype html>
<html lang="en"${frame.isWall ? ' class="wall"' : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="${frame.prefix}/page.css">
<link rel="icon" href="data:,">
<script src="${frame.prefix}/page.js" defer></script>
</head>
<body${still ? '' : ` data-events="${events}"`}>
<header><h1>${htmlText(organisation)}</h1><p>Idle enforcer</p><p class="live"></p>${account}</header>
${pickerHtml(facts, frame)}<main>
${parts}
</main>
<footer><p>Version ${htmlText(facts.version)}.${still ? '' : ` Times in <span data-zone>${htmlText(facts.zone)}</span>. Without script the page stands still: load it again.`}</p></footer>
</body>
</html>
`;
}

/** What is on the page, in parts. `isWall` leaves out what is read from close by. */
export function partsHtml(facts: PageFacts): string {
  const times = pageTimes(facts.zone, facts.madeAt);
  return [
    part('state', 'State', stateHtml(facts, times), true),
    part('now', 'Now', nowHtml(facts.sweep, times)),
    part('today', 'Today', todayHtml(facts.today, times)),
    part('policy', 'Policy', policyHtml(facts, times)),
  ].join('\n');
}

/** The address of a page of this site, for an attribute. */
export function address(
  { prefix }: Pick<Frame, 'prefix'>,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, value);
  const asked = search.toString();
  return htmlText(`${prefix}/${path}${asked === '' ? '' : `?${asked}`}`);
}

/** One part of the page. */
export function part(id: string, title: string, html: string, isStatus = false): string {
  // A change of the state is told to readers who do not see it; all numbers each minute would be noise.
  const role = isStatus ? ' aria-live="polite"' : '';
  return `<section id="${id}" data-part aria-labelledby="${id}-title"${role}><h2 id="${id}-title">${title}</h2>\n${html}</section>`;
}

function pickerHtml({ organisation }: PageFacts, frame: Frame): string {
  if (frame.organisations.length < 2) return '';
  const links = frame.organisations.map((name) => {
    const current = name === organisation ? ' aria-current="page"' : '';
    return `<li><a href="${address(frame, '', { organisation: name })}"${current}>${htmlText(name)}</a></li>`;
  });
  return `<nav aria-label="Organisations"><ul>${links.join('')}</ul></nav>\n`;
}

function stateHtml({ mode, modeHeldBy, pause, rollout, warnings }: PageFacts, times: PageTimes): string {
  const acts = mode === 'enforce' && pause === undefined;
  const when = pause === undefined ? 'logged off.' : 'logged off again when the pause ends.';
  const words =
    mode === 'enforce'
      ? `<strong>Enforce.</strong> Agents who are due are ${when}`
      : '<strong>Observe.</strong> Agents are judged and recorded; none is logged off.';
  const held = modeHeldBy === undefined ? '' : ' The environment holds the mode down.';
  const paused = pause === undefined ? '' : banner('warn', pauseHtml(pause, times));
  const shown = warnings.map((text) => banner('warn', htmlText(text))).join('');
  const state = banner(acts ? 'good' : 'warn', `${words}${held}`);
  const broughtOut = rollout === undefined ? '' : rolloutHtml(rollout, times);
  return `${paused}${state}${broughtOut}${shown}`;
}

function pauseHtml({ since, until }: PauseFacts, times: PageTimes): string {
  const end = until === undefined ? 'until an operator resumes' : `until ${times.short(until)}`;
  return `<strong>Paused</strong> since ${times.short(since)}, ${end}: no agent is logged off.`;
}

function rolloutHtml(
  { policy, share, since, stopped, isFormerKept, next }: RolloutPart,
  times: PageTimes,
): string {
  const name = `policy ${htmlText(policy)}`;
  if (stopped !== undefined) {
    const why = stopped.reason === undefined ? ' by an operator' : `: ${htmlText(stopped.reason)}`;
    const all = isFormerKept ? 'The former policy is in force for all agents' : 'All agents are left alone';
    return banner(
      'warn',
      `<strong>Rollout stopped</strong> at ${times.short(stopped.at)}${why}. ${all}; ${name} is in force for none.`,
    );
  }
  const others = isFormerKept ? 'the former one for the others' : 'and the others are left alone';
  const then =
    next === undefined ? '' : ` From ${times.short(next.at)} on, at the earliest, ${nextText(next.share)}.`;
  return banner(
    'good',
    `<strong>Rollout.</strong> The changed ${name} is in force for ${exactPercentText(share)} of the agents since ${times.short(since)}, ${others}.${then}`,
  );
}

function nextText(share: number): string {
  return share >= 1 ? 'all agents have it' : `${exactPercentText(share)} have it`;
}

function banner(kind: 'good' | 'warn', html: string): string {
  return `<div class="banner ${kind}"><p>${html}</p></div>`;
}

function nowHtml(sweep: SweepFacts | undefined, times: PageTimes): string {
  if (sweep === undefined) return '<p>No sweep has ended yet.</p>';
  const next =
    sweep.nextDueAt === undefined
      ? 'No agent becomes due, if nothing happens.'
      : `The next agent is due at ${times.short(sweep.nextDueAt)}, if nothing happens.`;
  return `${numbersHtml(sweep.counts)}<p class="note">As of ${times.short(sweep.startedAt)}. ${next}</p>`;
}

function numbersHtml(counts: readonly Count[]): string {
  const shown = counts.map(
    ({ key, label, value }) => `<div data-count="${key}"><dt>${htmlText(label)}</dt><dd>${value}</dd></div>`,
  );
  return `<dl class="numbers">${shown.join('')}</dl>`;
}

function todayHtml(day: DayFacts, times: PageTimes): string {
  const { highest, peak } = day;
  const numbers = dayNumbers(day).map(
    ([key, label, value]) => `<div data-count="${key}"><dt>${label}</dt><dd>${value}</dd></div>`,
  );
  const saved = peak.without - peak.asItWas;
  const words = `Most online at once: ${highest.asItWas}; without log-offs ${highest.without}. Licence peak, the head-count at or above which the day spent 30 minutes: ${peak.asItWas}; without log-offs ${peak.without}${saved > 0 ? `, ${saved} more` : ''}.`;
  const top = niceTop(Math.max(highest.asItWas, highest.without));
  const online = lineChart(
    [
      { name: 'without', counts: day.without },
      { name: 'was', counts: day.asItWas },
    ],
    day,
    top,
    `Agents online today. ${words}`,
  );
  return `<dl class="numbers">${numbers.join('')}</dl>
<div class="charts">
<figure><figcaption>Agents online</figcaption>${plot(online, top, day, times)}
<ul class="key"><li class="was">as it was</li><li class="without">without log-offs</li></ul><p class="note">${words}</p></figure>
${hoursHtml(day, times)}
</div>`;
}

function dayNumbers(day: DayFacts): readonly (readonly [string, string, string])[] {
  const { logoffs, observed, unsuccessful, returns, stays, recovered, peak } = day;
  return [
    ['logoffs', 'log-offs', String(logoffs)],
    ...(observed > 0 ? [['observed', 'would have been logged off', String(observed)] as const] : []),
    ...(unsuccessful > 0 ? [['unsuccessful', 'unverified or failed', String(unsuccessful)] as const] : []),
    ['returns', 'silent returns', String(returns)],
    ...(stays > 0 ? [['stays', 'warnings answered “I am here”', String(stays)] as const] : []),
    ['recovered', 'hours recovered', hoursText(recovered)],
    ['peak', 'licence peak, as it was', String(peak.asItWas)],
    ['peak-without', 'licence peak without log-offs', String(peak.without)],
  ];
}

function hoursHtml(day: DayFacts, times: PageTimes): string {
  const { hours } = day;
  const height = ({ logoffs, observed, returns }: DayFacts['hours'][number]): number =>
    Math.max(logoffs + observed, returns);
  const top = niceTop(Math.max(1, ...hours.map(height)));
  const half = HOUR / 2;
  const bars = hours.flatMap(({ from, logoffs, observed, returns }) => [
    {
      from,
      to: from + half,
      parts: [
        { name: 'logoffs', value: logoffs },
        { name: 'observed', value: observed },
      ],
    },
    { from: from + half, to: from + HOUR, parts: [{ name: 'returns', value: returns }] },
  ]);
  const sums = `${counted(day.logoffs, 'log-off')}, ${day.observed} observed, ${counted(day.returns, 'silent return')}.`;
  const chart = barChart(bars, day, top, `Log-offs and returns by hour. ${sums}`);
  const rows = hours.map(
    ({ from, logoffs, observed, returns }) =>
      `<tr><th scope="row">${times.short(from)}</th>${[logoffs, observed, returns].map((value) => `<td class="n">${value}</td>`).join('')}</tr>`,
  );
  const heads = ['log-offs', 'observed', 'silent returns'].map(
    (text) => `<th scope="col" class="n">${text}</th>`,
  );
  return `<figure><figcaption>Log-offs and returns by hour</figcaption>${plot(chart, top, day, times)}
<ul class="key"><li class="logoffs">log-offs</li><li class="observed">observed only</li><li class="returns">silent returns</li></ul>
<details id="hours"><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Log-offs and returns by hour"><table><caption>Log-offs and returns by hour</caption>
<thead><tr><th scope="col">from</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div></details></figure>`;
}

/** A chart with its scale, and the hours below it. */
function plot(chart: string, top: number, { from, to }: DayFacts, times: PageTimes): string {
  const quarter = (to - from) / 4;
  const marks = [0, 1, 2, 3, 4].map((n) => times.clock(from + n * quarter));
  const half = Number.isInteger(top / 2) ? String(top / 2) : '';
  const scale = [top, half, 0].map((value) => `<span>${value}</span>`).join('');
  return `<div class="plot"><div class="scale" aria-hidden="true">${scale}</div>${chart}<div class="hours" aria-hidden="true">${marks.join('')}</div></div>`;
}

function policyHtml({ policy }: PageFacts, times: PageTimes): string {
  const changes = policy.changes.map(({ at, was, is, changes: told }) => {
    const words = told.length === 0 ? '' : `: ${told.map(htmlText).join('; ')}`;
    return `<li>${times.full(at)}, ${htmlText(was)} → ${htmlText(is)}${words}</li>`;
  });
  const list =
    changes.length === 0 ? '<p class="note">No change is on record.</p>' : `<ul>${changes.join('')}</ul>`;
  return `<details id="policy-words"><summary>The policy in plain words</summary><pre tabindex="0">${policy.lines.map(htmlText).join('\n')}</pre></details>
<h3>Last changes</h3>${list}`;
}

function hoursText(length: Duration): string {
  return (length / HOUR).toFixed(1);
}

/** A duration for people: whole minutes from one on. */
export function lengthText(length: Duration): string {
  const minute = 60 * SECOND;
  return formatDuration(length < minute ? Math.max(SECOND, length) : Math.floor(length / minute) * minute);
}
