/** What a changed policy changes, in plain words. */
import { expect, test } from '@jest/globals';
import { diffPolicies } from '../../src/policy-file/diff.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';

const OLD = `version: 1
mode: observe
genesys: { region: eu-west-1, client_id: a, client_secret: old-s3cr3t }
exempt: [{ users: [ana@example.com] }]
profiles:
  - name: agents
    match: { groups: [Agents] }
    rules:
      - { id: gone, when: { presence: [away] }, limit: 1h }
      - { id: locked, when: { presence: [idle] }, limit: 30m }
  - name: rest
    rules: [{ id: rest, when: { presence: [busy] }, limit: 2h }]
notify: [{ name: ops, type: slack, url: "https://hooks.example.com/old-s3cr3t", on: [held] }]
calendars: { office: { timezone: UTC, weekly: { mon: "08:00-17:00" } } }
`;

const CHANGES: readonly (readonly [string, string, readonly string[]])[] = [
  ['mode: observe', 'mode: enforce', ['mode observe → enforce']],
  ['mode: observe', 'name: acme\nmode: observe', ['name default → acme']],
  ['limit: 1h', 'limit: 1h30m', ['rule gone: limit 1h → 1h30m']],
  ['limit: 1h', 'limit: 1h, clock: in_state', ['rule gone: clock since_sign → in_state']],
  ['presence: [away]', 'presence: [away, meal]', ['rule gone.when: presence [away] → [away, meal]']],
  [
    'id: locked',
    'id: screen',
    ['profile agents: rule locked removed', 'profile agents: rule screen added, with a limit of 30m'],
  ],
  ['groups: [Agents]', 'groups: [Sales]', ['profile agents: other people']],
  ['name: rest', 'name: others', ['profile rest removed', 'profile others added, with rules rest']],
  ['[{ users: [ana@example.com] }]', '[]', ['exempt: 1 → 0 entries']],
  ['ana@example.com', 'ben@example.com', ['exempt: 1 entry, changed']],
  ['old-s3cr3t }', 'new-s3cr3t }', ['genesys.client_secret changed']],
  ['/old-s3cr3t"', '/new-s3cr3t"', ['channel ops changed']],
  ['name: ops', 'name: duty', ['channel ops removed', 'channel duty added']],
  ['17:00', '18:00', ['calendar office changed']],
  ['calendars:', 'caps: { per_sweep: 5 }\ncalendars:', ['caps: per_sweep 50 → 5']],
  ['limit: 1h', 'limit: 1h, near_peak: 90%', ['rule gone: near_peak none → 90 %']],
  ['calendars:', 'caps: { breaker: { share: 12.5% } }\ncalendars:', ['caps.breaker: share 25 % → 12.5 %']],
  [
    'calendars:',
    'rollout: { steps: [0.5%, 100%], stop: { regret: 7%, unverified: 10% } }\ncalendars:',
    [
      'rollout: steps none → [0.5 %, 100 %]',
      'rollout: every none → 1d',
      'rollout.stop: regret none → 7 %',
      'rollout.stop: unverified none → 10 %',
    ],
  ],
  [
    'calendars:',
    'billing: { starts_on: 15, expected_peak: 500 }\ncalendars:',
    ['billing: starts_on none → 15', 'billing: timezone none → UTC', 'billing: expected_peak none → 500'],
  ],
  [
    'when: { presence: [busy] }',
    'when: { presence: [busy], not: { routing: [idle] } }',
    ['rule rest.when.not: routing none → [idle]'],
  ],
  ['calendars:', 'returns: { grace: 5m }\ncalendars:', ['returns: grace 10m → 5m']],
  ['calendars:', 'returns: { repeat: never }\ncalendars:', ['returns: repeat 1h → never']],
  [
    'calendars:',
    'log: { level: debug, identities: hash }\ncalendars:',
    ['log.level info → debug', 'log.identities name → hash'],
  ],
  ['calendars:', 'store: { retention: 30d }\ncalendars:', ['retention 400d → 30d']],
  [
    'calendars:',
    'sweep: { every: "*/30 * * * * *" }\ncalendars:',
    ['sweep.every 0 * * * * * → */30 * * * * *'],
  ],
  ['version: 1', '# only a remark\nversion: 1', []],
];

test.each(CHANGES)('from "%s" to "%s"', (from, to, words) => {
  expect(OLD).toContain(from);
  const [before, after] = [OLD, OLD.replace(from, to)].map((text) => loadPolicyText(text, 'p.yaml', {}));
  const said = diffPolicies(before!, after!);
  expect(said).toEqual(words);
  expect(said.join()).not.toMatch(/s3cr3t|example\.com/);
});
