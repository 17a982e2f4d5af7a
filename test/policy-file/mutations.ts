/**
 * Policies gone wrong: made from good ones by slips of the hand, by misunderstandings, and by intent. Seeded: the same number
 * makes the same text.
 */
import { createRandom, pick, type Random } from '../../src/sandbox/random.ts';

/** One text, how it was made, and whether something in it is wrong beyond doubt. */
export interface Mutant {
  readonly text: string;
  readonly how: readonly string[];
  readonly isPlainlyWrong: boolean;
  /** What stands in it and must be shown nowhere. */
  readonly secret: string;
}

/** Secrets of all kinds; none of them holds a word that a message could have by itself. */
const SECRETS: readonly string[] = [
  'hx7Qz2-Kp9wVt',
  'Zm9vYmF6cXV1eA+/9kQ==',
  '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c',
  'AKIAQZX7WVJ4EXQPLMNB',
  '4929123456781234',
  'xq#9vw:zk wj%7',
  'pz$$w0xq!{vj}kq',
  'gurkhorzbattrystapl',
  '8f14e45f-ceea-467f-ab7d-1c2d3e4f5a6b',
  'xoxb-2847362839-qwzxKJHG',
];

/** A policy that uses all there is; `SECRET` stands for the secret. */
const FULL = `version: 1
mode: enforce
genesys:
  region: eu-west-1
  client_id: an-id
  client_secret: "SECRET"
  requests_per_minute: 240
  timeout: 15s
sweep: { every: "0 * * * * *" }
exempt:
  - { users: [wallboard@example.com, "lobby*"], reason: "lobby screens" }
  - { groups: [Supervisors on call], until: 2026-12-31 }
  - { secondary_presence: [Coaching], not: { queues: [Sales] } }
profiles:
  - name: supervisors
    match: { groups: [Supervisors], not: { divisions: [Home] } }
    rules:
      - { id: sup-gone, when: { presence: [available, away, idle] }, limit: 12h }
  - name: agents
    returns: { grace: 5m, repeat: never }
    rules:
      - id: screen-locked
        description: 'the screen''s been locked'
        when: { presence: [idle] }
        clock: in_state
        limit: 60m
        warn: 5m
      - id: after-hours
        when: { routing: [off_queue, not_responding], not: { presence: [meal] } }
        outside: business-hours
        limit: 30m
        actions: [off_queue, offline, release_station, revoke_tokens]
returns:
  window: 2m
  ladder:
    - { wait: 1m, actions: [off_queue, offline] }
    - { wait: 5m, actions: [end_sso_session, off_queue, offline, revoke_tokens] }
caps: { per_sweep: 50, breaker: { at_least: 20, share: 25%, hold: 30m }, settle: 2 }
calendars:
  business-hours:
    timezone: America/Chicago
    weekly: { mon-fri: "07:00-19:00", sat: ["09:00-12:00", "13:00-14:00"] }
    except: [2026-12-25]
notify:
  - { name: ops, type: slack, url: "https://hooks.example.com/services/SECRET", on: [held, breaker] }
  - name: people
    type: email
    url: "smtps://mailer:SECRET@mail.example.com"
    from: idle@example.com
    to: [ops@example.com]
    on: [warning, held]
  - { name: hook, type: webhook, url: "https://hook.example.com/?token=SECRET", secret: "SECRET", on: [return] }
identity:
  okta: { url: "https://example.okta.com", api_token: "SECRET" }
  subject: "{local}@example.com"
store: { sqlite: ./data/idle.db, retention: 400d }
server: { port: 8080 }
log: { level: info, identities: name }
`;

/** The least that there can be, on few lines. */
const SMALL = `version: 1
genesys: { region: eu-west-1, client_id: an-id, client_secret: "SECRET" }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [idle] }, limit: 60m }] }]
`;

const ANCHORS = `x-parts:
  away: &away { presence: [away, idle] }
  rule: &rule { clock: in_state, limit: 60m }
  secret: &secret "SECRET"
version: 1
genesys: { region: eu-west-1, client_id: an-id, client_secret: *secret }
profiles:
  - name: all
    rules:
      - { <<: *rule, id: gone, when: *away }
      - { <<: [*rule], id: gone-too, when: { presence: [meal] }, limit: 2h }
`;

const BASES = [FULL, FULL, SMALL, ANCHORS];

/** A change of a text; `sure` says that something is wrong afterwards beyond doubt. */
interface Way {
  readonly name: string;
  readonly sure?: boolean;
  readonly change: (text: string, random: Random, secret: string) => string;
}

function below(random: Random, bound: number): number {
  return Math.floor(random() * bound);
}

/** A line that fits, changed; the text as it is when none does. */
function onLine(text: string, random: Random, fits: RegExp, change: (line: string) => string): string {
  const lines = text.split('\n');
  const places = lines.flatMap((line, i) => (fits.test(line) ? [i] : []));
  if (places.length === 0) return text;
  const place = pick(random, places);
  lines[place] = change(lines[place] ?? '');
  return lines.join('\n');
}

/** One of the places at which a pattern fits, changed. */
function onMatch(text: string, random: Random, pattern: RegExp, change: (found: string) => string): string {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const { index, 0: whole } = pick(random, found);
  return text.slice(0, index) + change(whole) + text.slice(index + whole.length);
}

function insert(text: string, at: number, more: string): string {
  return text.slice(0, at) + more + text.slice(at);
}

/** Values that fit nowhere, or only somewhere else. */
const VALUES = [
  '60',
  '-1',
  '1e400',
  '.nan',
  '0x1F',
  'true',
  '~',
  '[]',
  '{}',
  '[[]]',
  '"60 min"',
  '1.5h',
  '99999999999999999999d',
  '9'.repeat(400),
  '"\\u0000"',
  '2026-13-45',
  '25:61-99:99',
  'Europe/Berln',
  '"1-1000000000 * * * * *"',
  '"*a*a*a*a*a*a*a*b"',
  '😀😀😀',
  "'it''s'",
  '"${NOPE}"',
  '"${NOPE:-}"',
  '"${file:/nowhere}"',
  '"${"',
  '*nowhere',
  '!tag x',
  '|\n   a\n   b\n',
];

const KEY_AND_VALUE = /([A-Za-z_-]+): +([^\s{[,}\]#][^,}\]#\n]*)/g;

/** Where a secret can get by a slip. */
const MISPLACED: readonly Way[] = [
  {
    name: 'the blank after a colon is missing',
    change: (text, random) => onMatch(text, random, /[a-z]: (?=")/g, (found) => found.trimEnd()),
  },
  {
    name: 'blank and quotes are missing around a secret',
    change: (text, random, secret) => onMatch(text, random, /: "SECRET"/g, () => `:${secret}`),
  },
  {
    name: 'quotes are missing around a secret',
    change: (text, random, secret) =>
      onMatch(text, random, /"[^"\n]*SECRET[^"\n]*"/g, (found) =>
        found.slice(1, -1).replace('SECRET', secret),
      ),
  },
  {
    name: 'a secret stands in place of another value',
    change: (text, random, secret) =>
      onMatch(text, random, KEY_AND_VALUE, (found) => found.replace(/: .*$/s, `: ${secret}`)),
  },
  {
    name: 'a secret in quotes stands in place of another value',
    change: (text, random, secret) =>
      onMatch(text, random, KEY_AND_VALUE, (found) => found.replace(/: .*$/s, `: "${secret}"`)),
  },
  {
    name: 'a secret stands in place of a key',
    change: (text, random, secret) => onMatch(text, random, /[A-Za-z_-]+(?=: )/g, () => secret),
  },
  {
    name: 'a secret in quotes stands in place of a key',
    change: (text, random, secret) => onMatch(text, random, /[A-Za-z_-]+(?=: )/g, () => `"${secret}"`),
  },
  {
    name: 'a secret is one more entry of a list',
    change: (text, random, secret) => onMatch(text, random, /\[(?=[a-zA-Z2"])/g, () => `["${secret}", `),
  },
  {
    name: 'a secret is one more entry of a block list',
    change: (text, random, secret) =>
      onLine(text, random, /^ *- /, (line) => `${line.replace(/-.*$/, '')}- ${secret}\n${line}`),
  },
  {
    name: 'a secret stands on a line of its own',
    change: (text, random, secret) =>
      onLine(text, random, /./, (line) => `${line}\n${' '.repeat(below(random, 9))}${secret}`),
  },
  {
    name: 'a secret stands behind a value',
    change: (text, random, secret) => onLine(text, random, /./, (line) => `${line} ${secret}`),
  },
  {
    name: 'a secret is the name of an anchor',
    change: (text, random, secret) =>
      onMatch(text, random, /: (?=[[{"a-z0-9])/g, (found) => `${found}&${secret} `),
  },
  {
    name: 'a secret is the name of an alias',
    change: (text, random, secret) =>
      onMatch(text, random, KEY_AND_VALUE, (found) => found.replace(/: .*$/s, `: *${secret}`)),
  },
  {
    name: 'a secret is a tag',
    change: (text, random, secret) =>
      onMatch(text, random, /: (?=[[{"a-z0-9])/g, (found) => `${found}!${secret} `),
  },
  {
    name: 'a secret stands in a comment',
    change: (text, random, secret) => onLine(text, random, /./, (line) => `${line} # ${secret}`),
  },
  {
    name: 'a secret stands where the name of a variable should',
    change: (text, random, secret) => onMatch(text, random, /SECRET/g, () => `\${${secret}}`),
  },
  {
    name: 'a secret stands where the path of a file should',
    change: (text, random, secret) => onMatch(text, random, /SECRET/g, () => `\${file:${secret}}`),
  },
  {
    name: 'a secret is the default of a variable',
    change: (text, random, secret) =>
      onMatch(text, random, KEY_AND_VALUE, (found) => found.replace(/: .*$/s, `: "\${NOPE:-${secret}}"`)),
  },
  {
    name: 'a secret is merged in',
    change: (text, random, secret) => onMatch(text, random, /\{ /g, (found) => `${found}<<: ${secret}, `),
  },
];

const PUNCTUATION = Array.from('"\'{}[]:#&*!|>%@`,?-\t ');

/** Slips of the hand. */
const SLIPS: readonly Way[] = [
  {
    name: 'a character is gone',
    change: (text, random) => {
      const at = below(random, text.length);
      return text.slice(0, at) + text.slice(at + 1);
    },
  },
  {
    name: 'a character too many',
    change: (text, random) =>
      insert(
        text,
        below(random, text.length),
        pick(random, [...PUNCTUATION, '\n', '😀', '\u2028', '\u202e', ': ']),
      ),
  },
  {
    name: 'a control character',
    sure: true,
    change: (text, random) =>
      insert(text, below(random, text.length), pick(random, ['\u0000', '\u001b', '\r', '\u0007'])).replace(
        /\r\n/,
        '\r \n',
      ),
  },
  {
    name: 'a quote is gone',
    change: (text, random) => onMatch(text, random, /["']/g, () => ''),
  },
  {
    name: 'a line stands twice',
    change: (text, random) => onLine(text, random, /./, (line) => `${line}\n${line}`),
  },
  { name: 'a line is gone', change: (text, random) => onLine(text, random, /./, () => '') },
  {
    name: 'a line is moved to the right',
    change: (text, random) => onLine(text, random, /./, (line) => ' '.repeat(1 + below(random, 5)) + line),
  },
  {
    name: 'a line is moved to the left',
    change: (text, random) => onLine(text, random, /^ /, (line) => line.slice(1 + below(random, 4))),
  },
  {
    name: 'a line is indented by a tab',
    change: (text, random) => onLine(text, random, /^ /, (line) => line.replace(/^ +/, '\t')),
  },
  {
    name: 'the end is missing',
    change: (text, random) => text.slice(0, below(random, text.length)),
  },
  { name: 'Windows line ends', change: (text) => text.replaceAll(/\r?\n/g, '\r\n') },
  { name: 'a byte order mark', change: (text) => `\ufeff${text}` },
  {
    name: 'a value is another',
    change: (text, random) =>
      onMatch(text, random, KEY_AND_VALUE, (found) => found.replace(/: .*$/s, `: ${pick(random, VALUES)}`)),
  },
  {
    name: 'a word in a list is mistyped',
    sure: true,
    change: (text) => text.replace(/(?<!_)presence: \[(\w)(\w)/, 'presence: [$2$1x'),
  },
  {
    name: 'a key is mistyped',
    sure: true,
    change: (text, random) =>
      onMatch(
        text,
        random,
        /\b(?:genesys|rules|when|limit)(?=: )/g,
        (key) => `${key.slice(0, 2)}${key.slice(3)}q`,
      ),
  },
  {
    name: 'the version is another',
    sure: true,
    change: (text) => text.replace('version: 1', 'version: 2'),
  },
  {
    name: 'a limit is no duration',
    sure: true,
    change: (text, random) =>
      onMatch(text, random, /limit: \w+/g, () =>
        pick(random, ['limit: soon', 'limit: 60', 'limit: [1h]', 'limit: 1s']),
      ),
  },
  { name: 'an unknown key', sure: true, change: (text) => `${text}zebra: 1\n` },
  { name: 'a second document', sure: true, change: (text) => `${text}---\nversion: 1\n` },
];

/** Made to stop the program. Sizes are drawn, so that most are quick. */
const HARM: readonly Way[] = [
  {
    name: 'a key a thousand times',
    sure: true,
    change: (text, random) => text + 'mode: observe\n'.repeat(2 + below(random, 2_000)),
  },
  {
    name: 'thousands of keys',
    sure: true,
    change: (text, random) => text + numbered(random, 2_000, (i) => `k${i}: ${i}\n`),
  },
  {
    name: 'aliases of aliases',
    sure: true,
    change: (text, random) =>
      `${text}zebra: &a0 [x, x, x, x]\n${numbered(random, 12, (i) => `z${i}: &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}]\n`)}`,
  },
  {
    name: 'hundreds of aliases',
    sure: true,
    change: (text, random) => `${text}zebra: &z [1]\nz: [${numbered(random, 1_500, () => '*z, ')}]\n`,
  },
  {
    name: 'merged in circles',
    sure: true,
    change: (text) => `${text}zebra: &z { <<: *z }\n`,
  },
  {
    name: 'brackets without end',
    sure: true,
    change: (text, random) =>
      `${text}z: ${pick(random, ['[', '{a: ', '- ', '? ', '{[']).repeat(1 + below(random, 3_000))}`,
  },
  {
    name: 'closing brackets',
    sure: true,
    change: (text, random) =>
      `${text}${pick(random, [']', '}', ',', ': ', '"']).repeat(1 + below(random, 3_000))}`,
  },
  {
    name: 'a block without commas',
    sure: true,
    change: (text, random) => `${text}z: {\n${'a\n'.repeat(1 + below(random, 3_000))}}\n`,
  },
  {
    name: 'many calendars with a mistyped zone',
    change: (text, random) =>
      text.replace(
        'calendars:\n',
        (found) =>
          found +
          numbered(
            random,
            300,
            (i) => `  c${i}: { timezone: Europe/Berln, weekly: { daily: "08:00-17:00" } }\n`,
          ),
      ),
  },
  {
    name: 'many windows in a day',
    change: (text, random) =>
      text.replace('sat: [', `sat: [${numbered(random, 300, (i) => `"0${i % 9}:00-09:${10 + (i % 49)}", `)}`),
  },
  {
    name: 'many names',
    change: (text, random) =>
      text.replace('users: [', `users: [${numbered(random, 2_000, (i) => `"a*b*c*${i}", `)}`),
  },
  {
    name: 'a long text',
    change: (text, random) =>
      onMatch(
        text,
        random,
        KEY_AND_VALUE,
        (found) => found + pick(random, ['a', 'a-', '${A}', '{id}', 'ä', ' ']).repeat(below(random, 20_000)),
      ),
  },
  {
    name: 'a schedule of many parts',
    change: (text, random) => text.replace('0 * * * * *', `${'0-59,'.repeat(below(random, 100))}0 * * * * *`),
  },
];

function numbered(random: Random, most: number, line: (i: number) => string): string {
  return Array.from({ length: 1 + below(random, most) }, (_, i) => line(i)).join('');
}

/** The policy that mutant number `seed` is made of, whole. */
export function baseOf(seed: number): string {
  return BASES[seed % BASES.length] ?? FULL;
}

/** Mutant number `seed`: one change or two of any kind. */
export function mutant(seed: number): Mutant {
  const kinds = [[MISPLACED], [MISPLACED, SLIPS], [SLIPS], [SLIPS, SLIPS], [HARM], [MISPLACED, HARM]];
  return made(seed, pick(createRandom(seed), kinds));
}

/** The same, with a secret that got somewhere else by a slip or two. */
export function misplacement(seed: number): Mutant {
  return made(seed, pick(createRandom(seed), [[MISPLACED], [MISPLACED, SLIPS], [MISPLACED, MISPLACED]]));
}

function made(seed: number, kinds: readonly (readonly Way[])[]): Mutant {
  const random = createRandom(seed + 1);
  const secret = pick(random, SECRETS);
  const ways = kinds.map((kind) => pick(random, kind));
  let text = baseOf(seed);
  let isPlainlyWrong = false;
  for (const { change, sure } of ways) {
    const changed = change(text, random, secret);
    isPlainlyWrong = (sure ?? false) && changed !== text;
    text = changed;
  }
  const how = ways.map(({ name }) => name);
  return { text: text.replaceAll('SECRET', secret), how, isPlainlyWrong, secret };
}

/** Whether a text gives a secret away: six characters of it in a row are enough. */
export function givesAway(text: string, secret: string): boolean {
  for (let i = 0; i + 6 <= secret.length; i += 1) {
    if (text.includes(secret.slice(i, i + 6))) return true;
  }
  return false;
}
