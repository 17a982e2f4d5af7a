import { afterEach, describe, expect, test } from '@jest/globals';
import { NO_SIGNAL, user, users, type FakePlatform, type WoundClock } from './fake-platform.ts';
import { listing, PAGED, TOO_LARGE } from './listings.ts';

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

async function open(...how: Parameters<typeof listing>): Promise<FakePlatform> {
  return (fake = await listing(...how));
}

describe('reading again', () => {
  test('asks for fifty at a time, with the same expands, and leaves out who did not come back', async () => {
    await open(({ path, query }) => {
      if (path !== PAGED) return undefined;
      const ids = query.getAll('id');
      return {
        json: {
          entities: [
            ...users(1, 120).filter(({ id }) => ids.includes(String(id)) && id !== String(user(7)['id'])),
            user(999),
          ],
        },
      };
    });
    const ids = users(1, 120).map(({ id }) => String(id));
    const found = await fake!.platform.directory.reread(ids, NO_SIGNAL);
    expect(found.size).toBe(119);
    expect(found.has(ids[6]!)).toBe(false);
    const asked = fake!.of(PAGED);
    expect(asked.map(({ query }) => query.getAll('id').length).sort((a, b) => a - b)).toEqual([20, 50, 50]);
    expect(asked[0]!.query.getAll('expand')).toEqual([
      'presence',
      'routingStatus',
      'conversationSummary',
      'lasttokenissued',
    ]);
    expect(Number(asked[0]!.query.get('pageSize'))).toBeGreaterThanOrEqual(
      asked[0]!.query.getAll('id').length,
    );
  });

  test('that takes seconds is dated no later than it was asked for, and no earlier than it came', async () => {
    const held: { clock?: WoundClock } = {};
    await open(({ path }) => {
      if (path !== PAGED) return undefined;
      if (held.clock !== undefined) held.clock.time += 4_700;
      return { json: { entities: users(1, 1) } };
    });
    const { clock, platform } = fake!;
    held.clock = clock;
    const asked = clock.now();
    const found = await platform.directory.reread([String(user(1)['id'])], NO_SIGNAL);
    const { at, latest } = [...found.values()][0]!.observation;
    expect(at).toBeLessThanOrEqual(asked);
    expect(latest).toBeGreaterThanOrEqual(asked + 4_700);
  });

  test('halves a chunk that is too large', async () => {
    await open(({ path, query }) => {
      if (path !== PAGED) return undefined;
      const ids = query.getAll('id');
      return ids.length > 20
        ? TOO_LARGE
        : { json: { entities: users(1, 50).filter(({ id }) => ids.includes(String(id))) } };
    });
    expect(
      (
        await fake!.platform.directory.reread(
          users(1, 50).map(({ id }) => String(id)),
          NO_SIGNAL,
        )
      ).size,
    ).toBe(50);
  });
});
