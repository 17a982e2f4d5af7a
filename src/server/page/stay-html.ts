/** The page of a warning as HTML. It names no agent, and is whole without a script. */
import { htmlText } from '../../texts/clean.ts';
import { spokenLength } from '../../texts/spoken.ts';
import type { StayFound } from './latest.ts';
import { pageTimes } from './instants.ts';
import { offsetText } from '../../domain/time/zone.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { StayTicket } from './stay-link.ts';

/** The link, and what it says. */
interface Asked {
  readonly token: string;
  readonly ticket: StayTicket;
}

/** What is shown: how an answer stands, or that it cannot be given. */
export type StayShown =
  | (StayFound & Asked)
  /** `useless`: no link of ours, or an old one. `failed`: the answer cannot be taken now. */
  | { readonly kind: 'useless' | 'failed' };

/** The whole document. `prefix` is the path under which readers reach the page. */
export function stayHtml(shown: StayShown, prefix: string): string {
  const { title, html } = contentOf(shown, prefix);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="stylesheet" href="${prefix}/page.css">
<link rel="icon" href="data:,">
<script src="${prefix}/page.js" defer></script>
</head>
<body class="stay">
<main>
<h1>${title}</h1>
${html}
</main>
</body>
</html>
`;
}

interface Content {
  readonly title: string;
  readonly html: string;
}

function contentOf(shown: StayShown, prefix: string): Content {
  switch (shown.kind) {
    case 'open':
    case 'begun':
      return openContent(shown, prefix);
    case 'answered':
      return answeredContent(shown);
    case 'over':
      return { title: 'Nothing to do', html: `${OVER}${ELSEWHERE}` };
    case 'gone':
      return { title: 'You are logged off', html: GONE };
    case 'useless':
      return { title: 'This link cannot be used', html: `${USELESS}${ELSEWHERE}` };
    case 'failed':
      return { title: 'Please try again', html: `${FAILED}${ELSEWHERE}` };
  }
}

/** What an agent can always do instead. */
const ELSEWHERE =
  '<p>You can always show in Genesys Cloud that you are there: change your presence, go on queue, or take an interaction.</p>';
const OVER =
  '<p>This warning is over: you have been seen in Genesys Cloud since it was sent, or came back after it. Nothing was changed.</p>';
const GONE =
  '<p>This link comes too late: you are Offline, or were logged off after the warning. Nothing was changed.</p><p>If you are at work, choose Available in Genesys Cloud, or log in again.</p>';
const USELESS =
  '<p>It is not complete, or too old, or was not opened from the message itself. Nothing was changed.</p>';
const FAILED =
  '<p>Your answer could not be taken just now, and <strong>nothing was changed</strong>. Load this page again in a moment.</p>';

function openContent(
  { because, zone, ticket, token }: Asked & Exclude<StayFound, { kind: 'answered' }>,
  prefix: string,
): Content {
  const { short } = pageTimes(zone, ticket.sentAt);
  return {
    title: 'Are you there?',
    html: `<p>You have been idle for long (${htmlText(because)}). You will be logged off Genesys Cloud <strong>at ${short(ticket.dueAt)}</strong>, unless there is a sign of you.</p>
<form method="post" action="${prefix}/stay"><input type="hidden" name="link" value="${htmlText(token)}"><button>I am here</button></form>
<p>With it you are left alone for ${spokenLength(ticket.length)}.</p>${zoneNote(zone, ticket.dueAt)}`,
  };
}

function answeredContent({ until, at, isLate, zone }: Extract<StayFound, { kind: 'answered' }>): Content {
  const { short } = pageTimes(zone, at);
  const late = isLate
    ? '<p>A log-off had begun a moment before. If you are Offline all the same, choose Available in Genesys Cloud.</p>'
    : '';
  return {
    title: 'Thank you',
    html: `<div class="banner good" role="status"><p>You said at ${short(at)} that you are here. You are left alone <strong>until ${short(until)}</strong>: no rule for idle agents logs you off before.</p></div>${late}${zoneNote(zone, until)}`,
  };
}

/** With the offset: in an hour that is repeated the zone alone would not tell which of the two is meant. */
function zoneNote(zone: string, at: Instant): string {
  const offset = zone === 'UTC' ? '' : ` (${offsetText(zone, at)})`;
  return `<p class="note">Times in <span data-zone="${new Date(at).toISOString()}">${htmlText(zone)}${offset}</span>.</p>`;
}
