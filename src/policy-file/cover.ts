/** Which states the rules of a profile cover, and which they leave alone. */
import { SYSTEM_PRESENCES, type RoutingStatus, type SystemPresence } from '../domain/agent.ts';
import type { Profile, Rule } from '../domain/policy/policy.ts';
import { areContradictory } from '../domain/tracking/reading.ts';
import { fitOf, isLeftAlone } from '../domain/policy/when.ts';
import { tableLines, widthsOf } from '../texts/table.ts';

/** Agents who are interacting or communicating are engaged and never logged off, so those columns would say nothing. */
const COLUMNS: readonly (readonly [RoutingStatus, string])[] = [
  ['OFF_QUEUE', 'off queue'],
  ['IDLE', 'waiting on queue'],
  ['NOT_RESPONDING', 'not responding'],
];
const ROWS = SYSTEM_PRESENCES.filter((presence) => presence !== 'OFFLINE');

function coverOf(rule: Rule, presence: SystemPresence, routing: RoutingStatus): 'all' | 'some' | 'none' {
  const state = { presence, presenceId: undefined, routing };
  const fit = isLeftAlone(rule, state) ? 'no' : fitOf(rule.when, state);
  if (fit === 'no') return 'none';
  return fit === 'yes' && rule.hours === undefined ? 'all' : 'some';
}

function cellOf(profile: Profile, presence: SystemPresence, routing: RoutingStatus): string {
  if (areContradictory(presence, routing)) return '';
  const ids: string[] = [];
  for (const rule of profile.rules) {
    const cover = coverOf(rule, presence, routing);
    if (cover !== 'none') ids.push(cover === 'all' ? rule.id : `${rule.id}*`);
  }
  return ids.length === 0 ? '-' : ids.join(' ');
}

/** A table of presence by routing: the rules that cover each state, `-` where none does, nothing where it cannot be. */
export function coverTable(profile: Profile): readonly string[] {
  const rows = [
    ['', ...COLUMNS.map(([, title]) => title)],
    ...ROWS.map((presence) => [
      presence.toLowerCase().replace('_', ' '),
      ...COLUMNS.map(([routing]) => cellOf(profile, presence, routing)),
    ]),
  ];
  return [
    'Covered by (- by no rule, * only at some hours or with some labels):',
    ...tableLines(rows, widthsOf(rows)),
  ];
}
