/** A good policy, and changes of it: slips that log off agents at work, and changes that do no harm. */
import type { Named } from '../../src/domain/policy/named.ts';
import { between, pick, type Random } from '../../src/sandbox/random.ts';

/** Names stand for themselves. */
export const GROUPS: readonly Named[] = ['Supervisors', 'Wallboards', 'Agents', 'Coaches'].map((name) => ({
  id: name,
  names: [name],
}));

/** One rule as a line of YAML, without its id. */
type Rules = Readonly<Record<string, string>>;

interface PolicyWords {
  /** By the group that they are of, in order; `everyone` has no `match`. */
  readonly profiles: readonly (readonly [group: string, rules: Rules])[];
  readonly exempt: string;
  readonly returns: string;
}

const AGENTS: Rules = {
  'not-responding': 'when: { routing: [not_responding] }, clock: in_state, limit: 10m',
  'screen-locked': 'when: { presence: [idle] }, clock: in_state, limit: 60m',
  gone: 'when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: 60m',
  'long-meal': 'when: { presence: [meal] }, limit: 90m',
  'long-meeting': 'when: { presence: [meeting, training] }, limit: 4h',
};
const SUPERVISORS: Rules = {
  'sup-gone': 'when: { presence: [available, away, break, meal, busy, idle] }, limit: 12h',
};
/** Accounts of machines, which are put back where they belong. */
const WALLBOARDS: Rules = {
  shown: 'when: { routing: [off_queue, idle] }, waiting_on_queue: true, limit: 4m',
};

const GOOD: PolicyWords = {
  profiles: [
    ['Supervisors', SUPERVISORS],
    ['Wallboards', WALLBOARDS],
    ['Agents', AGENTS],
  ],
  exempt: '[{ groups: [Coaches], reason: they listen }]',
  returns: '{ window: 2m, grace: 10m }',
};

/** The text of a policy file. The ids of its rules begin with `prefix`. */
function textOf({ profiles, exempt, returns }: PolicyWords, prefix: string, more = ''): string {
  const lines = profiles.map(([group, rules]) => {
    const match = group === 'everyone' ? '' : `\n    match: { groups: [${group}] }`;
    const all = Object.entries(rules).map(([id, rule]) => `\n      - { id: ${prefix}${id}, ${rule} }`);
    return `  - name: ${group}${match}\n    rules:${all.join('')}\n`;
  });
  return `version: 1
mode: enforce
genesys: { region: eu-west-1, client_id: an-id, client_secret: unset }
exempt: ${exempt}
returns: ${returns}
${more}profiles:
${lines.join('')}`;
}

/** The policy that has been in force for all. */
export const FORMER: string = textOf(GOOD, 'former-');

function agents(rules: Rules): PolicyWords {
  return { ...GOOD, profiles: [...GOOD.profiles.slice(0, 2), ['Agents', { ...AGENTS, ...rules }]] };
}

function shortly(random: Random): string {
  return `limit: ${between(random, [2, 5]).toFixed(0)}m`;
}

type Change = readonly [kind: string, words: (random: Random) => PolicyWords];

const PRESENT = 'presence: [available, busy, away, break, idle, meal, meeting, training]';

/** Slips that log off agents at their desks. */
const AT_DESKS: readonly Change[] = [
  ['minutes in the place of hours', (r) => agents({ gone: `when: { routing: [off_queue] }, ${shortly(r)}` })],
  [
    'agents who wait on queue',
    (r) => agents({ gone: `when: { routing: [off_queue, idle] }, waiting_on_queue: true, ${shortly(r)}` }),
  ],
  [
    'the wrong clock',
    (r) => agents({ gone: `when: { routing: [off_queue] }, clock: since_work, ${shortly(r)}` }),
  ],
  ['the time in a state', (r) => agents({ gone: `when: { ${PRESENT} }, clock: in_state, ${shortly(r)}` })],
  [
    'groups exchanged',
    () => ({
      ...GOOD,
      profiles: [
        ['Supervisors', SUPERVISORS],
        ['Agents', WALLBOARDS],
        ['Wallboards', AGENTS],
      ],
    }),
  ],
  [
    'a profile that has lost its group',
    () => ({
      ...GOOD,
      profiles: [
        ['Supervisors', SUPERVISORS],
        ['everyone', WALLBOARDS],
      ],
    }),
  ],
  [
    'exemptions dropped',
    (r) => ({ ...agents({ gone: `when: { routing: [off_queue] }, ${shortly(r)}` }), exempt: '[]' }),
  ],
  [
    'a ladder that lets go of no agent',
    (r) => ({
      ...agents({ gone: `when: { routing: [off_queue] }, ${shortly(r)}` }),
      returns:
        '{ window: 10m, grace: 2m, ladder: [{ wait: 1m, actions: [off_queue, offline, revoke_tokens] }], repeat: 5m }',
    }),
  ],
  [
    'all of it at once',
    (r) => ({
      ...GOOD,
      profiles: [
        [
          'everyone',
          { gone: `when: { ${PRESENT}, routing: [off_queue, idle] }, waiting_on_queue: true, ${shortly(r)}` },
        ],
      ],
    }),
  ],
];

/** Slips that log off agents who are away for a while: they notice it when they come back. */
const AWAY: readonly Change[] = [
  ['meetings', (r) => agents({ 'long-meeting': `when: { presence: [meeting, training] }, ${shortly(r)}` })],
  ['breaks', (r) => agents({ gone: `when: { presence: [break] }, ${shortly(r)}` })],
  ['meals', (r) => agents({ 'long-meal': `when: { presence: [meal] }, ${shortly(r)}` })],
  [
    'a locked screen',
    (r) => agents({ 'screen-locked': `when: { presence: [idle] }, clock: in_state, ${shortly(r)}` }),
  ],
];

/** Changes that log off agents a little sooner or later, or none. */
const HARMLESS: readonly Change[] = [
  [
    'a shorter limit',
    (r) =>
      agents({
        gone: `when: { presence: [available, away, busy], routing: [off_queue] }, limit: ${between(r, [30, 59]).toFixed(0)}m`,
      }),
  ],
  [
    'a longer limit',
    (r) =>
      agents({
        gone: `when: { presence: [available, away, busy], routing: [off_queue] }, limit: ${between(r, [61, 120]).toFixed(0)}m`,
      }),
  ],
  [
    'a shorter meal',
    (r) => agents({ 'long-meal': `when: { presence: [meal] }, limit: ${between(r, [60, 89]).toFixed(0)}m` }),
  ],
  ['other answers', () => ({ ...GOOD, returns: '{ window: 3m, grace: 12m, repeat: 2h }' })],
  ['nothing but the ids of its rules', () => GOOD],
];

/** A changed policy. */
export interface Changed {
  readonly kind: string;
  readonly text: string;
}

/** What its rules are called by. */
export const CHANGED = 'changed-';

const LISTS = { harmful: AT_DESKS, away: AWAY, harmless: HARMLESS } as const;

export type ChangeKind = keyof typeof LISTS;

/** Makes the `n`th of a kind, with these steps: the kinds come in turn. */
export function changedPolicy(which: ChangeKind, n: number, random: Random, rollout: string): Changed {
  const list: readonly Change[] = LISTS[which];
  const [kind, words] = list[n % list.length] ?? pick(random, list);
  return { kind, text: textOf(words(random), CHANGED, `rollout: ${rollout}\n`) };
}

/** How many kinds there are. */
export function kindsOf(which: ChangeKind): number {
  return LISTS[which].length;
}
