/** Which changed files of a fleet are taken up together. */
import { expect, test } from '@jest/globals';
import { Trades, type Trader } from '../../../src/commands/run/trades.ts';
import type { LoadedPolicy } from '../../../src/policy-file/draft.ts';
import { loadPolicyText } from '../../../src/policy-file/load.ts';

function policy(name: string): LoadedPolicy {
  const text = `version: 1
name: ${name}
genesys: { region: eu-west-1, client_id: "client of ${name}", client_secret: secret }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
`;
  return loadPolicyText(text, `${name}.yaml`, {});
}

/** A worker whose policy is in force; its file says something else, which it hears of when it looks. */
class Watched implements Trader {
  policy: LoadedPolicy | undefined;
  held: LoadedPolicy | undefined;
  file: string | undefined;
  looked = 0;
  readonly ended = Promise.withResolvers<undefined>();
  hasBegun = false;

  constructor(name: string, file?: string) {
    this.policy = policy(name);
    this.file = file;
  }

  lookAgain(): Promise<void> {
    this.looked += 1;
    if (this.file !== undefined) this.held = policy(this.file);
    return Promise.resolve();
  }

  async takeHeld(together: Promise<unknown>): Promise<void> {
    [this.policy, this.held] = [this.held, undefined];
    void together.then(() => {
      this.hasBegun = true;
    });
    await this.ended.promise;
  }
}

const named = (all: readonly Watched[]): readonly unknown[] =>
  all.map(({ policy: own }) => own?.settings.organisation);

async function traded(first: Watched, all: readonly Watched[]): Promise<readonly unknown[]> {
  await first.lookAgain();
  await new Trades(
    () => all,
    () => new AbortController().signal,
  ).trade();
  return named(all);
}

test('two that exchange their names begin anew when both have ended, and no sooner', async () => {
  const [north, south, other] = [
    new Watched('north', 'south'),
    new Watched('south', 'north'),
    new Watched('other'),
  ];
  expect(await traded(north, [north, south, other])).toEqual(['south', 'north', 'other']);
  expect(other.looked).toBe(0);
  north.ended.resolve(undefined);
  await new Promise(setImmediate);
  expect([north.hasBegun, south.hasBegun]).toEqual([false, false]);
  south.ended.resolve(undefined);
  await new Promise(setImmediate);
  expect([north.hasBegun, south.hasBegun]).toEqual([true, true]);
});

test('three in a ring are found by looking at each file that is in the way', async () => {
  const all = [new Watched('a', 'b'), new Watched('b', 'c'), new Watched('c', 'a')];
  expect(await traded(all[0]!, all)).toEqual(['b', 'c', 'a']);
  expect(all.map(({ looked }) => looked)).toEqual([1, 1, 1]);
});

test('a name that no file gives up is not taken, and the others still exchange theirs', async () => {
  const all = [new Watched('a', 'b'), new Watched('b', 'a'), new Watched('c', 'd'), new Watched('d')];
  await all[2]!.lookAgain();
  expect(await traded(all[0]!, all)).toEqual(['b', 'a', 'c', 'd']);
  expect(all[2]!.held?.settings.organisation).toBe('d');
});

test('of two that want the same name neither gets it, nor what hangs on it', async () => {
  const all = [new Watched('a', 'b'), new Watched('b', 'a'), new Watched('c', 'b')];
  await all[2]!.lookAgain();
  expect(await traded(all[0]!, all)).toEqual(['a', 'b', 'c']);
});

test('a file that says the same as before is looked at once, and is left alone', async () => {
  const all = [new Watched('a', 'b'), new Watched('b')];
  expect(await traded(all[0]!, all)).toEqual(['a', 'b']);
  expect(all[1]!.looked).toBe(1);
});
