import { beforeEach, describe, expect, test } from '@jest/globals';
import { WoundClock } from '../../../src/app/clock.ts';
import { Spread, spreadOf, type Shared } from '../../../src/commands/run/spread.ts';
import type { Replica } from '../../../src/domain/spread.ts';
import { SECOND } from '../../../src/domain/time/time.ts';
import type { HeardReplica, ReplicasPort } from '../../../src/ports/replicas.ts';
import { BASE, Sentences } from '../../controller/parts.ts';

/** What stands in the database, and what this process says to it. */
class Database implements ReplicasPort {
  others: readonly HeardReplica[] = [];
  said: Replica[] = [];
  claims = 0;
  mayMove = true;
  failing = false;
  left: string[] = [];
  hangs: Promise<void> = Promise.resolve();

  beat(own: Replica): Promise<readonly HeardReplica[]> {
    if (this.failing) return Promise.reject(new Error('the database is away'));
    this.said.push(own);
    return Promise.resolve(this.others);
  }

  claimMove(): Promise<boolean> {
    this.claims += 1;
    return Promise.resolve(this.mayMove);
  }

  leave(id: string): Promise<void> {
    this.left.push(id);
    return this.hangs;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

let clock: WoundClock;
let database: Database;
let log: Sentences;
let organisations: Shared[];
let handedOver: string[];
/** Ends what is under way in the organisation that is handed over. */
let ended: PromiseWithResolvers<undefined>;

beforeEach(() => {
  clock = new WoundClock(BASE);
  database = new Database();
  log = new Sentences();
  organisations = [];
  handedOver = [];
  ended = Promise.withResolvers();
});

function organisation(name: string, standing: 'held' | 'standby' | 'unknown', busy = false): Shared {
  const handOver = (): Promise<void> => {
    handedOver.push(name);
    return ended.promise;
  };
  return { name, worker: { lease: { standing, epoch: 1 }, busy, handOver } };
}

function spread(): Spread {
  const open = (): Promise<ReplicasPort> =>
    database.failing ? Promise.reject(new Error('the database is away')) : Promise.resolve(database);
  return new Spread({ id: 'own', open, clock, log, organisations: () => organisations });
}

const other = (held: readonly string[], ago = 0): HeardReplica => ({
  ...{ id: 'other', able: new Set(['a', 'b', 'c']), held: new Set(held), ago },
});

describe('a process of several', () => {
  test('says what it holds and what it could, and hands over a quiet one where it holds too many', async () => {
    organisations = [
      organisation('a', 'held', true),
      organisation('b', 'held'),
      organisation('c', 'standby'),
    ];
    organisations.push({ name: 'd', worker: undefined }, organisation('e', 'unknown'));
    database.others = [other([])];
    const own = spread();
    await own.start();
    expect(database.said[0]).toEqual({
      ...{ id: 'own', able: new Set(['a', 'b', 'c', 'e']), held: new Set(['a', 'b']) },
    });
    expect(handedOver).toEqual(['b']);
    expect(own.told()).toEqual([
      { replica: 'own', holds: ['a', 'b'] },
      { replica: 'other', holds: [] },
    ]);
  });

  test('hands over nothing while another has made the move of this minute, while one is on its way, or where all is even', async () => {
    organisations = [organisation('a', 'held'), organisation('b', 'held')];
    database.others = [other([])];
    database.mayMove = false;
    const own = spread();
    await own.start();
    expect([handedOver, database.claims]).toEqual([[], 1]);
    database.mayMove = true;
    await own.beat();
    await own.beat();
    expect([handedOver, database.claims]).toEqual([['a'], 2]);
    ended.resolve(undefined);
    await ended.promise;
    database.others = [other(['c'])];
    await own.beat();
    expect(database.claims).toBe(2);
  });

  test('leaves a free organisation to a replica that holds fewer, until that has said nothing for 20 s', async () => {
    organisations = [organisation('a', 'held'), organisation('b', 'standby')];
    database.others = [other([], 5 * SECOND)];
    const own = spread();
    expect(own.patience('b')).toBe(0);
    await own.start();
    expect(own.patience('b')).toBeGreaterThan(0);
    database.failing = true;
    clock.windTo(BASE + 14 * SECOND);
    expect(own.patience('b')).toBeGreaterThan(0);
    clock.windTo(BASE + 15 * SECOND);
    expect(own.patience('b')).toBe(0);
  });

  test('says once that a database does not answer, and goes on when it does', async () => {
    database.failing = true;
    const own = spread();
    await own.start();
    await own.beat();
    expect(log.said).toEqual(['error: the other replicas are not known: no organisation is moved']);
    database.failing = false;
    await own.beat();
    expect(database.said).toHaveLength(1);
  });

  test('tells every ten seconds, and at its end that it has gone', async () => {
    const own = spread();
    await own.start();
    await clock.goOnTo(BASE + 30 * SECOND);
    expect(database.said.length).toBeGreaterThanOrEqual(3);
    const before = database.said.length;
    await own.stop();
    await clock.goOnTo(BASE + 60 * SECOND);
    expect([database.said.length, database.left]).toEqual([before, ['own']]);
  });

  test('that ends while it hears of the others for the first time says nothing any more', async () => {
    const own = spread();
    const started = own.start();
    await own.stop();
    await started;
    await clock.goOnTo(BASE + 30 * SECOND);
    expect([database.said.length, database.left]).toEqual([1, ['own']]);
  });

  test('ends although the database does not take note of it', async () => {
    const own = spread();
    await own.start();
    database.hangs = new Promise(() => undefined);
    await own.stop();
    expect(database.left).toEqual(['own']);
  });

  test('of a fleet without a database is alone', () => {
    expect(spreadOf(undefined, { clock, log }, () => [])).toBeUndefined();
  });
});
