/** What the environment says of proxies. */
import { describe, expect, test } from '@jest/globals';
import { proxiesOf, ProxySettingsError } from '../../src/app/proxies.ts';

describe('a proxy in the environment', () => {
  test('is told as host and port, without user and password', () => {
    const env = {
      HTTPS_PROXY: 'http://joe:s%40cret@proxy.example.com:3128',
      http_proxy: 'https://other:8443',
    };
    expect(proxiesOf(env)).toEqual({ HTTPS_PROXY: 'proxy.example.com:3128', HTTP_PROXY: 'other:8443' });
  });

  test('need not be there', () => {
    expect(proxiesOf({ HTTPS_PROXY: '' })).toEqual({});
  });

  test.each([
    'proxy.example.com:3128',
    'joe:pr0xypass@proxy.example.com:3128',
    'socks5://joe:pr0xypass@proxy.example.com',
    'http://joe:pr0xypass@',
    'http://joe:pr0xypass%zz@proxy.example.com:3128',
  ])('that is none is refused by its name, and what it holds is not repeated: %s', (value) => {
    const refused = (): unknown => proxiesOf({ HTTPS_PROXY: value });
    expect(refused).toThrow(ProxySettingsError);
    expect(refused).toThrow(/^HTTPS_PROXY is not the address of a proxy: write http/);
    expect(refused).not.toThrow(/pr0xypass|3128@|joe/);
  });
});
