/** `page`: what signing in needs, and what keeps it from being read on the way. */
import { describe, expect, test } from '@jest/globals';
import { needRestart } from '../../src/policy-file/diff.ts';
import { secretsOf } from '../../src/policy-file/secrets.ts';
import { faultsOf, load, withMore } from './texts.ts';

const SECRET = 'a secret that is long enough for it';
const SIGN_IN =
  '{ issuer: https://login.example.com, client_id: c, client_secret: client-sesame, viewers: [A] }';

function page(keys: string): string {
  return withMore(`page: { ${keys} }\n`);
}

const WHOLE = page(`url: https://idle.example.com/team, secret: "${SECRET}", sign_in: ${SIGN_IN}`);

describe('page', () => {
  test('is whole with address, secret and sign-in; its secrets are known to be such', () => {
    const { settings } = load(WHOLE);
    expect(settings.page).toEqual({
      url: 'https://idle.example.com/team',
      secret: SECRET,
      signIn: {
        issuer: 'https://login.example.com',
        ...{ clientId: 'c', clientSecret: 'client-sesame', claim: 'groups', scope: 'openid profile email' },
        ...{ viewers: ['A'], operators: [], organisations: {} },
      },
    });
    expect(secretsOf(settings)).toEqual(expect.arrayContaining([SECRET, 'client-sesame']));
  });

  test('may be left out: then no user signs in', () => {
    expect(load(withMore('')).settings.page).toEqual({
      url: undefined,
      secret: undefined,
      signIn: undefined,
    });
  });

  test('comes into force with a restart', () => {
    expect(needRestart(load(withMore('')), load(WHOLE))).toEqual(
      expect.arrayContaining(['page.url', 'page.secret', 'page.signIn']),
    );
  });

  test.each([
    ['without address and secret', `sign_in: ${SIGN_IN}`, ['needs page.url', 'needs page.secret']],
    [
      'for no user',
      `url: https://a.example, secret: "${SECRET}", sign_in: ${SIGN_IN.replace(', viewers: [A]', '')}`,
      ['needs viewers or operators'],
    ],
    [
      'by plain HTTP',
      `url: http://a.example, secret: "${SECRET}", sign_in: ${SIGN_IN.replace('https:', 'http:')}`,
      ['page.url: must begin with https://', 'issuer: must begin with https://'],
    ],
    [
      'with more than a place',
      'url: "https://me:sesame@a.example/?x=1"',
      ['has more than a host and a path'],
    ],
    ['at no address', 'url: "https://["', ['is no address']],
    ['at an address of its own', 'url: https://a.example/stay/', ['begins with /stay, which is an address']],
    ['with a short secret', 'secret: short', ['is shorter than 32 characters']],
    ['with a list of no one', `sign_in: ${SIGN_IN.replace('[A]', '[]')}`, ['is an empty list']],
  ])('%s is refused', (_, keys, words) => {
    const faults = faultsOf(() => load(page(keys))).join('\n');
    for (const word of words) expect(faults).toContain(word);
    expect(faults).not.toContain('sesame');
  });

  test('on this machine plain HTTP will do', () => {
    expect(load(page('url: http://localhost:8080')).settings.page.url).toBe('http://localhost:8080');
  });

  test('a secret that seals nothing is warned of', () => {
    expect(load(page(`secret: "${SECRET}"`)).warnings.join()).toContain('seals nothing without page.sign_in');
  });
});
