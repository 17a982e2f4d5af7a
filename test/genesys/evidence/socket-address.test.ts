import { expect, test } from '@jest/globals';
import { refusalOf } from '../../../src/genesys/evidence/socket-address.ts';
import { hostsBelow, resolveHosts } from '../../../src/genesys/http/regions.ts';

const ELSEWHERE = 'at a host that is none of the platform';
const NO_SOCKET = 'none of an encrypted WebSocket';

/** A worker of this region, whose API is there or behind a gateway. */
function refused(address: string, region = 'eu-west-1', apiUrl?: string): string | undefined {
  const hosts = resolveHosts(region, apiUrl);
  const isPlain = hosts.apiUrl.startsWith('http:');
  return refusalOf(address, { isPlain, hosts: hostsBelow(region, hosts) });
}

test.each([
  ['wss://streaming.mypurecloud.ie/channels/1', 'eu-west-1', undefined],
  ['wss://streaming.usw2.pure.cloud/channels/1', 'us-west-2', undefined],
  ['wss://STREAMING.New.Example/channels/1', 'new.example', undefined],
  ['wss://streaming.mypurecloud.ie/channels/1', 'eu-west-1', 'https://gateway.example.com/genesys'],
  ['wss://gateway.example.com/channels/1', 'eu-west-1', 'https://gateway.example.com/genesys'],
  ['ws://127.0.0.1:8443/channels/1', 'eu-west-1', 'http://127.0.0.1:8080'],
  ['ws://localhost:8443/channels/1', 'eu-west-1', 'http://127.0.0.1:8080'],
])('a socket to %s is opened in %s with the gateway %s', (address, region, apiUrl) => {
  expect(refused(address, region, apiUrl)).toBeUndefined();
});

test.each([
  ['wss://streaming.example.com/1', ELSEWHERE],
  ['wss://streaming-mypurecloud.ie/1', ELSEWHERE],
  ['wss://mypurecloud.ie.example.com/1', ELSEWHERE],
  ['wss://10.0.0.1/1', ELSEWHERE],
  ['ws://streaming.mypurecloud.ie/1', NO_SOCKET],
  ['https://streaming.mypurecloud.ie/1', NO_SOCKET],
  ['wss://user:word@streaming.mypurecloud.ie/1', NO_SOCKET],
  ['streaming.mypurecloud.ie', NO_SOCKET],
  ['', NO_SOCKET],
])('a socket to "%s" is not opened: it is %s', (address, why) => {
  expect(refused(address)).toBe(why);
});

test('a sandbox on loopback opens no socket to another host', () => {
  expect(refused('ws://10.0.0.1:8080/1', 'eu-west-1', 'http://127.0.0.1:8080')).toBe(ELSEWHERE);
});
