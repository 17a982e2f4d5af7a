import { describe, expect, test } from '@jest/globals';
import { PlatformSettingsError } from '../../../src/genesys/http/errors.ts';
import { resolveHosts } from '../../../src/genesys/http/regions.ts';

describe('the addresses of the platform', () => {
  test.each([
    ['eu-west-1', 'mypurecloud.ie'],
    ['us-east-1', 'mypurecloud.com'],
    ['us_west_2', 'usw2.pure.cloud'],
    ['eusc-de-east-1', 'edee1.eusc-pure.cloud'],
    ['mypurecloud.de', 'mypurecloud.de'],
    ['https://api.mypurecloud.jp/', 'mypurecloud.jp'],
    ['LOGIN.apse9.pure.cloud', 'apse9.pure.cloud'],
  ])('are found from %s', (region, host) => {
    expect(resolveHosts(region)).toEqual({
      apiUrl: `https://api.${host}`,
      loginUrl: `https://login.${host}`,
    });
  });

  test('are taken as given, with port and path, when they are given', () => {
    expect(resolveHosts('eu-west-1', 'http://127.0.0.1:8099/gw/', 'https://proxy.example.com/login')).toEqual(
      {
        apiUrl: 'http://127.0.0.1:8099/gw',
        loginUrl: 'https://proxy.example.com/login',
      },
    );
  });

  test.each(['eu-west-9', '', 'nonsense', 'host with blanks.com', 'a..b'])(
    'are refused for "%s"',
    (region) => {
      expect(() => resolveHosts(region)).toThrow(PlatformSettingsError);
    },
  );

  test.each(['ftp://x.com', 'x.com', 'http://user:pass@x.com', 'http://x.com/?a=b'])(
    'refuse the override %s',
    (url) => {
      expect(() => resolveHosts('eu-west-1', url)).toThrow(PlatformSettingsError);
    },
  );

  test('do not repeat a password that was written into one', () => {
    expect(() => resolveHosts('eu-west-1', 'http://user:hunter2@x.com')).not.toThrow(/hunter2/);
  });
});
