/** What a policy may write for a region, and the host that it means. */
import { describe, expect, test } from '@jest/globals';
import { hostOfRegion, REGIONS } from '../../src/domain/region.ts';

describe('a region', () => {
  test.each([
    ['us-east-1', 'mypurecloud.com'],
    ['eu-west-1', 'mypurecloud.ie'],
    ['ap-southeast-2', 'mypurecloud.com.au'],
    ['me-central-1', 'mec1.pure.cloud'],
    [' EU_West_1 ', 'mypurecloud.ie'],
  ])('is known by its name: %s', (name, host) => {
    expect(hostOfRegion(name)).toBe(host);
  });

  test('that has a name has a host of its own, which stands for itself', () => {
    const hosts = REGIONS.map(hostOfRegion);
    expect(new Set(hosts).size).toBe(REGIONS.length);
    expect(hosts.map((host) => hostOfRegion(host ?? ''))).toEqual(hosts);
  });

  test.each([
    ['mypurecloud.ie', 'mypurecloud.ie'],
    [' MyPureCloud.IE ', 'mypurecloud.ie'],
    ['https://api.mypurecloud.ie', 'mypurecloud.ie'],
    ['http://login.mypurecloud.ie/', 'mypurecloud.ie'],
    ['https://apps.mypurecloud.ie/directory/#/x', 'mypurecloud.ie'],
    ['api.usw2.pure.cloud', 'usw2.pure.cloud'],
    ['a.b', 'a.b'],
    ['new.api.cloud', 'new.api.cloud'],
    ['xn--1.new-region.cloud', 'xn--1.new-region.cloud'],
    [`${'a.'.repeat(125)}com`, `${'a.'.repeat(125)}com`],
  ])('is known by its host, however it is written: %s', (text, host) => {
    expect(hostOfRegion(text)).toBe(host);
  });

  test.each([
    '',
    'eu-west-9',
    'cloud',
    'my_pure.cloud',
    '-a.cloud',
    'a-.cloud',
    'a..cloud',
    'a.1cloud',
    '10.0.0.1',
    'mypurecloud.ie:443',
    'user@mypurecloud.ie',
    'mypurecloud.ie?x=/y',
    'https://https://mypurecloud.ie',
    'new.https://mypurecloud.ie',
    'mypure cloud.ie',
    `${'a.'.repeat(126)}com`,
  ])('is not written "%s"', (text) => {
    expect(hostOfRegion(text)).toBeUndefined();
  });
});
