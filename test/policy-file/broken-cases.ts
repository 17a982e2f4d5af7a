/** Policies with one fault each, and what is said of it. */
import { REGIONS } from '../../src/domain/region.ts';
import type { Env } from '../../src/policy-file/interpolate.ts';
import { GOOD_RULE, withGenesys, withMore, withRule } from './texts.ts';

interface Broken {
  readonly title: string;
  readonly text: string;
  readonly faults: readonly string[];
  readonly env?: Env;
}

function withKey(key: string, value: string): string {
  return withRule(`{ id: gone, when: { presence: [idle] }, limit: 60m, ${key}: ${value} }`);
}

function withWhen(when: string): string {
  return withRule(`{ id: gone, when: ${when}, limit: 60m }`);
}

function withLimit(limit: string): string {
  return withRule(`{ id: gone, when: { presence: [idle] }, limit: ${limit} }`);
}

export const BROKEN: readonly Broken[] = [
  {
    title: 'an empty file',
    text: '',
    faults: ['1:1: policy: the file is empty; config/idle-enforcer.yaml is a good start'],
  },
  {
    title: 'a file with nothing but a comment',
    text: '# hi\n',
    faults: ['1:1: policy: the file is empty; config/idle-enforcer.yaml is a good start'],
  },
  { title: 'a list', text: '- 1\n', faults: ['1:1: policy: must be a block of keys, not a list'] },
  { title: 'a single word', text: 'hello\n', faults: ['1:1: policy: must be a block of keys'] },
  {
    title: 'a policy without a version',
    text: withMore('').replace('version: 1\n', 'mode: observe\n'),
    faults: ['1:1: version: is missing'],
  },
  {
    title: 'another version',
    text: withMore('').replace('version: 1', 'version: 2'),
    faults: ['1:10: version: must be 1, the only version of this format'],
  },
  { title: 'a policy without a platform', text: withGenesys('# none'), faults: ['1:1: genesys: is missing'] },
  {
    title: 'a platform without a region',
    text: withGenesys('genesys: { client_id: a, client_secret: b }'),
    faults: ['2:1: genesys.region: is missing'],
  },
  {
    title: 'a region that cannot be',
    text: withGenesys('genesys: { region: eu west, client_id: a, client_secret: b }'),
    faults: [
      '2:20: genesys.region: this is neither an AWS region such as eu-west-1 nor a host such as mypurecloud.ie',
    ],
  },
  {
    title: 'a region that the platform does not have',
    text: withGenesys('genesys: { region: eu-west-9, client_id: a, client_secret: b }'),
    faults: [
      `2:20: genesys.region: "eu-west-9" is not a region of the platform; there are ${REGIONS.join(', ')}; or write the host (did you mean "eu-west-1"?)`,
    ],
  },
  {
    title: 'a bad region from the environment, without showing it',
    text: withGenesys('genesys: { region: "${REGION}", client_id: a, client_secret: b }'),
    env: { REGION: 'top secret' },
    faults: [
      '2:20: genesys.region: the value of ${REGION} is neither an AWS region such as eu-west-1 nor a host such as mypurecloud.ie',
    ],
  },
  {
    title: 'an empty secret',
    text: withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: "" }'),
    faults: ['2:60: genesys.client_secret: is empty'],
  },
  {
    title: 'a client id that YAML reads as a number',
    text: withGenesys('genesys: { region: eu-west-1, client_id: 123, client_secret: b }'),
    faults: ['2:42: genesys.client_id: 123 is read as a number: put it in quotes'],
  },
  {
    title: 'too many requests a minute',
    text: withGenesys(
      'genesys: { region: eu-west-1, client_id: a, client_secret: b, requests_per_minute: 20000 }',
    ),
    faults: ['2:84: genesys.requests_per_minute: must be a whole number from 10 to 10000'],
  },
  {
    title: 'a timeout that is too long',
    text: withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: b, timeout: 5m }'),
    faults: ['2:72: genesys.timeout: must be at most 2m'],
  },
  {
    title: 'an address that is not http',
    text: withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: b, api_url: ftp://x }'),
    faults: ['2:72: genesys.api_url: must be an address that begins with http:// or https://'],
  },
  {
    title: 'a variable that is not set',
    text: withGenesys('genesys: { region: eu-west-1, client_id: "${NOPE}", client_secret: b }'),
    faults: ['2:42: genesys.client_id: the environment variable NOPE is not set'],
  },
  {
    title: 'a reference that is not closed',
    text: withGenesys('genesys: { region: eu-west-1, client_id: "${NOPE", client_secret: b }'),
    faults: ['2:42: genesys.client_id: has "${" without a closing "}"; write "$${" for a plain "${"'],
  },
  {
    title: 'a reference that is none',
    text: withGenesys('genesys: { region: eu-west-1, client_id: "${no pe}", client_secret: b }'),
    faults: [
      '2:42: genesys.client_id: has a "${…}" that is neither ${NAME}, ${NAME:-default} nor ${file:PATH}',
    ],
  },
  {
    title: 'a file of a secret that is not there',
    text: withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: "${file:/nowhere/x}" }'),
    faults: ['2:60: genesys.client_secret: the file /nowhere/x cannot be read: it does not exist'],
  },
  {
    title: 'what is not the path of a file but perhaps the secret itself, which is not shown',
    text: withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: "${file:hx7Qz2-Kp9wVt}" }'),
    faults: ['2:60: genesys.client_secret: the file in its "${file:…}" cannot be read: it does not exist'],
  },
  {
    title: 'an unknown key, with the one that was meant',
    text: withMore('profils: []\n'),
    faults: ['7:1: profils: unknown key (did you mean "profiles"?)'],
  },
  {
    title: 'an unknown key that is like no other',
    text: withMore('zebra: 1\n'),
    faults: [
      '7:1: …: unknown key; there are version, name, mode, genesys, sweep, exempt, profiles, returns, caps, rollout, billing, calendars, notify, identity, evidence, stay, store, server, page, log, tests',
    ],
  },
  {
    title: 'a key that stands twice',
    text: withMore('mode: observe\nmode: enforce\n'),
    faults: ['8:1: mode: the same key stands already in line 7'],
  },
  {
    title: 'tabs',
    text: withMore('caps:\n\tper_sweep: 1\n'),
    faults: ['8:1: policy: indent with spaces, not tabs'],
  },
  {
    title: 'a bracket that is not closed',
    text: withMore('exempt: [\n'),
    faults: ['8:1: policy: the indentation does not fit the lines above, or a bracket is not closed'],
  },
  {
    title: 'a quote that is not closed',
    text: withMore('mode: "observe\n'),
    faults: ['7:7: policy: the quote that opens here is never closed: close it where its text ends'],
  },
  {
    title: 'a wildcard without quotes, which YAML takes for an alias',
    text: withMore('exempt:\n  - users: [*.example.com]\n'),
    faults: [
      '8:13: exempt[0].users[0]: this alias (*name) names no anchor above it; put text that begins with * in quotes',
    ],
  },
  {
    title: 'a second document',
    text: withMore('---\nversion: 1\n'),
    faults: ['7:1: policy: a policy is one document: remove the second "---"'],
  },
  {
    title: 'a tag',
    text: withMore('tests: !files [a]\n'),
    faults: ['7:8: policy: tags (!name) and directives (%…) have no meaning here'],
  },
  {
    title: 'an unknown mode',
    text: withMore('mode: enforced\n'),
    faults: ['7:7: mode: "enforced" is not known here; there are observe, enforce (did you mean "enforce"?)'],
  },
  {
    title: 'an unknown mode from the environment, without showing it',
    text: withMore('mode: ${MODE}\n'),
    faults: ['7:7: mode: the value of ${MODE} is not known here; there are observe, enforce'],
    env: { MODE: 'sesame' },
  },
  {
    title: 'a policy without profiles',
    text: withMore('').replace(/profiles:[^]*/, ''),
    faults: ['1:1: profiles: is missing'],
  },
  {
    title: 'an empty list of profiles',
    text: withMore('').replace(/profiles:[^]*/, 'profiles: []\n'),
    faults: ['3:11: profiles: is an empty list'],
  },
  {
    title: 'profiles with nothing after the colon',
    text: withMore('').replace(/profiles:[^]*/, 'profiles:\n'),
    faults: ['3:1: profiles: is empty: give a value or leave the key out'],
  },
  {
    title: 'a profile without rules',
    text: withMore('').replace(/ {4}rules:[^]*/, ''),
    faults: ['4:5: profiles[0].rules: is missing'],
  },
  {
    title: 'a rule without an id',
    text: withRule('{ when: { presence: [idle] }, limit: 60m }'),
    faults: ['6:9: profiles[0].rules[0].id: is missing'],
  },
  {
    title: 'a rule without a condition',
    text: withRule('{ id: gone, limit: 60m }'),
    faults: ['6:9: profiles[0].rules[0].when: is missing'],
  },
  {
    title: 'an empty condition',
    text: withWhen('{}'),
    faults: [
      '6:27: profiles[0].rules[0].when: is empty: a rule needs a condition, such as { presence: [idle] }',
    ],
  },
  {
    title: 'a condition that lacks its braces',
    text: withWhen('presence: idle'),
    faults: [
      '6:27: policy: this is not valid YAML; a brace, bracket, quote or comma may be missing or too many',
    ],
  },
  {
    title: 'a condition that is a word',
    text: withWhen('idle'),
    faults: ['6:27: profiles[0].rules[0].when: must be a block of keys'],
  },
  {
    title: 'a mistyped presence',
    text: withWhen('{ presence: [idel] }'),
    faults: [
      '6:40: profiles[0].rules[0].when.presence[0]: "idel" is not a system presence; there are available, away, busy, offline, idle, on_queue, meal, training, meeting, break (did you mean "idle"?)',
    ],
  },
  {
    title: 'an unknown routing status',
    text: withWhen('{ routing: [offqueue, sleeping] }'),
    faults: [
      '6:49: profiles[0].rules[0].when.routing[1]: this is not a routing status; there are off_queue, idle, interacting, not_responding, communicating',
    ],
  },
  {
    title: 'a presence that is not a list',
    text: withWhen('{ presence: idle }'),
    faults: ['6:39: profiles[0].rules[0].when.presence: must be a list, such as [one, two]'],
  },
  {
    title: 'an empty list of presences',
    text: withWhen('{ presence: [] }'),
    faults: ['6:39: profiles[0].rules[0].when.presence: is an empty list'],
  },
  {
    title: 'a rule for Offline agents',
    text: withWhen('{ presence: [idle, Offline] }'),
    faults: [
      '6:46: profiles[0].rules[0].when.presence[1]: Offline is never due: an Offline agent is already logged off',
    ],
  },
  {
    title: 'an empty not',
    text: withWhen('{ presence: [idle], not: {} }'),
    faults: ['6:52: profiles[0].rules[0].when.not: is empty: it would leave out everything'],
  },
  {
    title: 'a mistyped key in a condition',
    text: withWhen('{ precense: [idle] }'),
    faults: ['6:29: profiles[0].rules[0].when.precense: unknown key (did you mean "presence"?)'],
  },
  {
    title: 'a label that YAML reads as a number',
    text: withWhen('{ secondary_presence: [4711] }'),
    faults: [
      '6:50: profiles[0].rules[0].when.secondary_presence[0]: 4711 is read as a number: put it in quotes',
    ],
  },
  {
    title: 'a rule without a limit',
    text: withRule('{ id: gone, when: { presence: [idle] } }'),
    faults: ['6:9: profiles[0].rules[0].limit: is missing'],
  },
  {
    title: 'a limit without a unit',
    text: withLimit('60'),
    faults: ['6:56: profiles[0].rules[0].limit: 60 has no unit: write 60m for minutes or 60s for seconds'],
  },
  {
    title: 'a limit of nothing',
    text: withLimit('0'),
    faults: ['6:56: profiles[0].rules[0].limit: 0 is not a duration; write 90s, 45m, 2h, 1h30m or 1d'],
  },
  {
    title: 'a limit with an unknown unit',
    text: withLimit('60 min'),
    faults: ['6:56: profiles[0].rules[0].limit: "60 min" is not a duration; write 90s, 45m, 2h, 1h30m or 1d'],
  },
  {
    title: 'a negative limit',
    text: withLimit('-5m'),
    faults: ['6:56: profiles[0].rules[0].limit: "-5m" is not a duration; write 90s, 45m, 2h, 1h30m or 1d'],
  },
  {
    title: 'a limit of no time',
    text: withLimit('0s'),
    faults: ['6:56: profiles[0].rules[0].limit: must be at least 1s'],
  },
  {
    title: 'a limit shorter than two sweeps',
    text: withLimit('90s'),
    faults: [
      '6:56: profiles[0].rules[0].limit: is shorter than two sweeps; with this sweep.every at least 2m',
    ],
  },
  {
    title: 'a limit that is true',
    text: withLimit('true'),
    faults: ['6:56: profiles[0].rules[0].limit: must be text'],
  },
  {
    title: 'a limit that is a list',
    text: withLimit('[60m]'),
    faults: ['6:56: profiles[0].rules[0].limit: must be text, not a list'],
  },
  {
    title: 'a limit beyond all bounds',
    text: withLimit('99999999999999999999d'),
    faults: ['6:56: profiles[0].rules[0].limit: must be at most 3660d'],
  },
  {
    title: 'a limit that is too short for slow sweeps',
    text: withRule(
      '{ id: gone, when: { presence: [idle] }, limit: 15m }',
      'sweep: { every: "0 */10 * * * *" }\nreturns: { window: 20m }\n',
    ),
    faults: [
      '6:56: profiles[0].rules[0].limit: is shorter than two sweeps; with this sweep.every at least 20m',
    ],
  },
  {
    title: 'a mistyped clock',
    text: withKey('clock', 'sinceSign'),
    faults: [
      '6:68: profiles[0].rules[0].clock: "sinceSign" is not known here; there are since_sign, in_state, since_work (did you mean "since_sign"?)',
    ],
  },
  {
    title: 'since_work on routing statuses that are work',
    text: withRule('{ id: gone, when: { routing: [idle, not_responding] }, clock: since_work, limit: 60m }'),
    faults: [
      '6:71: profiles[0].rules[0].clock: since_work never runs in these states: being on queue is work; use in_state or since_sign',
    ],
  },
  {
    title: 'since_work on a presence that is work',
    text: withRule('{ id: gone, when: { presence: [On Queue] }, clock: since_work, limit: 60m }'),
    faults: [
      '6:27: profiles[0].rules[0].when: fits only agents who wait on queue, which is work: add waiting_on_queue: true to the rule to log them off',
      '6:60: profiles[0].rules[0].clock: since_work never runs in these states: being on queue is work; use in_state or since_sign',
    ],
  },
  {
    title: 'a mistyped calendar',
    text: withKey('outside', 'buisness-hours').replace(
      /$/,
      'calendars: { business-hours: { timezone: UTC, weekly: { daily: "08:00-17:00" } } }\n',
    ),
    faults: [
      '6:70: profiles[0].rules[0].outside: "buisness-hours" is not the name of a calendar (did you mean "business-hours"?)',
    ],
  },
  {
    title: 'during and outside at once',
    text: withRule(
      '{ id: gone, when: { presence: [idle] }, limit: 60m, during: a, outside: a }',
      'calendars: { a: { timezone: UTC, weekly: { daily: "08:00-17:00" } } }\n',
    ),
    faults: ['6:72: profiles[0].rules[0].outside: has both during and outside: leave one of them'],
  },
  {
    title: 'a rule without actions',
    text: withKey('actions', '[]'),
    faults: ['6:70: profiles[0].rules[0].actions: is an empty list'],
  },
  {
    title: 'an action that stands twice',
    text: withKey('actions', '[offline, offline]'),
    faults: ['6:80: profiles[0].rules[0].actions[1]: offline stands twice in the list'],
  },
  {
    title: 'actions that take nobody off',
    text: withKey('actions', '[notify]'),
    faults: [
      '6:70: profiles[0].rules[0].actions: logs no agent off: add offline or revoke_tokens to the actions',
    ],
  },
  {
    title: 'an unknown action',
    text: withKey('actions', '[logout]'),
    faults: [
      '6:71: profiles[0].rules[0].actions[0]: this is not known here; there are off_queue, offline, release_station, revoke_tokens, end_sso_session, notify',
    ],
  },
  {
    title: 'the end of the SSO session in a rule',
    text: withKey('actions', '[offline, end_sso_session]'),
    faults: [
      '6:80: profiles[0].rules[0].actions[1]: end_sso_session is allowed only in rungs of returns.ladder',
    ],
  },
  {
    title: 'a warning that no channel carries',
    text: withKey('warn', '5m'),
    faults: [
      '6:67: profiles[0].rules[0].warn: no enabled channel under notify lists warning, so no agent could be warned',
    ],
  },
  {
    title: 'a warning as long as the limit',
    text: withRule(
      '{ id: gone, when: { presence: [idle] }, limit: 60m, warn: 60m }',
      'notify: [{ name: a, type: webhook, url: "https://x.example", on: [warning] }]\n',
    ),
    faults: ['6:67: profiles[0].rules[0].warn: must be shorter than the limit of 1h'],
  },
  {
    title: 'a warning whose only channel is switched off',
    text: withRule(
      '{ id: gone, when: { presence: [idle] }, limit: 60m, warn: 5m }',
      'notify: [{ name: a, type: webhook, url: "", on: [warning] }]\n',
    ),
    faults: [
      '6:67: profiles[0].rules[0].warn: no enabled channel under notify lists warning, so no agent could be warned',
    ],
  },
  {
    title: 'addresses of the platform that are more than a place, or none',
    text: withGenesys(
      'genesys: { region: eu-west-1, client_id: a, client_secret: b, api_url: "https://u:p@x.example.com", login_url: "http://[x" }',
    ),
    faults: [
      '2:72: genesys.api_url: has more than a host and a path: leave out users, passwords, ? and #',
      '2:112: genesys.login_url: is no address',
    ],
  },
  {
    title: 'a file of policy tests',
    text: 'every: 1m\ntests:\n  - { name: x, timeline: ["09:00 away"], logoffs: [] }\n',
    faults: ['1:1: policy: it holds policy tests, and no policy: "idle-enforcer test" runs them'],
  },
  {
    title: 'a name of the organisation that could not be one',
    text: withMore('name: "acme/eu"\n'),
    faults: [
      '7:7: name: this is not a name: letters from a to z, digits, blank, dot, dash and underscore, at most 64',
    ],
  },
  {
    title: 'a rule id with a blank',
    text: withRule('{ id: "a b", when: { presence: [idle] }, limit: 60m }'),
    faults: [
      '6:15: profiles[0].rules[0].id: "a b" is not an id: letters, digits, dot, dash and underscore, at most 64',
    ],
  },
  {
    title: 'two rules with one id',
    text: withRule(GOOD_RULE + '\n      - ' + GOOD_RULE),
    faults: ['7:15: profiles[0].rules[1].id: another rule has this name already, in line 6'],
  },
  {
    title: 'two profiles with one name',
    text: withMore('')
      .replace('name: all', 'name: all\n    match: { groups: [A] }')
      .concat('  - { name: All, rules: [{ id: b, when: { presence: [idle] }, limit: 60m }] }\n'),
    faults: ['8:13: profiles[1].name: another profile has this name already, in line 4'],
  },
  {
    title: 'a profile behind one that takes everyone',
    text: withMore(
      '  - { name: late, match: { groups: [A] }, rules: [{ id: b, when: { presence: [idle] }, limit: 60m }] }\n',
    ),
    faults: [
      '7:5: profiles[1]: can never have anyone: the profile in line 4 has no match and takes everyone',
    ],
  },
  {
    title: 'an empty match',
    text: withMore('').replace('name: all', 'name: all\n    match: {}'),
    faults: ['5:12: profiles[0].match: is empty: leave match out if everyone is meant'],
  },
  {
    title: 'an empty not in a match',
    text: withMore('').replace('name: all', 'name: all\n    match: { groups: [A], not: {} }'),
    faults: ['5:32: profiles[0].match.not: is empty: it would leave out everything'],
  },
  {
    title: 'an exemption for everyone',
    text: withMore('exempt: [{}]\n'),
    faults: ['7:10: exempt[0]: has no condition: it would protect everyone; add users, groups or a presence'],
  },
  {
    title: 'an exemption with nothing but a reason and an end',
    text: withMore('exempt: [{ reason: x, until: 2030-01-01 }]\n'),
    faults: [
      '7:10: exempt[0]: has no condition beside until and reason: it would protect everyone; add users, groups or a presence',
    ],
  },
  {
    title: 'a date that does not exist',
    text: withMore('exempt: [{ users: [a], until: 2026-02-30 }]\n'),
    faults: [
      '7:31: exempt[0].until: "2026-02-30" is neither a date such as 2026-12-31 nor a moment such as 2026-12-31T18:00:00Z',
    ],
  },
  {
    title: 'a moment without its offset',
    text: withMore('exempt: [{ users: [a], until: 2026-02-03T10:00:00 }]\n'),
    faults: [
      '7:31: exempt[0].until: "2026-02-03T10:00:00" is neither a date such as 2026-12-31 nor a moment such as 2026-12-31T18:00:00Z',
    ],
  },
  {
    title: 'an empty not in an exemption',
    text: withMore('exempt: [{ users: [a], not: {} }]\n'),
    faults: ['7:29: exempt[0].not: is empty: it would leave out everything'],
  },
  {
    title: 'a window shorter than two sweeps',
    text: withMore('returns: { window: 90s }\n'),
    faults: ['7:20: returns.window: is shorter than two sweeps; with this sweep.every at least 2m'],
  },
  {
    title: 'a rung with an empty list of actions',
    text: withMore('returns: { ladder: [{ wait: 1m, actions: [] }] }\n'),
    faults: ['7:42: returns.ladder[0].actions: is an empty list'],
  },
  {
    title: 'a rung without actions',
    text: withMore('returns: { ladder: [{ wait: 1m }] }\n'),
    faults: ['7:21: returns.ladder[0].actions: is missing'],
  },
  {
    title: 'a ladder without rungs',
    text: withMore('returns: { ladder: [] }\n'),
    faults: ['7:20: returns.ladder: is an empty list'],
  },
  {
    title: 'the end of the SSO session without a connector',
    text: withMore('returns: { ladder: [{ wait: 1m, actions: [end_sso_session, offline] }] }\n'),
    faults: ['7:43: returns.ladder[0].actions[0]: end_sso_session needs a connector under identity'],
  },
  {
    title: 'an unknown word for repeat',
    text: withMore('returns: { repeat: always }\n'),
    faults: ['7:20: returns.repeat: this is not a duration; write 90s, 45m, 2h, 1h30m or 1d, or never'],
  },
  {
    title: "a profile's own window that is too short",
    text: withMore('    returns: { window: 1m }\n'),
    faults: [
      '7:24: profiles[0].returns.window: is shorter than two sweeps; with this sweep.every at least 2m',
    ],
  },
  {
    title: "a profile's own returns that are empty",
    text: withMore('    returns: {}\n'),
    faults: ['7:14: profiles[0].returns: is empty: leave it out if the general returns are meant'],
  },
  {
    title: 'a cap of nothing',
    text: withMore('caps: { per_sweep: 0 }\n'),
    faults: ['7:20: caps.per_sweep: must be a whole number from 1 to 10000'],
  },
  {
    title: 'a share without a percent sign',
    text: withMore('caps: { breaker: { share: 25 } }\n'),
    faults: ['7:27: caps.breaker.share: 25 is not a share; write 25% or 0.25: more than 0, at most 100%'],
  },
  {
    title: 'a share of nothing',
    text: withMore('caps: { breaker: { share: 0% } }\n'),
    faults: ['7:27: caps.breaker.share: "0%" is not a share; write 25% or 0.25: more than 0, at most 100%'],
  },
  {
    title: 'a negative number',
    text: withMore('caps: { settle: -1 }\n'),
    faults: ['7:17: caps.settle: must be a whole number from 0 to 1000'],
  },
  {
    title: 'a number that is a word',
    text: withMore('caps: { per_hour: many }\n'),
    faults: ['7:19: caps.per_hour: must be a whole number from 1 to 1000000'],
  },
  {
    title: 'a cron expression with a second that does not exist',
    text: withMore('sweep: { every: "61 * * * * *" }\n'),
    faults: [
      '7:17: sweep.every: "61 * * * * *" is not a cron expression (look at the seconds); write six fields, seconds first, such as "0 * * * * *" for every minute',
    ],
  },
  {
    title: 'a duration for a cron expression',
    text: withMore('sweep: { every: 1m }\n'),
    faults: [
      '7:17: sweep.every: "1m" is not a cron expression; write six fields, seconds first, such as "0 * * * * *" for every minute',
    ],
  },
  {
    title: 'a number for a cron expression',
    text: withMore('sweep: { every: 60 }\n'),
    faults: ['7:17: sweep.every: must be text'],
  },
  {
    title: 'a mistyped time zone',
    text: withMore('calendars: { a: { timezone: Europe/Berln, weekly: { daily: "08:00-17:00" } } }\n'),
    faults: [
      '7:29: calendars.a.timezone: "Europe/Berln" is not a time zone as Area/Location, such as Europe/Berlin, nor UTC (did you mean "Europe/Berlin"?)',
    ],
  },
  {
    title: 'abbreviations, old names and offsets of time zones',
    text: withMore(
      `calendars:\n${['BST', 'CET', 'US/Eastern', 'Etc/GMT+5', '"+02:00"'].map((zone, i) => `  c${i}: { timezone: ${zone}, weekly: { mon: "08:00-17:00" } }\n`).join('')}`,
    ),
    faults: [
      '8:19: calendars.c0.timezone: "BST" is not a time zone as Area/Location, such as Europe/Berlin, nor UTC (did you mean "Europe/London"?)',
      '9:19: calendars.c1.timezone: "CET" is not a time zone as Area/Location, such as Europe/Berlin, nor UTC (did you mean "Europe/Berlin"?)',
      '10:19: calendars.c2.timezone: "US/Eastern" is not a time zone as Area/Location, such as Europe/Berlin, nor UTC (did you mean "America/New_York"?)',
      '11:19: calendars.c3.timezone: this is not a time zone as Area/Location, such as Europe/Berlin, nor UTC',
      '12:19: calendars.c4.timezone: this is not a time zone as Area/Location, such as Europe/Berlin, nor UTC',
    ],
  },
  {
    title: 'a day written out',
    text: withMore('calendars: { a: { timezone: UTC, weekly: { monday: "08:00-17:00" } } }\n'),
    faults: ['7:44: calendars.a.weekly.monday: is not a day; write mon, mon-fri, mon,wed or daily'],
  },
  {
    title: 'hours that do not exist',
    text: withMore('calendars: { a: { timezone: UTC, weekly: { mon: "08:00-25:00" } } }\n'),
    faults: [
      '7:49: calendars.a.weekly.mon: must be hours such as "07:00-19:00", in quotes; "00:00-24:00" is the whole day',
    ],
  },
  {
    title: 'a date in another notation',
    text: withMore(
      'calendars: { a: { timezone: UTC, weekly: { mon: "08:00-17:00" }, except: [25.12.2026] } }\n',
    ),
    faults: [
      '7:75: calendars.a.except[0]: "25.12.2026" is not a day; write 2026-12-25, every year 12-25, or a range such as 12-24..01-02',
    ],
  },
  {
    title: 'a calendar without hours',
    text: withMore('calendars: { a: { timezone: UTC } }\n'),
    faults: ['7:14: calendars.a.weekly: is missing'],
  },
  {
    title: 'a mistyped type of channel',
    text: withMore('notify: [{ name: a, type: slak, url: "", on: [held] }]\n'),
    faults: [
      '7:27: notify[0].type: "slak" is not known here; there are slack, teams, webhook, email (did you mean "slack"?)',
    ],
  },
  {
    title: 'a channel without a type',
    text: withMore('notify: [{ name: a, url: "", on: [held] }]\n'),
    faults: ['7:10: notify[0].type: is missing'],
  },
  {
    title: 'mistyped news',
    text: withMore('notify: [{ name: a, type: slack, url: "", on: [hold] }]\n'),
    faults: [
      '7:48: notify[0].on[0]: "hold" is not known here; there are held, breaker, policy_refused, rollout, blind, forbidden, ineffective, unknown_share, clock, store, engaged_too_long, return, warning (did you mean "held"?)',
    ],
  },
  {
    title: 'an address without http, without showing it',
    text: withMore('notify: [{ name: a, type: slack, url: "hooks.example.com/secret-path", on: [held] }]\n'),
    faults: ['7:39: notify[0].url: must be an address that begins with http:// or https://'],
  },
  {
    title: 'a channel without an address',
    text: withMore('notify: [{ name: a, type: slack, on: [held] }]\n'),
    faults: ['7:10: notify[0].url: is missing'],
  },
  {
    title: 'two channels with one name',
    text: withMore(
      'notify: [{ name: a, type: slack, url: "", on: [held] }, { name: A, type: teams, url: "", on: [held] }]\n',
    ),
    faults: ['7:65: notify[1].name: another channel has this name already, in line 7'],
  },
  {
    title: 'an identity without a connector',
    text: withMore('identity: { subject: email }\n'),
    faults: ['7:11: identity: has no connector; there are okta, entra, keycloak, webhook; write {} for none'],
  },
  {
    title: 'two connectors',
    text: withMore(
      'identity: { okta: { url: "https://a.example", api_token: t }, webhook: { url: "https://b.example", secret: s } }\n',
    ),
    faults: ['7:11: identity: has okta and webhook: keep one connector'],
  },
  {
    title: 'half a key',
    text: withMore('identity: { okta: { url: "https://a.example", client_id: t } }\n'),
    faults: ['7:19: identity.okta: needs either api_token, or client_id and private_key'],
  },
  {
    title: 'a subject that agents could change themselves',
    text: withMore(
      'identity: { okta: { url: "https://a.example", api_token: t }, subject: "CORP/{name}" }\n',
    ),
    faults: [
      '7:72: identity.subject: this uses a display name: agents may change theirs, and could choose whose session ends; use email, username, or a template with {email}, {username}, {local} or {id}',
    ],
  },
  {
    title: 'an unknown placeholder',
    text: withMore('identity: { okta: { url: "https://a.example", api_token: t }, subject: "{mail}" }\n'),
    faults: [
      '7:72: identity.subject: this is neither email nor username nor a template with {email}, {username}, {local} or {id}',
    ],
  },
  {
    title: 'a retention that is too short',
    text: withMore('store: { retention: 12h }\n'),
    faults: ['7:21: store.retention: must be at least 1d'],
  },
  {
    title: 'a port that does not exist',
    text: withMore('server: { port: 70000 }\n'),
    faults: ['7:17: server.port: must be a whole number from 0 to 65535'],
  },
  {
    title: 'an unknown level',
    text: withMore('log: { level: verbose }\n'),
    faults: [
      '7:15: log.level: this is not known here; there are trace, debug, info, warn, error, fatal, silent',
    ],
  },
  {
    title: 'aliases of aliases of aliases',
    text: withMore(
      'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n',
    ),
    faults: ['1:1: policy: is far too large: too many values, nested too deeply, or aliases of aliases'],
  },
  {
    title: 'an alias of itself',
    text: withMore('tests: &a [*a]\n'),
    faults: ['1:1: policy: is far too large: too many values, nested too deeply, or aliases of aliases'],
  },
  {
    title: 'brackets without end',
    text: '['.repeat(20000),
    faults: ['1:1: policy: is far too large: too many values, nested too deeply, or aliases of aliases'],
  },
  {
    title: 'brackets too deep',
    text: '['.repeat(100) + ']'.repeat(100),
    faults: ['1:1: policy: is far too large: too many values, nested too deeply, or aliases of aliases'],
  },
  {
    title: 'a key that would change what objects are',
    text: withMore('__proto__: 1\n'),
    faults: ['7:1: policy: a key must be plain text'],
  },
  {
    title: 'a list for a key',
    text: withMore('? [a]\n: 1\n'),
    faults: ['7:3: policy: a key must be plain text'],
  },
];
