import { beforeEach, expect, test } from '@jest/globals';
import { Places, type Shares } from '../../../src/store/postgres/places.ts';

const SHARES: Shares = { total: 8, most: 3, left: 2 };

let places: Places;
/** Those who have a place, in the order in which they got it, and how each gives it back. */
let begun: string[];
let leaving: Map<string, () => void>;
const owners = new Map<string, object>();

beforeEach(() => {
  places = new Places(SHARES);
  begun = [];
  leaving = new Map();
});

/** Asks for a place for work that is called by its owner and a number, such as "north 1". */
function ask(work: string, { isLong = false, signal = new AbortController().signal } = {}): Promise<unknown> {
  const [name = ''] = work.split(' ');
  const owner = owners.get(name) ?? { name };
  owners.set(name, owner);
  return places.take(owner, isLong, signal).then(
    (leave) => {
      begun.push(work);
      leaving.set(work, leave);
      return undefined;
    },
    (error: unknown) => error,
  );
}

/** Lets all that can go on do so. */
async function settled(): Promise<void> {
  for (let n = 0; n < 10; n += 1) await Promise.resolve();
}

async function leave(work: string): Promise<void> {
  leaving.get(work)?.();
  await settled();
}

test('one organisation has three at most, and another one still begins at once', async () => {
  for (const n of [1, 2, 3, 4]) void ask(`north ${n}`);
  await settled();
  expect(begun).toEqual(['north 1', 'north 2', 'north 3']);
  void ask('south 1');
  await settled();
  expect(begun.at(-1)).toBe('south 1');
  await leave('north 1');
  expect(begun.at(-1)).toBe('north 4');
});

test('an organisation that has none gets the last one, also where others that have one came before', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) void ask(`${name} 1`);
  await settled();
  expect(begun).toHaveLength(8);
  void ask('a 2');
  void ask('late 1');
  void ask('later 1');
  await settled();
  await leave('h 1');
  expect(begun.at(-1)).toBe('late 1');
  await leave('g 1');
  expect(begun.at(-1)).toBe('later 1');
  // For the second one of an organisation two have to be left for others.
  await leave('f 1');
  await leave('e 1');
  expect(begun.at(-1)).toBe('later 1');
  await leave('d 1');
  expect(begun.at(-1)).toBe('a 2');
});

test('four organisations whose statements hang leave places for all others', async () => {
  for (const name of ['a', 'b', 'c', 'd']) for (const n of [1, 2, 3]) void ask(`${name} ${n}`);
  await settled();
  for (let n = 0; n < 100; n += 1) {
    void ask(`o${n} 1`);
    await settled();
    expect(begun.at(-1)).toBe(`o${n} 1`);
    await leave(`o${n} 1`);
  }
});

test('what takes long begins only while most are free, and keeps no short work from its place', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) void ask(`${name} long`, { isLong: true });
  await settled();
  expect(begun).toEqual(['a long', 'b long', 'c long', 'd long']);
  void ask('g short');
  await settled();
  expect(begun.at(-1)).toBe('g short');
  await leave('a long');
  // Four are free.
  expect(begun.at(-1)).toBe('g short');
  await leave('g short');
  expect(begun.at(-1)).toBe('e long');
});

test('work that is given up while it waits gets no place any more', async () => {
  for (const n of [1, 2, 3]) void ask(`north ${n}`);
  const stop = new AbortController();
  const waiting = ask('north 4', { signal: stop.signal });
  await settled();
  stop.abort(new Error('tired'));
  expect(await waiting).toMatchObject({ message: 'tired' });
  await leave('north 1');
  expect(begun).toEqual(['north 1', 'north 2', 'north 3']);
  void ask('north 5');
  await settled();
  expect(begun.at(-1)).toBe('north 5');
  expect(await ask('north 6', { signal: stop.signal })).toMatchObject({ message: 'tired' });
});

test('a single organisation has all of them for itself', async () => {
  places = new Places({ total: 3, most: 3, left: 0 });
  void ask('north 1', { isLong: true });
  for (const n of [2, 3, 4]) void ask(`north ${n}`);
  await settled();
  expect(begun).toEqual(['north 1', 'north 2', 'north 3']);
});
