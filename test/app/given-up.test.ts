/** A start that is told to stop: what is on its way ends before the store is closed under it. */
import { expect, test } from '@jest/globals';
import { assemble, openStoreOf } from '../../src/app/compose.ts';
import { realClock } from '../../src/app/clock.ts';
import { createLog } from '../../src/app/logging.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { Metrics } from '../../src/server/metrics.ts';
import { fakePlatform } from '../genesys/fake-platform.ts';

const POLICY = `version: 1
genesys: { region: eu-west-1, client_id: id, client_secret: a-long-secret }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
store: { sqlite: ":memory:" }
`;

test('a start that is called off while the platform is asked uses its store no more once it is said to have ended', async () => {
  const stop = new AbortController();
  // The names of the policy are looked up when it is told to stop.
  const fake = await fakePlatform(({ path }) => {
    if (path !== '/api/v2/presence/definitions') return undefined;
    stop.abort(new Error('the deadline has passed'));
    return { json: { entities: [] } };
  });
  const lines: { msg: string; err?: { message: string } }[] = [];
  const log = createLog('info', { write: (line: string) => void lines.push(JSON.parse(line) as never) });
  const loaded = loadPolicyText(POLICY, 'p.yaml', {});
  const around = { clock: realClock, log, metrics: new Metrics(), signal: stop.signal };
  const store = await openStoreOf(loaded.settings, around);
  const connect = (): typeof fake.platform => fake.platform;
  try {
    await expect(assemble(loaded, store, { ...around, connect })).rejects.toThrow('the deadline has passed');
    await store.close();
    await fake.close();
    expect(lines.filter(({ err }) => err !== undefined)).toEqual([]);
  } finally {
    await store.close();
  }
});
