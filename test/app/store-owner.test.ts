/** Whose store it is. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { signedIn } from '../../src/app/store-owner.ts';
import { EXIT, explainError } from '../../src/commands/shared/exit.ts';
import { PlatformError } from '../../src/genesys/http/errors.ts';
import type { Inspection } from '../../src/genesys/inspection/inspection.ts';
import type { Settings } from '../../src/policy-file/draft.ts';
import type { Store } from '../../src/ports/store.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';

const FILE: Pick<Settings, 'store'> = { store: { sqlite: 'store.db', postgres: undefined, retention: 1 } };
const DATABASE: Pick<Settings, 'store'> = { store: { ...FILE.store, postgres: 'postgres://u@h/d' } };

let store: MemoryStore & Pick<Store, 'heldElsewhere'>;
/** How often it was asked which organisation the client belongs to. */
let asked: number;

beforeEach(() => {
  store = new MemoryStore({ now: () => 0 });
  asked = 0;
});

/** Signs a client of this organisation in, or one of whose organisation the platform says this. */
async function enter(id: string | Error, settings = DATABASE): Promise<void> {
  const organisation: Inspection['organisation'] = () => {
    asked += 1;
    return id instanceof Error ? Promise.reject(id) : Promise.resolve({ id, name: 'x', hipaa: false });
  };
  const platform = { checkCredentials: () => Promise.resolve(), inspection: { organisation } as Inspection };
  await signedIn(platform, store, settings, { signal: new AbortController().signal });
}

describe('a store in a database', () => {
  test('is that of the organisation which had it first, and no other one begins in it', async () => {
    await enter('north-id');
    await enter('north-id');
    await expect(enter('south-id')).rejects.toThrow(
      /is that of another organisation: the client of this policy belongs to south-id, and the store to north-id\./,
    );
    const refused = await enter('south-id').catch((error: unknown) => error);
    expect(explainError(refused).code).toBe(EXIT.refused);
  });

  test('is not begun with while a worker watches the organisation by another name', async () => {
    let others: readonly string[] = ['berlin'];
    const asked: unknown[] = [];
    store.heldElsewhere = (...fact) => {
      asked.push(fact);
      return Promise.resolve(others);
    };
    await expect(enter('north-id')).rejects.toThrow(
      /watches the organisation north-id in the same database already, by the name berlin; this policy gives it another/,
    );
    others = [];
    await enter('north-id');
    expect(asked).toEqual([
      ['organisation_id', 'north-id'],
      ['organisation_id', 'north-id'],
    ]);
  });

  test('is used also while the platform does not tell whose client it is', async () => {
    await enter('north-id');
    await enter(new PlatformError('HTTP 500', { kind: 'transient', operation: 'getOrganizationsMe' }));
    expect(asked).toBe(2);
  });
});

test('a file of its own belongs to one policy: nothing is asked', async () => {
  await enter('north-id', FILE);
  expect(asked).toBe(0);
});
