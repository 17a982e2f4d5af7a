/** What messages say: a headline and one sentence of advice for each kind, and the facts of each item as one line. */
import { formatDuration } from '../domain/time.ts';
import type { Fields, Message, Topic } from './ports.ts';

/** Longer lines help nobody in a chat. */
const LONGEST_LINE = 300;

const WORDS: Readonly<Record<Topic, { readonly title: string; readonly advice: string }>> = {
  held: {
    title: 'Idle agents are held after the last rung',
    advice: 'Nothing more is done to them: close their browsers, or ask them to log out.',
  },
  breaker: {
    title: 'Too many agents became due at once',
    advice:
      'Look whether the policy or the platform is at fault; "resume" frees them at once, "pause" keeps them back.',
  },
  policy_refused: {
    title: 'A changed policy file was refused',
    advice: 'The old policy goes on; correct the file at the places named.',
  },
  blind: {
    title: 'The idle enforcer cannot watch anybody',
    advice:
      'Nobody is logged off meanwhile; check the platform’s status, the network and the client’s permissions.',
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
    advice: 'Whoever cannot be read is left alone; run "doctor" and look at the log.',
  },
  clock: {
    title: 'The clocks are too far apart',
    advice: 'Nothing is done until the clock of this machine is right: check its time service.',
  },
  store: {
    title: 'The store failed',
    advice: 'Nobody is logged off meanwhile; check its volume for space and permissions.',
  },
  engaged_too_long: {
    title: 'Agents have been in an interaction for very long',
    advice: 'They are never touched; look for a wrap-up or an e-mail that was left open.',
  },
  return: {
    title: 'Agents keep coming back by single sign-on',
    advice: 'Look whether their browsers were left open; ending the SSO session would keep them off.',
  },
  warning: {
    title: 'You will be logged off soon',
    advice: 'Change your presence or take an interaction if you are there.',
  },
};

/** Facts that are lengths of time in ms. */
const DURATIONS: ReadonlySet<string> = new Set(['measured', 'limit', 'length', 'clockErrorMs', 'dueIn']);
const LABELS: Readonly<Record<string, string>> = {
  newlyDue: 'newly due',
  clockErrorMs: 'apart',
  correlationId: 'correlation id',
  sweepId: 'sweep',
  length: 'for',
  dueIn: 'in',
};
/** What a reader looks for first. */
const ORDER = ['agent', 'rule', 'measured', 'limit'];

/** The headline, with the number of things when there are several. */
export function titleOf({ kind, count }: Message): string {
  return count > 1 ? `${WORDS[kind].title} (${count})` : WORDS[kind].title;
}

/** What to do about it, in one sentence. */
export function adviceFor(kind: Topic): string {
  return WORDS[kind].advice;
}

/** One line for each example; the last says how many more there are. */
export function linesOf({ items, count }: Message): readonly string[] {
  const lines = items.map(lineOf).filter((line) => line !== '');
  const more = count - items.length;
  return more > 0 ? [...lines, `… and ${more} more`] : lines;
}

/** The facts of one item in a line: `agent Ana · rule gone · measured 1h2m · limit 1h`. */
export function lineOf(fields: Fields): string {
  const rest = Object.keys(fields).filter((name) => !ORDER.includes(name));
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
  if (name === 'share') return `${Math.round(value * 1_000) / 10}%`;
  return name === 'since' ? new Date(value).toISOString() : String(value);
}

/** Names come from outside: line breaks in them must not become structure. */
export function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();
}

/** At most so many characters, none of them cut in half. */
export function clip(text: string, longest: number): string {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}
