/**
 * What another process does to the store, for the tests that need a real one:
 * `write PATH` writes steps until it is killed and prints each when it is saved; `pause PATH` sets the pause;
 * `lease PATH` takes the lease and waits to be killed; `count PATH N` adds N events.
 */
import process from 'node:process';
import { openStore, type SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { BASE, stateOf } from './fixtures.ts';

const [act, path, count] = process.argv.slice(2);
const store = await openStore(path ?? '', { now: () => BASE, existing: act === 'pause' });

if (act === 'write') await write(store);
if (act === 'count') await add(store, Number(count));
if (act === 'pause') await store.setPause({ since: BASE, until: undefined, reason: 'drill' });
if (act === 'lease') {
  console.log((await store.holdLease('other', BASE, 1_000_000)) !== undefined);
  setInterval(() => undefined, 60_000);
} else await store.close();

async function write(to: SqliteStore): Promise<void> {
  for (let n = 1; ; n += 1) {
    const memories = Array.from({ length: 20 }, (_, i) => stateOf(`agent-${i}`, BASE + n));
    await to.saveStep(memories, [{ kind: 'intent', at: BASE + n, intentId: `i${n}` }]);
    await told(`${n} intent`);
    if (n % 3 === 0) continue;
    await to.saveStep([], [{ kind: 'verified', at: BASE + n, intentId: `i${n}` }]);
    await told(`${n} verified`);
  }
}

/** The reader may be slow: what is printed has left this process before more is saved, or a kill would take it along. */
function told(line: string): Promise<void> {
  return new Promise((done) => {
    process.stdout.write(`${line}\n`, () => {
      done();
    });
  });
}

async function add(to: SqliteStore, events: number): Promise<void> {
  for (let n = 0; n < events; n += 1) await to.saveStep([], [{ kind: 'gap', at: BASE }]);
}
