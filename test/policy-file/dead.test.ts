/** Parts of a policy that can have no effect: each is one warning, at its place, with what to write. */
import { describe, expect, test } from '@jest/globals';
import { loadPolicyFile } from '../../src/policy-file/load.ts';
import { faultsOf, load, withGenesys, withMore, withRule } from './texts.ts';

const GOOD = '{ id: gone, when: { presence: [idle] }, limit: 60m }';
const RETURN = 'notify: [{ name: a, type: slack, url: "https://hooks.example.com/x", on: [return] }]\n';
const OKTA = 'identity: { okta: { url: "https://a.example", api_token: t } }\n';

/** Place, path and sentence of each warning. */
function warned(text: string): readonly string[] {
  return load(text).warnings.map((warning) => warning.replace(/^p\.yaml:/, ''));
}

function ruleOf(when: string, more = ''): string {
  return withRule(`{ id: gone, when: ${when}, limit: 60m${more} }`);
}

/** A policy with rules from line 6 on. */
function withRules(...rules: readonly string[]): string {
  return withRule(rules.join('\n      - '));
}

describe('a condition that makes no agent due is warned of', () => {
  test.each([
    ['{ presence: [available], routing: [idle] }', 'routing idle is only there with presence on_queue'],
    ['{ presence: [available, meal], routing: [idle] }', 'routing idle is only there with presence on_queue'],
    ['{ routing: [idle], not: { presence: [on_queue, offline] } }', 'routing idle is only there'],
    [
      '{ presence: [on_queue], routing: [off_queue] }',
      'presence on_queue is never there with routing off_queue',
    ],
    ['{ presence: [idle], routing: [interacting] }', 'agents in an interaction'],
    ['{ routing: [communicating, interacting] }', 'agents in an interaction'],
    ['{ not: { routing: [off_queue, idle, not_responding] } }', 'agents in an interaction'],
    [
      '{ not: { presence: [available, away, busy, idle, on_queue, meal, training, meeting, break] } }',
      'an Offline agent is logged off already',
    ],
    ['{ presence: [idle], not: { presence: [idle, away] } }', '`not` leaves out all'],
    ['{ secondary_presence: [Lunch], not: { secondary_presence: [LUNCH, Desk] } }', '`not` leaves out all'],
  ])('%s', (when, why) => {
    for (const more of ['', ', clock: in_state', ', clock: since_work', ', waiting_on_queue: true']) {
      const [warning, ...others] = warned(ruleOf(when, more)).filter((line) => line.includes('.when: '));
      expect(others).toEqual([]);
      expect(warning).toMatch(/^6:27: profiles\[0\]\.rules\[0\]\.when: makes no agent due: /);
      expect(warning).toContain(why);
    }
  });

  test('once, and with nothing else that follows from it', () => {
    expect(
      warned(ruleOf('{ presence: [available], routing: [idle] }', ', waiting_on_queue: true')),
    ).toHaveLength(1);
  });

  test.each([
    '{ presence: [offline] }',
    '{ routing: [idle] }',
    '{ presence: [on_queue], not: { presence: [meal] } }',
    '{}',
  ])('and %s is still refused', (when) => {
    expect(faultsOf(() => load(ruleOf(when)))).toHaveLength(1);
  });

  test.each([
    '{ presence: [idle], not: { routing: [idle] } }',
    '{ secondary_presence: [A], not: { secondary_presence: [B] } }',
  ])('and %s, which some agent can meet, is not', (when) => {
    expect(warned(ruleOf(when))).toEqual([]);
  });
});

describe('a rule that another one always beats is warned of', () => {
  const beaten = (...rules: readonly string[]): readonly string[] => warned(withRules(...rules));
  const SENTENCE =
    'logs all of these agents off sooner; leave one of them out, or let that one name fewer states';

  test.each([
    ['a longer limit', GOOD, '{ id: far, when: { presence: [idle] }, limit: 2h }'],
    [
      'fewer states',
      '{ id: all, when: { routing: [off_queue, not_responding] }, limit: 60m }',
      GOOD.replace('60m', '2h'),
    ],
    [
      'the same limit, further down',
      GOOD,
      '{ id: twin, when: { presence: [idle] }, limit: 1h, actions: [offline] }',
    ],
    ['hours of its own', GOOD, '{ id: far, when: { presence: [idle] }, limit: 2h, during: open }'],
    ['a label', GOOD, '{ id: far, when: { presence: [idle], secondary_presence: [Lunch] }, limit: 2h }'],
    [
      'the same label',
      '{ id: near, when: { secondary_presence: [Lunch] }, limit: 1h }',
      '{ id: far, when: { secondary_presence: [Lunch] }, limit: 2h }',
    ],
  ])('by %s', (_, near, far) => {
    const calendar = 'calendars: { open: { timezone: UTC, weekly: { mon-fri: "08:00-18:00" } } }\n';
    const text = withRules(near, far).concat(far.includes('during') ? calendar : '');
    expect(warned(text)).toEqual([`7:9: profiles[0].rules[1]: is never due: the rule in line 6 ${SENTENCE}`]);
  });

  test('also where it stands above the other', () => {
    expect(beaten('{ id: far, when: { presence: [idle] }, limit: 2h }', GOOD)).toEqual([
      `6:9: profiles[0].rules[0]: is never due: the rule in line 7 ${SENTENCE}`,
    ]);
  });

  test.each([
    ['another clock', '{ id: far, when: { presence: [idle] }, limit: 2h, clock: in_state }'],
    ['more states', '{ id: far, when: { presence: [idle, away] }, limit: 2h }'],
    ['a shorter limit', '{ id: near, when: { presence: [idle], secondary_presence: [Lunch] }, limit: 30m }'],
  ])('but not with %s', (_, other) => {
    expect(beaten(GOOD, other)).toEqual([]);
  });

  test('but not by a rule that only reports, only counts at some hours, or warns first', () => {
    const FAR = '{ id: far, when: { presence: [idle] }, limit: 2h }';
    expect(beaten(GOOD.replace(' }', ' }, mode: observe'), FAR)).toEqual([]);
    const calendar = 'calendars: { open: { timezone: UTC, weekly: { mon-fri: "08:00-18:00" } } }\n';
    expect(warned(withRules(GOOD.replace('60m', '60m, during: open'), FAR).concat(calendar))).toEqual([]);
    const hook = 'notify: [{ name: a, type: webhook, url: "https://h.example", secret: s, on: [warning] }]\n';
    expect(warned(withRules(GOOD.replace('60m', '60m, warn: 5m'), FAR).concat(hook))).toEqual([]);
  });

  test('but not in another profile', () => {
    const text = withRule(GOOD, '    match: { groups: [A] }\n  - name: others\n    rules:\n      - ').concat(
      '{ id: far, when: { presence: [idle] }, limit: 2h }\n',
    );
    expect(warned(text)).toEqual([]);
  });
});

describe('people whom nothing is left of are warned of', () => {
  const profiles = (first: string, second: string): string =>
    withRule(
      GOOD,
      `    match: ${first}\n  - name: b\n    match: ${second}\n    rules: [{ id: b, when: { presence: [away] }, limit: 1h }]\n`,
    );

  test('in a profile of which an earlier one takes everyone', () => {
    for (const [first, second] of [
      ['{ groups: [A, B] }', '{ groups: [b] }'],
      ['{ groups: [A] }', '{ groups: [A], queues: [Q] }'],
      ['{ users: ["*"] }', '{ groups: [A] }'],
      ['{ users: [Jürgen] }', '{ users: ["Jürgen"] }'],
    ] as const)
      expect(warned(profiles(first, second))).toEqual([
        '9:12: profiles[1].match: has no agent left: each one who fits has the profile in line 4 already; put the narrower profile first',
      ]);
    for (const [first, second] of [
      ['{ groups: [A] }', '{ groups: [A, B] }'],
      ['{ groups: [A], queues: [Q] }', '{ groups: [A] }'],
      ['{ groups: [A], not: { queues: [Q] } }', '{ groups: [A] }'],
    ] as const)
      expect(warned(profiles(first, second))).toEqual([]);
  });

  test('in a profile and in an exemption whose `not` leaves out all', () => {
    const text = withMore(
      '    match: { groups: [A], not: { groups: [a, B] } }\nexempt: [{ users: [x@y.example], not: { users: ["*"] } }, { groups: [A], presence: [busy], not: { groups: [A], presence: [away] } }]\n',
    );
    expect(warned(text)).toEqual([
      '8:10: exempt[0]: protects no agent: `not` leaves out all that stands beside it; take something out of `not`',
      '7:12: profiles[0].match: fits no agent: `not` leaves out all that stands beside it; take something out of `not`',
    ]);
  });

  test('in an exemption of a state that contradicts itself, which protects anyway', () => {
    expect(
      warned(withMore('exempt: [{ presence: [available], routing: [idle] }, { routing: [interacting] }]\n')),
    ).toEqual([
      expect.stringMatching(
        /^7:10: exempt\[0\]: changes nothing: routing idle is only there with presence on_queue/,
      ),
    ]);
  });
});

describe('a bound that another one always beats is warned of', () => {
  test.each([
    ['caps: { per_sweep: 50, per_hour: 20 }', '7:34: caps.per_hour: per_sweep of 50 never counts'],
    ['caps: { per_hour: 20 }', '7:19: caps.per_hour: per_sweep of 50 never counts'],
    ['caps: { per_sweep: 400 }', '7:20: caps.per_sweep: per_sweep of 400 never counts'],
    [
      'caps: { per_sweep: 2, per_hour: 200 }',
      '7:33: caps.per_hour: never counts: with this sweep.every and a per_sweep of 2 an hour has at most 120',
    ],
    ['caps: { breaker: { share: 100% } }', '7:27: caps.breaker.share: the breaker never trips'],
    ['caps: { breaker: { hold: 30s } }', '7:26: caps.breaker.hold: is over before the next sweep'],
    [
      'returns: { repeat: 13h }',
      '7:20: returns.repeat: the last rung is never repeated: the place on the ladder is forgotten after 12h',
    ],
    ['returns: { forget: 30m }', '7:20: returns.forget: the last rung is never repeated'],
    ['returns: { repeat: 30s }', '7:20: returns.repeat: is shorter than the 1m between two sweeps'],
    ['returns: { repeat: 5m }', '7:20: returns.repeat: is shorter than the wait of 10m in the last rung'],
    [
      'returns: { ladder: [{ wait: 13h, actions: [offline] }] , repeat: never }',
      '7:29: returns.ladder[0].wait: this rung never comes',
    ],
    [
      'returns: { grace: 2h }',
      '7:19: returns.grace: is longer than the limit of the rule in line 6: after any return',
    ],
    [
      '    returns: { grace: 2h }',
      '7:23: profiles[0].returns.grace: is longer than the limit of the rule in line 6',
    ],
  ])('%s', (line, beginning) => {
    const [warning = '', ...others] = warned(withMore(`${line}\n`));
    expect(others).toEqual([]);
    expect(warning.slice(0, beginning.length)).toBe(beginning);
  });

  test('of the identity provider', () => {
    const ladder = 'returns: { ladder: [{ wait: 1m, actions: [end_sso_session, revoke_tokens] }] }\n';
    const text = withMore(`${OKTA.replace(' }\n', ', per_hour: 400 }\n')}${ladder}`);
    expect(warned(text)).toEqual([
      '7:73: identity.per_hour: never counts: caps.per_hour lets only 300 log-offs through; write less than that',
    ]);
  });

  test.each([
    'caps: { per_sweep: 300 }',
    'caps: { per_sweep: 1 }',
    'caps: { per_sweep: 50, per_hour: 50 }',
    'caps: { breaker: { share: 99%, hold: 1m } }',
    'returns: { grace: 60m, repeat: 12h }',
    'returns: { repeat: never, forget: 10m }',
    'returns: { repeat: 10m }',
  ])('but not %s', (line) => {
    expect(warned(withMore(`${line}\n`))).toEqual([]);
  });
});

describe('what reaches no one is warned of', () => {
  const LADDER = 'returns: { ladder: [{ wait: 1m, actions: [offline, notify] }] }\n';

  test('an action notify that no channel lists, in a rule and in a rung', () => {
    const sentence =
      'notify reaches no one: no channel under notify lists return; add return to the `on` of a channel, or leave notify out';
    expect(warned(ruleOf('{ presence: [idle] }', ', actions: [offline, notify]').concat(LADDER))).toEqual([
      `7:52: returns.ladder[0].actions[1]: ${sentence}`,
      `6:80: profiles[0].rules[0].actions[1]: ${sentence}`,
    ]);
    expect(warned(withMore(LADDER.concat(RETURN)))).toEqual([]);
    expect(warned(withMore(LADDER.concat(RETURN.replace('return', 'held'))))).toHaveLength(1);
  });

  test('but once only where the channel that lists it is switched off', () => {
    expect(warned(withMore(LADDER.concat(RETURN.replace('https://hooks.example.com/x', ''))))).toEqual([
      '8:39: notify[0].url: is empty: the channel is switched off',
    ]);
  });

  test('the notify of the default ladder is not', () => {
    expect(warned(withMore(''))).toEqual([]);
  });

  test('a connector that no rung asks', () => {
    expect(warned(withMore(OKTA))).toEqual([
      '7:19: identity.okta: is never asked: no rung of a ladder has end_sso_session; put it before revoke_tokens in a rung of returns.ladder, or leave the connector out',
    ]);
  });

  test('own words for a message that the channel does not get', () => {
    expect(
      warned(
        withMore(RETURN.replace(' }]', ', templates: { held: { title: Held }, return: { title: Back } } }]')),
      ),
    ).toEqual(['7:103: notify[0].templates.held: is never used: `on` does not list this kind of message']);
  });
});

describe('a calendar that never opens or never closes is warned of', () => {
  const NEVER = 'has no window, so that the calendar never opens';
  const outside = (weekly: string): readonly string[] =>
    warned(
      withRule(
        '{ id: gone, when: { presence: [idle] }, limit: 60m, outside: shop }',
        `calendars: { shop: { timezone: UTC, weekly: ${weekly} } }\n`,
      ),
    );

  test.each(['weekly: {}', 'weekly: {}, except: [12-25, 2026-12-24..2026-12-31]'])('with %s', (weekly) => {
    const [warning, ...others] = warned(withMore(`calendars: { shop: { timezone: UTC, ${weekly} } }\n`));
    expect(others).toEqual([]);
    expect(warning).toContain(`7:45: calendars.shop.weekly: ${NEVER}`);
  });

  test('but not where a day of its own has hours', () => {
    const text = withMore(
      'calendars: { shop: { timezone: UTC, weekly: {}, except: [{ 12-24: "08:00-12:00" }] } }\n',
    );
    expect(warned(text)).toEqual([]);
  });

  test.each([
    '{ daily: "00:00-24:00" }',
    '{ mon-sun: ["00:00-12:00", "11:00-24:00"] }',
    '{ daily: "00:00-00:00" }',
  ])('where a rule counts outside of %s', (weekly) => {
    expect(outside(weekly)).toEqual([
      '6:70: profiles[0].rules[0].outside: never counts: the calendar is open all the time, so that this rule makes no agent due; leave outside away, or give the calendar hours',
    ]);
  });

  test.each([
    '{ mon-sat: "00:00-24:00" }',
    '{ daily: "00:00-23:59" }',
    '{ daily: ["00:00-11:00", "12:00-24:00"] }',
  ])('but not outside of %s', (weekly) => {
    expect(outside(weekly)).toEqual([]);
  });
});

describe('a variable that nothing fills in is warned of', () => {
  // Not by `replace`, to which a dollar sign means something.
  const client = (id: string, secret = 'b'): string =>
    withGenesys('LINE')
      .split('LINE')
      .join(`genesys: { region: eu-west-1, client_id: "${id}", client_secret: "${secret}" }`);

  test.each(['$GENESYS_CLIENT_ID', '$(GENESYS_CLIENT_ID)', 'x-$GENESYS_CLIENT_ID', '%GENESYS_CLIENT_ID%'])(
    'with its name: %s',
    (id) => {
      expect(warned(client(id))).toEqual([
        '2:42: genesys.client_id: has a variable that is not filled in, so that the text counts as it is written: write ${GENESYS_CLIENT_ID} to have it filled in from the environment',
      ]);
    },
  );

  test('without a name that may be a secret itself', () => {
    for (const secret of ['$hunter2', '$HUNTER2HUNTER2', '{{ .Values.secret }}'])
      expect(warned(client('a', secret)).join()).toMatch(
        /^2:\d+: genesys\.client_secret: has a variable [^$]*: write \$\{NAME\} to have it filled in/,
      );
  });

  test('in any text, once where an alias brings it to two places', () => {
    const more = 'exempt: [&who { users: [$VIP], reason: "for $WHOM" }, *who]\nstore: { sqlite: $DB/x }\n';
    expect(warned(withMore(more)).map((line) => line.split(': ').slice(0, 2).join(' '))).toEqual([
      '7:25 exempt[0].users[0]',
      '7:40 exempt[0].reason',
      '8:18 store.sqlite',
    ]);
  });

  test.each(['pa$sword', '$$HOME', '5$', 'a$1', '$${HOME}', '100%', 'x$y$z'])('but not in %s', (secret) => {
    expect(warned(client('a', secret))).toEqual([]);
  });

  test('and not in what a variable holds', () => {
    const text = client('${ID}');
    expect(load(text, { ID: '$PASS' }).warnings).toEqual([]);
  });
});

test('the policies that come with the program have no part without effect', () => {
  const root = new URL('../../config/', import.meta.url);
  const env = { GENESYS_CLIENT_ID: 'a', GENESYS_CLIENT_SECRET: 'b' };
  for (const file of [
    'idle-enforcer.yaml',
    'examples/follow-the-sun.yaml',
    'examples/observe-pilot.yaml',
    'examples/small-centre.yaml',
  ]) {
    const { warnings } = loadPolicyFile(new URL(file, root).pathname, env);
    expect(warnings.filter((line) => !line.includes('switched off'))).toEqual([]);
  }
});
