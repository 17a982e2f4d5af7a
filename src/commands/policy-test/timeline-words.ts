/** The words of a policy test's timeline: what a person, a browser or the platform does, and when. */
import { parseSystemPresence, SYSTEM_PRESENCES } from '../../domain/agent.ts';
import { normaliseName } from '../../domain/name.ts';
import { HOUR, MINUTE, parseDuration, SECOND, type Duration } from '../../domain/time/time.ts';
import { ACTIVITY_CATEGORIES } from '../../domain/time/shifts.ts';
import type {
  BrowserWords,
  Entry,
  HeadCountWords,
  Part,
  Scheduled,
  Word,
} from '../../simulation/timeline.ts';

/**
 * What was written cannot be understood: `word`, for which `{value}` stands in the message. The message says what can be,
 * and `known` what may have been meant.
 */
export class WordFault extends Error {
  override readonly name = 'WordFault';
  readonly word: string;
  readonly known: readonly string[];

  constructor(message: string, word = '', known: readonly string[] = []) {
    super(message);
    this.word = word;
    this.known = known;
  }
}

const TIME = String.raw`\d{1,2}:\d\d(?::\d\d)?`;
const SPAN = new RegExp(String.raw`^(${TIME})\s*(?:-|–|to)\s*(${TIME})$`);
const FIRST = new RegExp(String.raw`^(${TIME}(?:\s*(?:-|–|to)\s*${TIME})?)\s+(.+)$`);
const LAST = new RegExp(String.raw`^(.+?)\s+(${TIME}(?:\s*(?:-|–|to)\s*${TIME})?)$`);

/** Reads `9:00`, `09:00:30`, or `26:10` for ten past two on the day after. `undefined` for anything else. */
export function parseTime(text: string): Duration | undefined {
  const match = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hours > 99 || minutes > 59 || seconds > 59) return undefined;
  return hours * HOUR + minutes * MINUTE + seconds * SECOND;
}

/** Reads one entry, the time first or last. Throws `WordFault`. */
export function parseEntry(text: string): Entry {
  const trimmed = text.trim();
  const first = FIRST.exec(trimmed);
  const last = first === null ? LAST.exec(trimmed) : null;
  const [when, words] = first === null ? [last?.[2], last?.[1]] : [first[1], first[2]];
  if (when === undefined || words === undefined)
    throw new WordFault('{value} has no time: write it like "09:00 on queue"', text);
  const span = SPAN.exec(when);
  if (span !== null) return parseSpan(timeOf(span[1] ?? ''), timeOf(span[2] ?? ''), words);
  const at = timeOf(when);
  if (HEAD_COUNT.test(words)) return { kind: 'head_count', at, ...parseHeadCount(words) };
  return { kind: 'happens', at, then: parseClauses(words) };
}

const HEAD_COUNT = /^head[- ]?counts?\b\s*/i;

/** Reads `head-count 4600 of 5000`, or the numbers alone: so many online, of the highest of the month so far. Throws `WordFault`. */
export function parseHeadCount(words: string): HeadCountWords {
  const numbers = words.trim().replace(HEAD_COUNT, '');
  const match = /^(\d{1,7})(?:\s+of\s+(\d{1,7}))?$/i.exec(numbers);
  if (match === null)
    throw new WordFault(
      '{value} is not a head-count: write "4600 of 5000", the agents online and the licence peak of the month so far, or "4600"',
      numbers,
    );
  return { online: Number(match[1]), peak: match[2] === undefined ? undefined : Number(match[2]) };
}

function timeOf(text: string): Duration {
  const at = parseTime(text);
  if (at === undefined) throw new WordFault('{value} is not a time: write it like 09:00 or 09:00:30', text);
  return at;
}

const PARTS: readonly Part[] = ['presence', 'routing', 'conversations', 'token'];

function parseSpan(at: Duration, to: Duration, words: string): Entry {
  if (to <= at) throw new WordFault('a span must end after it begins; hours past 24 are on the day after');
  const plain = words.toLowerCase();
  if (/^(platform outage|outage|worker down|nobody looks)$/.test(plain)) return { kind: 'unwatched', at, to };
  if (/^readings? (is |are )?missing$/.test(plain)) {
    return { kind: 'lacking', at, to, parts: ['presence', 'routing', 'conversations'] };
  }
  const what = scheduledIn(plain);
  if (what !== undefined) return { kind: 'scheduled', at, to, what };
  const parts = /^(?:readings? )?lacks? (.+)$/.exec(plain)?.[1]?.split(/\s*(?:,|and)\s*/);
  const known = PARTS.filter((part) => parts?.includes(part));
  if (parts !== undefined && known.length === parts.length) return { kind: 'lacking', at, to, parts: known };
  throw new WordFault(
    '{value} cannot be a span: spans are "platform outage", "reading missing", "reading lacks presence" (routing, conversations, token), "shift", "scheduled meeting" (break, meal, training, off-queue work, unavailable), "time off" and "schedule unknown"',
    words,
    ['platform outage', 'reading missing', 'worker down', 'shift', 'time off', 'schedule unknown'],
  );
}

/** What a span of the schedule is: a shift, a part of one, time off, or not known. */
function scheduledIn(plain: string): Scheduled | undefined {
  if (plain === 'shift' || plain === 'time off') return plain === 'shift' ? 'shift' : 'time_off';
  if (/^schedule (is )?(not known|unknown)$/.test(plain)) return 'unknown';
  const word = /^(?:scheduled|planned)(?: for)? (.+)$/.exec(plain)?.[1]?.replaceAll(/[\s-]/g, '_');
  return ACTIVITY_CATEGORIES.find((category) => category === word);
}

function parseClauses(words: string): readonly { readonly after: Duration; readonly word: Word }[] {
  const clauses = words.replaceAll(/,\s*(?=token |presence restored|restored)/g, ' ').split(/\s*,\s*/);
  const then: { after: Duration; word: Word }[] = [];
  let after = 0;
  for (const [i, clause] of clauses.entries()) {
    const back = /^back after (\S+)(.*)$/i.exec(clause);
    if (back === null) {
      then.push({ after, word: parseWord(clause, clauses[i + 1]?.startsWith('back ') === true) });
      continue;
    }
    after += durationOf(back[1] ?? '');
    then.push({ after, word: returnOf(back[2] ?? '') });
  }
  return then;
}

function durationOf(text: string): Duration {
  const length = parseDuration(text);
  if (length === undefined) throw new WordFault('{value} is not a duration: write 8s, 5m or 1h30m', text);
  return length;
}

function returnOf(rest: string): Word {
  const plain = rest.trim().toLowerCase();
  if (!/^(?:(?:with )?(?:presence )?restored|available)?\s*(?:token (?:moves|stays))?$/.test(plain)) {
    throw new WordFault(
      '{value} is not a way to come back: write "restored" or "available", and "token moves" or "token stays"',
      rest.trim(),
    );
  }
  return { does: 'return', restores: plain.includes('restored'), movesToken: !plain.includes('token stays') };
}

/** Words without parts that vary, by every spelling. */
const FIXED: readonly (readonly [RegExp, Word])[] = [
  [/^(logs? ?in|login)$/, { does: 'log_in' }],
  [/^(goes offline|offline|logs? ?out|logout|log off|logs off|goes home)$/, { does: 'go_offline' }],
  [/^(stays|says "?i am here"?)$/, { does: 'stay' }],
  [/^(clicks available)$/, { does: 'set_presence', presence: 'AVAILABLE', label: undefined }],
  [/^off queue$/, { does: 'set_presence', presence: 'AVAILABLE', label: undefined }],
  [/^(wrap[- ]?up|after[- ]call work)( starts)?$/, { does: 'wrap_up' }],
  [/^(wrap[- ]?up|after[- ]call work) ends$/, { does: 'end', work: 'wrap-up' }],
  [/^((turns )?not responding)$/, { does: 'not_responding' }],
  [/^((screen )?(is )?locked|locks( the screen)?)$/, { does: 'lock' }],
  [/^((screen )?(is )?unlocked|unlocks( the screen)?)$/, { does: 'unlock' }],
  [/^(private|enterprise) call( starts)?$/, { does: 'start_call' }],
  [/^(private|enterprise) call ends$/, { does: 'end_call' }],
];

const WORK = /^(call|e-?mail|chat|message|callback|interaction)(?: (starts|ends))?$/;

function parseWord(clause: string, answered: boolean): Word {
  const plain = clause.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  for (const [pattern, word] of FIXED) if (pattern.test(plain)) return word;
  if (plain === 'native timeout') return { does: 'time_out', answered };
  const work = WORK.exec(plain);
  if (work !== null)
    return { does: work[2] === 'ends' ? 'end' : 'start', work: (work[1] ?? '').replace('-', '') };
  const returned = /^browser returns(.*)$/.exec(plain);
  if (returned !== null) return returnOf(returned[1] ?? '');
  return presenceWord(clause);
}

/** For "did you mean". */
const KNOWN: readonly string[] = [
  ...SYSTEM_PRESENCES.map((presence) => presence.toLowerCase().replace('_', ' ')),
  ...[
    'off queue',
    'call',
    'call ends',
    'chat',
    'chat ends',
    'e-mail',
    'e-mail ends',
    'wrap-up',
    'wrap-up ends',
  ],
  ...[
    'not responding',
    'locked',
    'unlocked',
    'logs in',
    'logs out',
    'clicks available',
    'native timeout',
    'stays',
  ],
  ...['browser returns', 'private call', 'private call ends', 'head-count'],
];

function presenceWord(clause: string): Word {
  const text = clause.trim().replace(/^(goes (to|on) |goes |sets |changes to )/i, '');
  const labelled = /^(.+?)\s*\(([^)]+)\)$/.exec(text);
  const presence = parseSystemPresence(labelled?.[2] ?? text);
  if (presence === undefined) {
    throw new WordFault(
      '{value} is not a word of a timeline; there are presences such as "break" or "Coaching (busy)", "on queue", "off queue", "call", "call ends", "wrap-up", "not responding", "locked", "unlocked", "logs in", "logs out", "clicks available", "stays", "native timeout, back after 8s", "browser returns", "head-count 4600 of 5000"',
      text,
      KNOWN,
    );
  }
  if (presence === 'OFFLINE') return { does: 'go_offline' };
  return {
    does: 'set_presence',
    presence,
    label: labelled?.[1] === undefined ? undefined : normaliseName(labelled[1]),
  };
}

/** Reads `returns after 8s, restores presence, token moves`. Throws `WordFault`. */
export function parseBrowser(text: string): BrowserWords {
  const plain = { restores: false, movesToken: true, answersOffline: false, times: Infinity };
  const parts = text
    .toLowerCase()
    .trim()
    .split(/\s*,\s*/)
    .map(partOfBrowser);
  const browser = Object.assign({ ...plain, after: undefined }, ...parts) as Partial<BrowserWords>;
  const { after } = browser;
  if (after === undefined) throw new WordFault('a browser needs "returns after 8s"');
  return { ...plain, ...browser, after };
}

const BROWSER: Readonly<Record<string, Partial<BrowserWords>>> = {
  'restores presence': { restores: true },
  'presence restored': { restores: true },
  'comes back available': { restores: false },
  available: { restores: false },
  'token moves': { movesToken: true },
  'token stays': { movesToken: false },
  'answers offline': { answersOffline: true },
  once: { times: 1 },
};

function partOfBrowser(clause: string): Partial<BrowserWords> {
  const delay = /^returns after (\S+)$/.exec(clause)?.[1];
  if (delay !== undefined) return { after: durationOf(delay) };
  const times = /^(\d+) times$/.exec(clause)?.[1];
  if (times !== undefined) return { times: Number(times) };
  const known = Object.hasOwn(BROWSER, clause) ? BROWSER[clause] : undefined;
  if (known !== undefined) return known;
  throw new WordFault(
    '{value} is not a behaviour of a browser; there are "returns after 8s", "restores presence", "comes back available", "token moves", "token stays", "answers offline", "once", "3 times"',
    clause,
    Object.keys(BROWSER),
  );
}
