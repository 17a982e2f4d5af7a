/** YAML as people write it: places that are right whatever stands before them, quotes left open, merge keys, anchors. */
import { describe, expect, test } from '@jest/globals';
import { faultsOf, load, withGenesys, withMore, withRule } from './texts.ts';

describe('a place is counted in lines and characters', () => {
  const BAD = '{ id: gone, when: { presence: [idle] }, limit: soon }';
  const FAULT = '6:56: profiles[0].rules[0].limit: "soon" is not a duration; write 90s, 45m, 2h, 1h30m or 1d';

  test.each([
    ['in a plain file', withRule(BAD), FAULT],
    ['with Windows line ends', withRule(BAD).replaceAll('\n', '\r\n'), FAULT],
    ['behind a byte order mark', `\ufeff${withRule(BAD)}`, FAULT],
    ['behind wide characters in the same line', withRule(BAD.replace('gone', '"😀é"')), FAULT],
    [
      'behind wide characters in another line',
      withRule(BAD).replace('version: 1', 'version: 1 # 😀😀'),
      FAULT,
    ],
    [
      'behind tabs in the same line',
      withRule(BAD.replace('gone,', 'gone,\t\t')),
      FAULT.replace('6:56', '6:58'),
    ],
    [
      'behind a text of several lines',
      withRule(BAD).replace('name: all', 'name: |\n      a\n      b'),
      FAULT.replace('6:56', '8:56'),
    ],
  ])('%s', (_, text, fault) => {
    expect(faultsOf(() => load(text))).toContain(fault);
  });
});

describe('a quote that is never closed is reported where it opens', () => {
  const CLOSE = 'close it where its text ends';

  test.each([
    [
      'at the end of the file',
      withMore('mode: "observe\n'),
      `7:7: policy: the quote that opens here is never closed: ${CLOSE}`,
    ],
    [
      'over many lines',
      withMore(`mode: "observe\n${'  more: text\n'.repeat(2_000)}`),
      `7:7: policy: the quote that opens here is never closed: ${CLOSE}`,
    ],
    [
      'up to the next line that is not indented',
      withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: "hunter2 }'),
      `2:60: policy: the quote that opens here is never closed: ${CLOSE}`,
    ],
    [
      'up to the next quote, which was to open another text',
      withMore(
        'notify: [\n  { name: "ops, type: slack, url: "", on: [held] },\n  { name: "b", type: slack }]\n',
      ),
      `8:11: policy: the quote that opens here is closed only in line 9: ${CLOSE}`,
    ],
    [
      'up to the next quote in another line',
      withMore("exempt: [\n  { users: ['ana, ben] },\n  { users: ['eve', max] },\n]\n"),
      `8:13: policy: the quote that opens here is closed only in line 9: ${CLOSE}`,
    ],
  ])('%s', (_, text, fault) => {
    expect(faultsOf(() => load(text))).toEqual([fault]);
  });

  test('and what is wrong above it is told with it', () => {
    const text = withGenesys('genesys: { region: nowhere, client_id: a, client_secret: b }').concat(
      'mode: "observe\n',
    );
    expect(faultsOf(() => load(text)).map((line) => line.split(': ')[0])).toEqual(['2:20', '7:7']);
  });

  test('but not a text that may go over several lines, when something else is wrong', () => {
    const text = withMore('x-note: "one\n  two"\nmode: [\n');
    expect(faultsOf(() => load(text))).toEqual([
      '9:7: mode: this is not known here; there are observe, enforce',
      '10:1: policy: the indentation does not fit the lines above, or a bracket is not closed',
    ]);
  });
});

describe('characters that no policy has are refused where they stand', () => {
  test.each([
    [
      'a NUL, as UTF-16 has them',
      'mode: o\u0000b',
      '7:8: policy: a control character (U+0000), which no policy has: is this a text file in UTF-8?',
    ],
    [
      'an escape sequence',
      'mode: \u001b[31m',
      '7:7: policy: a control character (U+001B), which no policy has: is this a text file in UTF-8?',
    ],
    [
      'a carriage return alone',
      'mode: a\rcaps: b',
      '7:8: policy: a carriage return without a line feed: save the file with LF or CRLF line ends',
    ],
  ])('%s', (_, line, fault) => {
    expect(faultsOf(() => load(withMore(`${line}\n`)))).toEqual([fault]);
  });
});

describe('a merge key', () => {
  const two = (parts: string, rules: string): string =>
    `${parts}version: 1\ngenesys: { region: eu-west-1, client_id: a, client_secret: b }\nprofiles:\n  - name: all\n    rules:\n${rules}`;

  test('brings the keys of another block, wherever it stands; its own keys go first', () => {
    const text = two(
      'x-base: &base { clock: in_state, limit: 60m, mode: observe }\nx-more: &more { limit: 2h, warn: 5m }\n',
      '      - { id: gone, <<: *base, when: { presence: [idle] }, limit: 30m }\n      - { <<: [*base, *more], id: far, when: { presence: [away] } }\nnotify: [{ name: a, type: webhook, url: "http://h", secret: s, on: [warning] }]\n',
    );
    const [rules] = load(text).draft.content.profiles.map((profile) => profile.rules);
    expect(rules).toMatchObject([
      { id: 'gone', clock: 'in_state', limit: 1_800_000, mode: 'observe' },
      { id: 'far', clock: 'in_state', limit: 3_600_000, mode: 'observe', warn: 300_000 },
    ]);
  });

  test('may be nested, and means the last anchor of its name before it', () => {
    const text = two(
      'x-a: &a { clock: in_state }\nx-b: &b { <<: *a, limit: 60m }\nx-c: &a { clock: since_work }\n',
      '      - { <<: *b, id: gone, when: { presence: [idle] } }\n',
    );
    expect(load(text).draft.content.profiles[0]?.rules[0]).toMatchObject({
      clock: 'in_state',
      limit: 3_600_000,
    });
  });

  test('takes faults along, which are told where they stand', () => {
    const text = two(
      'x-base: &base { limit: soon }\n',
      '      - { <<: *base, id: gone, when: { presence: [idle] } }\n',
    );
    expect(faultsOf(() => load(text))).toEqual([
      '1:24: profiles[0].rules[0].limit: "soon" is not a duration; write 90s, 45m, 2h, 1h30m or 1d',
    ]);
  });

  test.each(['<<: text', '<<: [1]', '<<: *nowhere'])('that brings no block is a fault: %s', (merge) => {
    expect(
      faultsOf(() => load(withRule(`{ ${merge}, id: gone, when: { presence: [idle] }, limit: 60m }`))),
    ).toEqual(['6:11: policy: "<<" takes the keys of another block: write <<: *name, or [*one, *two]']);
  });

  test('changes the fingerprint by what it brings, and not by what nothing refers to', () => {
    const rule = '      - { <<: *a, id: gone, when: { presence: [idle] } }\n';
    const hashes = [
      two('x-a: &a { limit: 60m }\n', rule),
      two('x-a: &a { limit: 60m }\nx-unused: { limit: 61m }\n', rule),
      two('', '      - { id: gone, when: { presence: [idle] }, limit: 60m }\n'),
      two('x-a: &a { limit: 61m }\n', rule),
    ].map((text) => load(text).hash);
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).toBe(hashes[0]);
    expect(hashes[3]).not.toBe(hashes[0]);
  });
});

test('a key that begins with x- is for the author alone, at the top of the file only', () => {
  expect(load(withMore('x-anything: { at: [all, "${NOT_SET}"] }\n')).warnings).toEqual([]);
  expect(faultsOf(() => load(withMore('caps: { x-anything: 1 }\n')))).toEqual([
    '7:9: caps.…: unknown key; there are per_sweep, per_hour, breaker, settle, engaged_too_long',
  ]);
});

describe('one run tells of every fault', () => {
  const told = (text: string): readonly string[] =>
    faultsOf(() => load(text)).map((line) => line.split(': ').slice(0, 2).join(' '));

  test('also where one rule has several, some of them of a kind that only whole rules show', () => {
    const rule =
      '{ id: gone, when: { presence: [idel], not: {} }, limit: soon, outside: nowhere, warn: 5m, actions: [notify], zebra: 1 }';
    expect(told(withRule(rule))).toEqual([
      '6:40 profiles[0].rules[0].when.presence[0]',
      '6:52 profiles[0].rules[0].when.not',
      '6:65 profiles[0].rules[0].limit',
      '6:80 profiles[0].rules[0].outside',
      '6:95 profiles[0].rules[0].warn',
      '6:108 profiles[0].rules[0].actions',
      '6:118 profiles[0].rules[0].…',
    ]);
  });

  test('and where a profile, an exemption, returns, a channel or a connector has', () => {
    const more = [
      '    match: { groups: 1, not: {} }',
      '    returns: { window: 1s, repeat: often, ladder: [{ wait: soon, actions: [offline] }, { wait: 1m, actions: [notify] }] }',
      'exempt: [{ until: soon, not: {} }]',
      'returns: { window: 1s, grace: often }',
      'notify: [{ name: a, type: email, url: ftp, from: b, on: [held] }]',
      'identity: { okta: { url: "https://a.example" }, per_hour: many }',
    ];
    expect(told(withMore(`${more.join('\n')}\n`))).toEqual([
      '7:22 profiles[0].match.groups',
      '7:30 profiles[0].match.not',
      '8:24 profiles[0].returns.window',
      '8:36 profiles[0].returns.repeat',
      '8:60 profiles[0].returns.ladder[0].wait',
      '8:109 profiles[0].returns.ladder[1].actions',
      '9:19 exempt[0].until',
      '9:30 exempt[0].not',
      '10:20 returns.window',
      '10:31 returns.grace',
      '11:10 notify[0].to',
      '11:39 notify[0].url',
      '12:19 identity.okta',
      '12:59 identity.per_hour',
    ]);
  });

  test('and says nothing of what cannot be known yet', () => {
    const rule = '{ id: gone, when: { presense: [on_queue] }, clock: since_work, limit: 60, warn: 2h }';
    expect(told(withRule(rule, 'notify: [{ name: a, type: webhook, url: [], on: [warning] }]\n'))).toEqual([
      '6:29 profiles[0].rules[0].when.presense',
      '6:79 profiles[0].rules[0].limit',
      '7:41 notify[0].url',
    ]);
  });
});
