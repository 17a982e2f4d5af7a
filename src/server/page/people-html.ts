/** What viewers see of agents, and what operators may do, as HTML. */
import { formatDuration } from '../../domain/time/time.ts';
import { htmlText } from '../../texts/clean.ts';
import type { Called, NextFacts, PageFacts, PeopleFacts } from './facts.ts';
import { address, lengthText, part, type Frame } from './html.ts';
import { pageTimes, type PageTimes } from './instants.ts';

/** The parts that name agents. */
export function peopleHtml({ people, zone, madeAt, organisation }: PageFacts, frame: Frame): string {
  if (people === undefined) return '';
  const times = pageTimes(zone, madeAt);
  const call = (agent: Called): string => agentHtml(agent, organisation, frame);
  return [
    part('next', 'Who is next', nextHtml(people, call, times, madeAt)),
    part('returning', 'Who keeps coming back', returningHtml(people, call, times)),
    part('stuck', 'Stuck in an interaction', stuckHtml(people, call, times, madeAt)),
  ].join('\n');
}

function agentHtml({ called, id }: Called, organisation: string, frame: Frame): string {
  if (id === undefined) return htmlText(called);
  return `<a href="${agentAddress(frame, organisation, id)}">${htmlText(called)}</a>`;
}

/** The address of an agent's page: by id, so that no name stands in histories and logs. */
export function agentAddress(frame: Frame, organisation: string, id: string): string {
  const query = { organisation: frame.organisations.length > 1 ? organisation : undefined, id };
  return address(frame, 'agent', query);
}

function nextHtml(
  { next, pause }: PeopleFacts,
  call: (agent: Called) => string,
  times: PageTimes,
  now: number,
): string {
  const due = ({ dueAt }: NextFacts): string => {
    if (dueAt === undefined) return '–';
    return dueAt <= now ? `now, since ${times.short(dueAt)}` : times.short(dueAt);
  };
  const measured = (row: NextFacts): string =>
    row.measured === undefined || row.limit === undefined
      ? '–'
      : `${lengthText(row.measured)} of ${formatDuration(row.limit)}`;
  const rows = next.map((row) => [
    call(row.agent),
    htmlText(row.profile ?? '–'),
    htmlText(row.state),
    htmlText(row.rule ?? '–'),
    measured(row),
    due(row),
    htmlText(row.protects),
  ]);
  const by =
    pause === undefined
      ? ''
      : `<p>${htmlText(`Paused by ${pause.by ?? 'a user who is not known'}: ${pause.reason ?? 'no reason was given'}.`)}</p>\n`;
  const heads = ['agent', 'profile', 'state', 'rule', 'measured', 'due', 'what protects'];
  const none = 'No agent is on the way to a log-off.';
  return `${by}${table('Agents on the way to a log-off', heads, rows, none)}`;
}

function returningHtml(
  { returning }: PeopleFacts,
  call: (agent: Called) => string,
  times: PageTimes,
): string {
  const rows = returning.map(({ agent, times: count, lastAt }) => [
    call(agent),
    String(count),
    times.short(lastAt),
  ]);
  const none = 'No agent came back silently today.';
  return table('Silent returns after a log-off, today', ['agent', 'times', 'last'], rows, none);
}

function stuckHtml(
  { stuck }: PeopleFacts,
  call: (agent: Called) => string,
  times: PageTimes,
  now: number,
): string {
  const rows = stuck.map(({ agent, since, conversations }) => [
    call(agent),
    times.short(since),
    lengthText(now - since),
    conversations.length === 0 ? 'not known' : conversations.map(htmlText).join(', '),
  ]);
  const none = 'No agent has been in an interaction for too long.';
  return table(
    'In an interaction for too long: never logged off',
    ['agent', 'since', 'for', 'interaction'],
    rows,
    none,
  );
}

/** Cells are HTML, and so is the caption. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): string {
  if (rows.length === 0) return `<p class="note">${none}</p>`;
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('');
  const body = rows.map(([first = '', ...more]) => {
    return `<tr><th scope="row">${first}</th>${more.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

/** What a form needs: where it is sent, for which organisation, and its token. */
export interface FormFrame {
  readonly frame: Frame;
  readonly organisation: string;
  readonly token: string;
}

/** Looks an agent up: posted, so that no name stands in an address. */
export function findForm(form: FormFrame): string {
  return formHtml(
    form,
    'find',
    '<label>Name, e-mail or id of an agent <input name="name" required maxlength="200" autocomplete="off"></label><button>Explain</button>',
  );
}

/** For how long an operator may pause, in minutes; 0 until resume. */
export const PAUSES: readonly (readonly [number, string])[] = [
  [30, '30 minutes'],
  [60, '1 hour'],
  [120, '2 hours'],
  [480, '8 hours'],
  [0, 'until resumed'],
];

/** Pause and resume, each with its reason; of all organisations at once where that is allowed. */
export function operatorForms(form: FormFrame, canAll: boolean): string {
  const { organisations } = form.frame;
  const where =
    canAll && organisations.length > 1
      ? `<label>Where <select name="where"><option value="this">${htmlText(form.organisation)}</option><option value="all">all ${organisations.length} organisations</option></select></label>`
      : '';
  const options = PAUSES.map(([minutes, text]) => `<option value="${minutes}">${text}</option>`).join('');
  const reason = '<label>Reason <input name="reason" required maxlength="200" autocomplete="off"></label>';
  const pause = formHtml(
    form,
    'pause',
    `${where}<label>For <select name="minutes">${options}</select></label>${reason}<button>Pause</button>`,
  );
  const resume = formHtml(form, 'resume', `${where}${reason}<button>Resume</button>`);
  return `<details id="act"><summary>Pause and resume</summary>
${pause}${resume}</details>`;
}

/** Who is signed in, and the way out. */
export function accountHtml(form: FormFrame, who: string, role: string): string {
  return formHtml(form, 'sign-out', `<span>${htmlText(who)}, ${role}</span><button>Sign out</button>`);
}

function formHtml({ frame, organisation, token }: FormFrame, path: string, inside: string): string {
  const hidden = `<input type="hidden" name="organisation" value="${htmlText(organisation)}"><input type="hidden" name="token" value="${htmlText(token)}">`;
  return `<form method="post" action="${frame.prefix}/${path}">${hidden}${inside}</form>\n`;
}
