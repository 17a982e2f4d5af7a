import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Replica } from '../../../src/domain/spread.ts';
import type { ReplicasPort } from '../../../src/ports/replicas.ts';
import { shareDatabase, type SharedDatabase } from '../../../src/store/open.ts';
import { openPostgres } from '../../../src/store/postgres/postgres-store.ts';
import { asked, emptyDatabase, NO_POSTGRES, type EmptyDatabase } from '../../postgres/server.ts';
import { BASE } from '../examples.ts';

const here = NO_POSTGRES === undefined ? describe : describe.skip;

const replica = (id: string, held: readonly string[] = []): Replica => ({
  ...{ id, able: new Set(['Harbour', 'Mill "No. 2"']), held: new Set(held) },
});

here('replicas that share a database', () => {
  let database: EmptyDatabase;
  let shares: readonly SharedDatabase[];
  let one: ReplicasPort;
  let other: ReplicasPort;
  const sql = (text: string): Promise<readonly object[]> => asked(database.url, text);

  beforeAll(async () => {
    database = await emptyDatabase();
    await (await openPostgres(database.url, 'Harbour', { now: () => BASE })).close();
    shares = [await shareDatabase(database.url), await shareDatabase(database.url)];
    [one, other] = [await shares[0]!.replicas(), await shares[1]!.replicas()];
  });

  afterAll(async () => {
    for (const each of [one, other, one, ...shares]) await each.close();
    await database.drop();
  });

  test('hear of each other what each said last, until one has left or says nothing any more', async () => {
    expect(await one.beat(replica('one'))).toEqual([]);
    const [heard] = await other.beat(replica('other', ['Harbour']));
    expect(heard).toMatchObject({ id: 'one', able: new Set(['Harbour', 'Mill "No. 2"']), held: new Set() });
    expect(heard!.ago).toBeGreaterThanOrEqual(0);
    expect(await one.beat(replica('one', ['Mill "No. 2"']))).toMatchObject([
      { id: 'other', held: new Set(['Harbour']) },
    ]);
    await other.leave('other');
    expect(await one.beat(replica('one'))).toEqual([]);
    await other.beat(replica('other'));
    await sql("UPDATE idle_enforcer.replica SET seen = seen - interval '10 seconds' WHERE id = 'other'");
    const [late] = await one.beat(replica('one'));
    expect(late!.ago).toBeGreaterThanOrEqual(10_000);
    await sql("UPDATE idle_enforcer.replica SET seen = seen - interval '1 day' WHERE id = 'other'");
    expect(await one.beat(replica('one'))).toEqual([]);
    await one.beat(replica('one'));
    expect(await sql('SELECT id FROM idle_enforcer.replica')).toEqual([{ id: 'one' }]);
  });

  test('move one organisation a minute, all together, also after the clock of the database was set back', async () => {
    const claims = await Promise.all([one.claimMove(), other.claimMove(), one.claimMove()]);
    expect(claims.filter(Boolean)).toHaveLength(1);
    await sql("UPDATE idle_enforcer.move SET at = at - interval '61 seconds'");
    expect([await other.claimMove(), await one.claimMove()]).toEqual([true, false]);
    await sql("UPDATE idle_enforcer.move SET at = at + interval '1 day'");
    expect(await one.claimMove()).toBe(true);
  });

  test('take a row that cannot be read for a replica that holds nothing and can hold nothing', async () => {
    await sql("INSERT INTO idle_enforcer.replica VALUES ('broken', clock_timestamp(), '{', '[1]')");
    expect(await one.beat(replica('one'))).toMatchObject([
      { id: 'broken', able: new Set(), held: new Set() },
    ]);
  });
});

if (NO_POSTGRES !== undefined) test.skip(NO_POSTGRES, () => undefined);
