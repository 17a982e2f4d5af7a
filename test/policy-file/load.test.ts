import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PolicyRefused } from '../../src/policy-file/faults.ts';
import { loadPolicyFile, loadPolicyText } from '../../src/policy-file/load.ts';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { BROKEN } from './broken-cases.ts';
import { faultsOf, GOOD_RULE, load, withGenesys, withMore, withRule } from './texts.ts';
import { anyCharacter } from '../texts/any-character.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'policy-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const ENDS_SSO = 'returns: { ladder: [{ wait: 1m, actions: [end_sso_session, revoke_tokens] }] }\n';

describe('a policy is refused for', () => {
  test.each(BROKEN)('$title', ({ text, faults, env }) => {
    expect(faultsOf(() => load(text, env))).toEqual(faults);
  });
});

describe('a policy', () => {
  test('tells of all its faults at once, in the order of the file', () => {
    const text = [
      'version: 1',
      'mod: observe',
      'genesys: { region: eu-west-1, client_id: "${NOPE}" }',
      'profiles:',
      '  - name: all',
      '    rules:',
      '      - { id: gone, when: { presence: [idel] }, limit: 60 }',
      '      - { id: gone, when: {}, limit: 60m, outside: nowhere }',
      'caps: { per_sweep: 0 }',
      'caps: { per_hour: 0 }',
      'sweep: { every: often }',
    ].join('\n');
    expect(faultsOf(() => load(text)).map((line) => line.split(': ').slice(0, 2).join(' '))).toEqual([
      '2:1 mod',
      '3:1 genesys.client_secret',
      '3:42 genesys.client_id',
      '7:40 profiles[0].rules[0].when.presence[0]',
      '7:56 profiles[0].rules[0].limit',
      '8:15 profiles[0].rules[1].id',
      '8:27 profiles[0].rules[1].when',
      '8:52 profiles[0].rules[1].outside',
      '9:20 caps.per_sweep',
      '10:1 caps',
      '11:17 sweep.every',
    ]);
  });

  test('has the documented defaults for all that is left out', () => {
    const { settings, draft, warnings } = load(withMore(''));
    expect(settings).toEqual({
      organisation: 'default',
      zone: 'UTC',
      mode: 'observe',
      genesys: {
        region: 'eu-west-1',
        clientId: 'an-id',
        clientSecret: 'sesame',
        apiUrl: undefined,
        loginUrl: undefined,
        requestsPerMinute: 240,
        downloadHosts: [],
        timeout: 15 * SECOND,
      },
      sweep: { every: '0 * * * * *', interval: MINUTE },
      notify: [],
      identity: undefined,
      evidence: { timeline: 'auto', push: 'off', signIns: 'off' },
      store: { sqlite: './data/idle-enforcer.db', retention: 400 * 24 * HOUR },
      page: { secret: undefined, signIn: undefined, url: undefined },
      server: { host: '127.0.0.1', port: 8080 },
      log: { level: 'info', identities: 'name' },
      tests: [],
    });
    expect(draft.content.returns).toMatchObject({
      window: 2 * MINUTE,
      grace: 10 * MINUTE,
      forget: 12 * HOUR,
    });
    expect(draft.content.profiles[0]?.rules[0]).toMatchObject({
      clock: 'since_sign',
      actions: ['off_queue', 'offline', 'revoke_tokens'],
    });
    expect(warnings).toEqual([]);
  });

  test('may reuse a part by an alias', () => {
    const text = withRule(
      '{ id: gone, when: &away { presence: [idle] }, limit: 60m }\n      - { id: far, when: *away, limit: 2h }',
    );
    expect(load(text).draft.content.profiles[0]?.rules[1]?.when).toEqual({ presence: ['IDLE'] });
  });

  test.each([
    [
      'more requests than the platform allows',
      withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: b, requests_per_minute: 600 }'),
      '2:84: genesys.requests_per_minute',
    ],
    [
      'a limit that will hardly be reached',
      withRule('{ id: gone, when: { presence: [idle] }, limit: 31d }'),
      '6:56: profiles[0].rules[0].limit',
    ],
    [
      'a channel without an address',
      withMore('notify: [{ name: a, type: slack, url: "${HOOK:-}", on: [held] }]\n'),
      '7:39: notify[0].url',
    ],
    [
      'a webhook without a secret',
      withMore('notify: [{ name: a, type: webhook, url: "https://x.example", on: [held] }]\n'),
      '7:10: notify[0]',
    ],
    [
      'an SSO session that ends after its tokens',
      withMore(
        'identity: { webhook: { url: "https://a.example", secret: s } }\nreturns: { ladder: [{ wait: 1m, actions: [revoke_tokens, end_sso_session] }] }\n',
      ),
      '8:58: returns.ladder[0].actions[1]',
    ],
    [
      'an identity provider to which credentials go in the open',
      withMore(`identity: { okta: { url: "http://okta.example", api_token: t } }\n${ENDS_SSO}`),
      '7:26: identity.okta.url',
    ],
    ['a memory of returns that is too short', withMore('returns: { forget: 1m }\n'), '7:20: returns.forget'],
  ])('is warned of %s', (_, text, place) => {
    const { warnings } = load(text);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`p.yaml:${place}: `);
  });

  test('may reach an identity provider on this very machine in the open', () => {
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8443']) {
      const okta = `identity: { okta: { url: "http://${host}", api_token: t } }\n`;
      expect(load(withMore(`${okta}${ENDS_SSO}`)).warnings).toEqual([]);
    }
  });

  test('may warn agents when some channel carries warnings', () => {
    const rule = '{ id: gone, when: { presence: [idle] }, limit: 60m, warn: 5m }';
    const channel =
      'notify: [{ name: a, type: webhook, url: "https://x.example", secret: s, on: [warning] }]\n';
    expect(faultsOf(() => load(withRule(rule, channel)))).toEqual([]);
  });

  test('may end SSO sessions in a rung when a connector is set up', () => {
    const more = [
      'identity: { okta: { url: "https://a.example", client_id: c, private_key: k } }',
      'returns: { ladder: [{ wait: 1m, actions: [end_sso_session, offline, revoke_tokens] }] }',
    ].join('\n');
    expect(load(withMore(more)).settings.identity).toMatchObject({ subject: 'email', per_hour: 20 });
  });
});

describe('the fingerprint', () => {
  const base = withMore('mode: observe\ncaps: { per_sweep: 5, per_hour: 10 }\n');

  test('does not change with comments, the order of keys or secrets', () => {
    const { hash } = load(base);
    expect(hash).toMatch(/^[0-9a-f]{12}$/);
    expect(load(withMore('caps: { per_hour: 10, per_sweep: 5 } # few\nmode: observe\n')).hash).toBe(hash);
    expect(load(base.replace('sesame', 'other')).hash).toBe(hash);
  });

  test('changes with a rule, also when the change comes from the environment', () => {
    const text = base.replace('60m', '"${LIMIT}"');
    const hashes = [
      load(base.replace('60m', '61m')),
      load(text, { LIMIT: '20m' }),
      load(text, { LIMIT: '30m' }),
      load(base),
    ];
    expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(4);
  });

  test('changes with the order of the rules', () => {
    const other = '{ id: far, when: { presence: [away] }, limit: 60m }';
    const one = load(withRule(`${GOOD_RULE}\n      - ${other}`)).hash;
    expect(load(withRule(`${other}\n      - ${GOOD_RULE}`)).hash).not.toBe(one);
  });
});

describe('a file', () => {
  test('that is good is loaded', () => {
    const path = join(folder, 'good.yaml');
    writeFileSync(path, withMore(''));
    expect(loadPolicyFile(path, {}).settings.genesys.region).toBe('eu-west-1');
  });

  test.each([
    ['is not there', 'none.yaml', undefined, 'it does not exist'],
    ['is a folder', '.', undefined, 'it is a folder'],
    ['is not UTF-8', 'latin.yaml', Buffer.from([0x61, 0x3a, 0x20, 0xfc, 0x0a]), 'it is not UTF-8 text'],
    ['is too large', 'large.yaml', Buffer.alloc(600_000, 0x20), 'larger than 512 KiB'],
  ])('that %s is refused in a sentence', (_, name, bytes, words) => {
    const path = join(folder, name);
    if (bytes !== undefined) writeFileSync(path, bytes);
    const [line, ...more] = faultsOf(() => loadPolicyFile(path, {}));
    expect(line).toContain(words);
    expect(line).toContain(`${path}:1:1: policy: `);
    expect(more).toEqual([]);
  });
});

describe('whatever a text holds', () => {
  const WORDS = [
    'version: 1',
    'profiles:',
    '- ',
    '  ',
    '\n',
    '{',
    '}',
    '[',
    ']',
    '&a ',
    '*a',
    '"',
    "'",
    '${',
    '}',
    ': ',
    '#',
    '|',
    '>',
    '!x ',
    'when',
    'rules:',
    '? ',
    '---',
    '\t',
    '__proto__: 1',
    'NaN',
    '~',
    '0x1',
    '%',
  ];

  test('loading it ends with a policy or a refusal, never with anything else', () => {
    const garbage = fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 200 }),
      fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(garbage, fc.nat(300), (text, at) => {
        const good = withMore('returns: { repeat: never }\n');
        for (const one of [text, good.slice(0, at) + text + good.slice(at)]) {
          try {
            load(one);
          } catch (error) {
            expect(error).toBeInstanceOf(PolicyRefused);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('any value in any place of the tree is refused with its place or taken', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'mode',
          'sweep',
          'exempt',
          'profiles',
          'returns',
          'caps',
          'calendars',
          'notify',
          'identity',
          'store',
          'server',
          'log',
          'tests',
        ),
        fc.jsonValue({ maxDepth: 3 }),
        (key, value) => {
          const text = `version: 1\ngenesys: { region: eu-west-1, client_id: a, client_secret: b }\n${key}: ${JSON.stringify(value)}\n`;
          for (const line of faultsOf(() => load(text))) expect(line).toMatch(/^\d+:\d+: \S.*: /);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('what comes from outside the file', () => {
  const text = withGenesys(
    'genesys: { region: "${REGION:-eu-west-1}", client_id: "${ID}", client_secret: "${file:secret.txt}" }',
  );

  test('is filled in, from variables, defaults and files', () => {
    writeFileSync(join(folder, 'secret.txt'), 'top\nsecret\n');
    const loaded = loadPolicyText(text, join(folder, 'p.yaml'), { ID: 'x' });
    expect(loaded.settings.genesys).toMatchObject({
      region: 'eu-west-1',
      clientId: 'x',
      clientSecret: 'top\nsecret',
    });
  });

  test('never becomes structure', () => {
    const secret = 'a"\nmode: enforce\n# }: [*x]';
    const { settings } = load(text.replace('${file:secret.txt}', '${SECRET}'), { ID: 'x', SECRET: secret });
    expect(settings.genesys.clientSecret).toBe(secret);
    expect(settings.mode).toBe('observe');
  });

  test('becomes the number, the share or the duration that is wanted there', () => {
    const more = 'server: { port: "${PORT}" }\ncaps: { breaker: { share: "${SHARE}", hold: "${HOLD}" } }\n';
    const { settings, draft } = load(withMore(more), { PORT: '9090', SHARE: '0.5', HOLD: '1h' });
    expect(settings.server.port).toBe(9_090);
    expect(draft.content.caps.breaker).toMatchObject({ share: 0.5, hold: HOUR });
  });

  test('is used when set, and the default when not or empty; $${ stands for ${', () => {
    const at = (env: Record<string, string>): readonly string[] =>
      load(withMore('tests: ["${A:-none}", "$${A}"]\n'), env).settings.tests;
    expect(at({ A: 'some' })).toEqual(['some', '${A}']);
    expect(at({ A: '' })).toEqual(['none', '${A}']);
    expect(at({})).toEqual(['none', '${A}']);
  });

  test('is not filled in twice', () => {
    expect(load(withMore('tests: ["${A}"]\n'), { A: '${B}', B: 'x' }).settings.tests).toEqual(['${B}']);
  });

  test('is not taken from what every object has', () => {
    expect(faultsOf(() => load(withMore('tests: ["${constructor}"]\n')))).toEqual([
      '7:9: tests[0]: the environment variable in its "${…}" is not set',
    ]);
  });

  test('never shows in a fault, wherever it was put', () => {
    const secret = 'hunter2-hunter2';
    const places = [
      'mode: ${S}',
      'sweep: { every: "${S}" }',
      'exempt: [{ users: [a], until: "${S}" }]',
      'exempt: [{ presence: ["${S}"] }]',
      'exempt: [{ routing: ["${S}"] }]',
      'returns: { window: "${S}", repeat: "${S}" }',
      'caps: { per_sweep: "${S}", breaker: { share: "${S}" } }',
      'calendars: { a: { timezone: "${S}", weekly: { mon: "${S}" }, except: ["${S}"] } }',
      'notify: [{ name: a, type: "${S}", url: "", on: ["${S}"] }]',
      'notify: [{ name: a, type: slack, url: "${S}", on: [held] }]',
      'identity: { okta: { url: "${S}", api_token: "${S}" }, subject: "${S}" }',
      'store: { retention: "${S}" }',
      'server: { port: "${S}" }',
      'log: { level: "${S}" }',
    ];
    for (const more of places) {
      const faults = faultsOf(() => load(withMore(`${more}\n`), { S: secret }));
      expect(faults).not.toEqual([]);
      expect(faults.join('\n')).not.toContain('hunter2');
    }
    const rule =
      '{ id: "${S} x", when: { presence: [idle] }, limit: "${S}", clock: "${S}", during: "${S}", actions: ["${S}"] }';
    expect(faultsOf(() => load(withRule(rule), { S: secret })).join('\n')).not.toContain('hunter2');
  });

  test('nor does a secret that stands in the file itself', () => {
    const broken = [
      withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: [hunter2] }'),
      withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: 4711 }'),
      withMore('notify: [{ name: a, type: slack, url: hunter2, on: [held] }]\n'),
      withMore('identity: { okta: { url: hunter2, api_token: hunter2 } }\n'),
      withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: "hunter2 }'),
      withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: @hunter2 }'),
      withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: *hunter2 }'),
    ];
    for (const text of broken) {
      const faults = faultsOf(() => load(text));
      expect(faults).not.toEqual([]);
      expect(faults.join('\n')).not.toMatch(/hunter2|4711/);
    }
  });
});
