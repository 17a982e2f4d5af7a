/** Addresses: a host and a path, and nothing beside them. */
import type { Checking } from './checking.ts';

/** Checks those of the platform, so that no policy is valid that the worker refuses at its start. */
export function checkAddresses({ source, faults }: Checking): void {
  for (const key of ['api_url', 'login_url']) {
    const path = ['genesys', key];
    const address = source.at(path);
    // What begins otherwise is a fault of the schema.
    if (typeof address !== 'string' || source.isAbsent(path) || !/^https?:\/\/[^\s/]\S*$/.test(address))
      continue;
    const fault = faultOfAddress(address);
    if (fault !== undefined) faults.add(path, fault);
  }
}

/** `undefined` for an address that is no more than a place. */
export function faultOfAddress(address: string): string | undefined {
  if (!URL.canParse(address)) return 'is no address';
  const { username, password, search, hash } = new URL(address);
  if (username === '' && password === '' && search === '' && hash === '') return undefined;
  return 'has more than a host and a path: leave out users, passwords, ? and #';
}
