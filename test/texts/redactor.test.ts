import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HIDDEN, Redactor } from '../../src/texts/redactor.ts';
import { anyCharacter } from './any-character.ts';

const SECRET = 'Zq8/v+T3 w"x\\y&ü%41-kR5nB7pL2';

function knowing(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.know(secret);
  return redactor;
}

const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const inHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
const units = (text: string): string =>
  Array.from(text, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

/** In parts too short to tell anything by themselves. */
const inParts = (text: string, between: string): string => text.replace(/.{1,7}(?=.)/gsu, `$&${between}`);

/** Ways in which a server, a library or a log may write a text. */
const DRESSES: readonly (readonly [string, (text: string) => string])[] = [
  ['as it is', (text) => text],
  ['in capitals', (text) => text.toUpperCase()],
  ['in percent codes', (text) => encodeURIComponent(text)],
  ['in lower-case percent codes', (text) => encodeURIComponent(text).replace(/%../g, (c) => c.toLowerCase())],
  ['in percent codes of every byte', percent],
  ['in percent codes twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['in a form', (text) => new URLSearchParams({ a: text }).toString().slice(2)],
  ['in base64', (text) => Buffer.from(text).toString('base64')],
  ['in base64url', (text) => Buffer.from(text).toString('base64url')],
  ['in base64 in percent codes', (text) => encodeURIComponent(Buffer.from(text).toString('base64'))],
  ['in base64 behind a client’s id', (text) => Buffer.from(`client-1:${text}`).toString('base64')],
  ['in base64url within JSON', (text) => Buffer.from(`{"s":"${text}","t":1}`).toString('base64url')],
  ['in hex', (text) => Buffer.from(text).toString('hex')],
  ['in capital hex', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['in JSON', (text) => JSON.stringify(text)],
  ['in JSON in JSON', (text) => JSON.stringify(JSON.stringify({ text }))],
  ['in JSON with escapes only', units],
  ['in HTML', inHtml],
  ['split over lines', (text) => inParts(text, '\n')],
  ['split over lines as Windows ends them, and indented', (text) => inParts(text, '\r\n    ')],
  ['split over lines as mail does', (text) => inParts(text, '=\n')],
  ['split over lines in JSON', (text) => JSON.stringify(inParts(text, '\n'))],
  ['split by what cannot be seen', (text) => inParts(text, '\u200b\u00ad')],
  ['in base64 over lines', (text) => inParts(Buffer.from(text).toString('base64'), '\n')],
  ['in hex over lines', (text) => inParts(Buffer.from(text).toString('hex'), '\r\n')],
  [
    'in points of Unicode',
    (text) => Array.from(text, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`).join(''),
  ],
  ['in numbers of HTML', (text) => Array.from(text, (c) => `&#${c.codePointAt(0)};`).join('')],
];

describe('a secret', () => {
  test.each(DRESSES)('is hidden %s', (_, dress) => {
    const shown = knowing(SECRET).hide(`the platform said: ${dress(SECRET)} is wrong`);
    expect(shown).toMatch(/^the platform said: .*\[hidden\].* is wrong$/);
    expect(shown).not.toBe(`the platform said: ${dress(SECRET)} is wrong`);
    // Of base64 the letters at the ends belong to what stands beside it as well.
    const rest = shown.replaceAll(HIDDEN, '');
    expect(rest.length - 'the platform said:  is wrong'.length).toBeLessThan(36);
    expect(rest).not.toContain('R5nB7p');
  });

  test('is hidden in every dress, whatever it is, and nothing beside it', () => {
    // What is hardly more than blanks is none.
    const secrets = fc
      .string({ unit: 'grapheme-ascii', minLength: 12, maxLength: 90 })
      .filter((text) => text.replaceAll(/\s/g, '').length >= 10);
    fc.assert(
      fc.property(secrets, fc.constantFrom(...DRESSES), (secret, [, dress]) => {
        const redactor = knowing(secret);
        const written = dress(secret);
        const shown = redactor.hide(`{"message":"${written}","n":1}`);
        expect(shown.startsWith('{"message"')).toBe(true);
        expect(shown).not.toContain(written);
        expect(shown).toContain(HIDDEN);
      }),
      { numRuns: 500 },
    );
  });

  test('is hidden where only a part of it comes, or where it is split over fields', () => {
    const secret = 'k7Qw9ZtB4xLm2NcV8pRj5HgF3dSa6YeU';
    const redactor = knowing(secret);
    const fields = { code: secret.slice(0, 16), message: `wrong: ${secret.slice(16)}` };
    expect(redactor.hideIn(fields)).toEqual({ code: HIDDEN, message: `wrong: ${HIDDEN}` });
    expect(redactor.hide(JSON.stringify(fields))).toBe(`{"code":"${HIDDEN}","message":"wrong: ${HIDDEN}"}`);
    expect(redactor.hide(`begins with ${secret.slice(0, 12)}…`)).toBe(`begins with ${HIDDEN}…`);
  });

  test('of many lines, such as a key, is hidden line by line', () => {
    const body = Buffer.from(Array.from({ length: 1_200 }, (_, i) => (i * 73) % 256)).toString('base64');
    const key = `-----BEGIN PRIVATE KEY-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----`;
    const redactor = knowing(key);
    // A blank beside the first line or the last looks like the dash that stands there in the key.
    for (const line of body.match(/.{64}/g) ?? [])
      expect(redactor.hide(`x ${line} y`)).toMatch(/^x ?\[hidden\] ?y$/);
    expect(redactor.hide(JSON.stringify({ key }))).toBe(`{"key":"${HIDDEN}"}`);
  });

  test('that is short is hidden as a word of its own, and not in the middle of others', () => {
    const redactor = knowing('hunter2');
    expect(redactor.hide('user:hunter2@mail, shunter2s, HUNTER2')).toBe(
      `user:${HIDDEN}@mail, shunter2s, ${HIDDEN}`,
    );
  });

  test('of less than four characters is none', () => {
    expect(knowing('', 'a', 'abc').hide('abc a')).toBe('abc a');
  });

  test('is hidden more than once, beside others, and where two of them touch', () => {
    const [one, other] = ['k7Qw9ZtB4xLm2NcV', 'V8pRj5HgF3dSa6Ye'];
    expect(knowing(one, other).hide(`${one}, ${other}, ${one}${other}`)).toBe(
      `${HIDDEN}, ${HIDDEN}, ${HIDDEN}`,
    );
  });
});

describe('a text without a secret', () => {
  test('stays as it is', () => {
    const redactor = knowing(SECRET, 'sandbox-secret', 'k7Qw9ZtB4xLm2NcV8pRj5HgF3dSa6YeU');
    for (const text of [
      'the platform answered 401 unauthorized. Check genesys.client_id and genesys.client_secret',
      'sandbox-client at http://127.0.0.1:8080/api/v2/users?id=a%2Cb&expand=presence',
      '{"level":"info","agent":"Jürgen \\"JM\\" Müller","measured_seconds":3720,"msg":"log-off carried out"}',
      '100 % of <b>&amp;</b> C:\\new\\table',
      '',
    ])
      expect(redactor.hide(text)).toBe(text);
  });

  test('stays as it is, whatever it is, when nothing is known', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        fc.pre(!/\b(bearer|basic|ssws)\b/i.test(text));
        expect(new Redactor().hide(text)).toBe(text);
      }),
    );
  });

  test('loses what follows the name of a scheme all the same', () => {
    expect(new Redactor().hide('sent Authorization: Bearer abc.DEF_1 and SSWS 00aB')).toBe(
      `sent Authorization: Bearer ${HIDDEN} and SSWS ${HIDDEN}`,
    );
  });

  test('keeps names that begin with Basic: a profile, a presence, a team', () => {
    for (const name of ['profile "Basic support"', 'busy (Basic Training)', 'Basic TEAM'])
      expect(new Redactor().hide(name)).toBe(name);
  });

  test.each([
    'Authorization: Basic abcdefgh',
    '{"authorization":"Bearer letters"}',
    'Bearer letters',
    'Bearer abcdefghijklmnopqrst',
    // Decoded it has a colon.
    'Basic dxnlojo',
    'Basic YWJjOmRlZg==',
    'basic aBcDeFgH',
    'Bearer word.with.dots',
    'SSWS letters',
  ])('loses what may be a credential: %s', (text) => {
    expect(new Redactor().hide(text)).toMatch(/(?:Bearer|Basic|SSWS) \[hidden\]/i);
  });
});

test('tokens are hidden as long as they may be good, and the secrets of the settings for good', () => {
  const redactor = knowing('the-client-secret-1');
  const token = (n: number): string => `token-${String(n).repeat(20)}`;
  for (let n = 0; n < 10; n += 1) redactor.knowToken(token(n));
  expect(redactor.hide(token(9))).toBe(HIDDEN);
  expect(redactor.hide(token(0))).toBe(token(0));
  expect(redactor.hide('the-client-secret-1')).toBe(HIDDEN);
});

test('tokens of one client are not forgotten because of those of many others', () => {
  const redactor = new Redactor();
  const clients = Array.from({ length: 40 }, (_, n) => ({
    n,
    token: `token-${String(n).padStart(20, 'x')}`,
  }));
  for (const client of clients) redactor.knowToken(client.token, client);
  expect(clients.map(({ token }) => redactor.hide(token))).toEqual(clients.map(() => HIDDEN));
});
