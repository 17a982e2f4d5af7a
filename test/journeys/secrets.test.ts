/** No secret and, where it is wished, no name leaves the worker. */
import { expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOUR } from '../../src/domain/time/time.ts';
import { AccessTokens } from '../../src/sandbox/http/access-tokens.ts';
import { EVERYONE } from './casts.ts';
import { CLIENT, policyText, SECRET, Shift } from './shift.ts';

const SEED = 8;

/** The tokens that the sandbox of this seed gives out, in order. */
function tokensOf(count: number): readonly string[] {
  const tokens = new AccessTokens(SEED, () => 0, { requestsPerMinute: 1, tokenSeconds: 1 });
  return Array.from({ length: count }, () => tokens.issue());
}

/** Everything that the worker left on the disk. */
async function onDisk({ folder }: Shift): Promise<string> {
  const names = await readdir(folder);
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')));
  return files.join('\n');
}

test('whatever goes wrong, neither the client’s secret nor an access token stands in a log, the database or a metric', async () => {
  const shift = await Shift.begin({
    ...{ agents: EVERYONE.length, cast: EVERYONE, shiftMs: 2 * HOUR, seed: SEED, logLevel: 'trace' },
    faults: { droppedToken: 0.08, serverError: 0.05, reset: 0.05, truncated: 0.05, tooManyRequests: 0.02 },
    policy: policyText({ log: '{ level: trace, identities: hash }' }),
  });
  try {
    await shift.until(150);
    const logins = Object.values(shift.sandbox.requests.operations['loginClientCredentialsGrant'] ?? {});
    const issued = tokensOf(logins.reduce((a, b) => a + b));
    expect(issued.length).toBeGreaterThan(5);
    const secrets = [
      SECRET,
      Buffer.from(SECRET).toString('base64').replace(/=+$/, ''),
      Buffer.from(`${CLIENT}:${SECRET}`).toString('base64').replace(/=+$/, ''),
      ...issued,
    ];
    const places = {
      log: shift.lines.join('\n'),
      metrics: await shift.metrics.registry.metrics(),
      disk: await onDisk(shift),
    };
    expect(places.log).toMatch(/could not|not carried out|failed/);
    expect(places.disk.length).toBeGreaterThan(10_000);
    for (const [place, text] of Object.entries(places))
      for (const secret of secrets)
        expect({ place, found: text.includes(secret) }).toEqual({ place, found: false });
    // `identities: hash`: nobody is named either, but in the record, which is kept for that.
    for (const { person } of shift.sandbox.world.journals()) {
      for (const word of [person.name, person.email, person.id]) {
        expect(places.log).not.toContain(word);
        expect(places.metrics).not.toContain(word);
      }
    }
  } finally {
    await shift.end();
  }
});

test('the sandbox gives out the tokens that are looked for', async () => {
  const shift = await Shift.begin({ agents: 1, cast: ['went-home'], seed: SEED, inMemory: true });
  try {
    const { apiUrl } = shift.load().settings.genesys;
    const [token = ''] = tokensOf(1);
    const ask = (bearer: string): Promise<Response> =>
      fetch(`${apiUrl}/api/v2/tokens/timeout`, { headers: { authorization: `Bearer ${bearer}` } });
    expect((await ask(token)).status).toBe(200);
    expect((await ask(`${token}x`)).status).toBe(401);
  } finally {
    await shift.end();
  }
});
