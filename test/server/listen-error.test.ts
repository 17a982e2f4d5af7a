/** What is said where nobody can be served. */
import { expect, test } from '@jest/globals';
import { cannotListen } from '../../src/server/listen-error.ts';

test.each([
  ['EADDRINUSE', 'Is another worker running there? Otherwise change server.host or server.port.'],
  ['EACCES', 'This user may not: give a port above 1023 as server.port.'],
  ['EADDRNOTAVAIL', 'That is no address of this machine: correct server.host.'],
  ['ENOTFOUND', 'That is no address of this machine: correct server.host.'],
])('%s says what to do', (code, advice) => {
  const change = { host: 'server.host', port: 'server.port' };
  const fault = cannotListen({ host: 'h', port: 80, other: 'worker', change }, code);
  expect(fault.message).toBe(`The address h port 80 cannot be listened on (${code}). ${advice}`);
});
