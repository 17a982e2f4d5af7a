/** What messages say: a headline, what happened, the facts of each item as one line, and one sentence of advice. */
import { formatDuration } from '../domain/time/time.ts';
import { clip, oneLine } from '../texts/clean.ts';
import { rungNumber } from '../texts/printed.ts';
import type { Channel, Fields, Message, Topic } from './message.ts';
import { RUNBOOK, runbookHeading } from './runbook.ts';

/** What the organisation of a policy without a name is called. */
export const DEFAULT_ORGANISATION = 'default';
/** Longer lines are not readable in a chat. */
const LONGEST_LINE = 300;
/** Lines of an operator's own that no chat shows, in which an address must stay whole. */
const LONGEST_OWN: Readonly<Partial<Record<Topic, number>>> = { warning: 2_000 };
/** Facts that stand elsewhere in a message, or that programs alone read. */
const NOT_IN_LINES: Readonly<Partial<Record<Topic, ReadonlySet<string>>>> = {
  warning: new Set(['at', 'dueAt', 'stay', 'because']),
};

const WORDS: Readonly<Record<Topic, { readonly title: string; readonly advice: string }>> = {
  held: {
    title: 'Idle agents are held after the last rung',
    advice: 'No further action is taken: close their browsers, or ask them to log out.',
  },
  breaker: {
    title: 'Too many agents became due at once',
    advice:
      'Check the policy and the platform; "resume" releases them at once, "pause" keeps holding them back.',
  },
  policy_refused: {
    title: 'A policy file was refused',
    advice:
      'A policy that was in force stays so, and without one no agent is watched; correct the file at the places named.',
  },
  rollout: {
    title: 'A rollout was stopped: the changed policy is taken back',
    advice:
      'Its log-offs were regretted, or not verified: "rollout status" has the numbers, "report" and "explain" show them one by one. Correct the profiles, rules or returns; until they change the policy stays stopped, also after a restart. Or let it go on as it is, with "rollout continue".',
  },
  blind: {
    title: 'The idle enforcer cannot watch any agent',
    advice:
      'No agent is logged off meanwhile; check the platform’s status, the network and the client’s permissions.',
  },
  forbidden: {
    title: 'The idle enforcer may not log an agent off',
    advice: 'Grant its role in the agents’ divisions.',
  },
  ineffective: {
    title: 'Log-offs take no effect',
    advice: 'Run "doctor": it checks permissions and settings that put agents back.',
  },
  unknown_share: {
    title: 'Many readings cannot be used',
    advice: 'Agents who cannot be read are left alone; run "doctor" and look at the log.',
  },
  clock: {
    title: 'The clocks are too far apart',
    advice: 'No action is taken until the clock of this machine is right: check its time service.',
  },
  store: {
    title: 'The store failed',
    advice: 'No agent is logged off meanwhile; check its volume for space and permissions.',
  },
  engaged_too_long: {
    title: 'Agents have been in an interaction for very long',
    advice:
      'They are never logged off. Ask them to complete the wrap-up or to close the e-mail; if they have gone, enter the id of the conversation under Admin > Routing > Disconnect Interactions, which ends it at once. Where none is named, the details of the interaction show it.',
  },
  return: {
    title: 'Agents keep coming back by single sign-on',
    advice: 'Check whether their browsers were left open; ending the SSO session would keep them off.',
  },
  warning: {
    title: 'You will be logged off soon',
    advice: 'Change your presence or take an interaction if you are there.',
  },
};

/** Facts that are lengths of time in ms. */
const DURATIONS: ReadonlySet<string> = new Set(['measured', 'limit', 'length', 'clockError', 'dueIn']);
const LABELS: Readonly<Record<string, string>> = {
  newlyDue: 'newly due',
  clockError: 'apart',
  correlationId: 'correlation id',
  sweepId: 'sweep',
  length: 'for',
  dueIn: 'in',
  conversations: 'conversation',
};
/** What a reader looks for first. */
const ORDER = ['agent', 'rule', 'measured', 'limit'];

/** A message in words. */
export interface Letter {
  readonly title: string;
  /** What happened. */
  readonly text: string;
  /** One for each example; the last says how many more there are. */
  readonly lines: readonly string[];
  /** What to do about it. */
  readonly advice: string;
  /** By what to look it up: the kind of alarm, the organisation, and the heading of the runbook; `undefined` for what is no alarm. */
  readonly about: string | undefined;
}

/** Names that may stand in braces in an operator's own texts, and the facts that they stand for. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  agent: 'agent',
  rule: 'rule',
  measured: 'measured',
  limit: 'limit',
  in: 'dueIn',
  for: 'length',
  since: 'since',
  conversations: 'conversations',
  rung: 'rung',
  detail: 'detail',
  at: 'at',
  stay: 'stay',
};

/** Puts a message into words: the channel's own where it has some. */
export function letterOf(message: Message, { templates }: Pick<Channel, 'templates'>): Letter {
  const { kind, count, items, message: sentence, at } = message;
  const { title, advice } = WORDS[kind];
  const own = templates?.[kind] ?? {};
  const general = { count: String(count), message: sentence, time: new Date(at).toISOString() };
  // With several of them, what is true of one is not true of all.
  const facts = { ...general, ...(count === 1 ? factsOf(items[0] ?? {}) : {}) };
  const stay = count === 1 ? stayIn(items[0]) : undefined;
  const several = count > 1 ? ` (${count})` : '';
  const lines = items
    .map((item) =>
      own.line === undefined
        ? lineOf(item, kind)
        : clip(filled(own.line, { ...general, ...factsOf(item) }), LONGEST_OWN[kind] ?? LONGEST_LINE),
    )
    .filter((line) => line !== '');
  const more = count - items.length;
  return {
    title: own.title === undefined ? `${title}${several}` : oneLine(filled(own.title, facts)),
    text: own.text === undefined ? usualText(message) : filled(own.text, facts),
    lines: more > 0 ? [...lines, `… and ${more} more`] : lines,
    advice: own.advice === undefined ? adviceWith(advice, stay) : filled(own.advice, facts),
    about: aboutOf(message),
  };
}

/** When it happened, and what. A warning is about a time of its own. */
function usualText({ kind, at, message: sentence }: Message): string {
  return kind === 'warning' ? `${sentence}.` : `${new Date(at).toISOString()}: ${sentence}.`;
}

function stayIn({ stay }: Fields = {}): string | undefined {
  return typeof stay === 'string' ? stay : undefined;
}

/** On a line of its own: programs that read mail find the address there whole. */
function adviceWith(advice: string, stay: string | undefined): string {
  return stay === undefined ? advice : `${advice} Or open this page and say that you are there:\n\n${stay}`;
}

/** Not the operator's own words, whatever language these are in: it is what runbooks are searched by. */
function aboutOf({ kind, organisation = DEFAULT_ORGANISATION }: Message): string | undefined {
  const heading = runbookHeading(kind);
  if (heading === undefined) return undefined;
  return `Alarm ${kind} · organisation ${oneLine(organisation)} · runbook: ${heading} in ${RUNBOOK}`;
}

function factsOf(fields: Fields): Readonly<Record<string, string>> {
  const facts = Object.entries(PLACEHOLDERS).map(([name, field]) => [
    name,
    textOf(field, fields[field]) ?? '',
  ]);
  return Object.fromEntries(facts) as Record<string, string>;
}

/** In one go: what is filled in is never read again. A name that stands for nothing here leaves nothing. */
function filled(template: string, facts: Readonly<Record<string, string>>): string {
  return template.replace(/\{([a-z]+)\}/g, (_, name: string) => facts[name] ?? '');
}

/** The facts of one item in a line: `agent Ana · rule gone · measured 1h2m · limit 1h`. */
function lineOf(fields: Fields, kind: Topic): string {
  const rest = Object.keys(fields).filter(
    (name) => !ORDER.includes(name) && NOT_IN_LINES[kind]?.has(name) !== true,
  );
  const parts = [...ORDER, ...rest].flatMap((name) => {
    const text = textOf(name, fields[name]);
    return text === undefined ? [] : [`${LABELS[name] ?? name} ${text}`];
  });
  return clip(parts.join(' · '), LONGEST_LINE);
}

function textOf(name: string, value: unknown): string | undefined {
  if (typeof value === 'number') return numberText(name, value);
  if (typeof value === 'string') return value === '' ? undefined : oneLine(value);
  if (typeof value === 'boolean') return String(value);
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.map((one) => (typeof one === 'string' ? oneLine(one) : '…')).join('; ');
}

function numberText(name: string, value: number): string {
  if (DURATIONS.has(name)) return formatDuration(Math.abs(value));
  if (name === 'rung') return String(rungNumber(value));
  if (name === 'share') return `${Math.round(value * 1_000) / 10} %`;
  return name === 'since' ? new Date(value).toISOString() : String(value);
}
