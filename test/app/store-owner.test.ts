/** Whose store it is. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { signedIn } from '../../src/app/store-owner.ts';
import { EXIT, explainError } from '../../src/commands/shared/exit.ts';
import { PlatformError } from '../../src/genesys/http/errors.ts';
import type { Inspection } from '../../src/genesys/inspection/inspection.ts';
import { WoundClock } from '../genesys/fake-platform.ts';
import type { Settings } from '../../src/policy-file/draft.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Pause, SweepBegun } from '../../src/domain/record.ts';
import { HOUR, MINUTE, type Instant } from '../../src/domain/time/time.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const FILE: Pick<Settings, 'store'> = { store: { sqlite: 'store.db', postgres: undefined, retention: 1 } };
const DATABASE: Pick<Settings, 'store'> = { store: { ...FILE.store, postgres: 'postgres://u@h/d' } };

let store: MemoryStore & Pick<Store, 'heldElsewhere' | 'pausesElsewhere'>;
let said: string[];
/** What is paused in other stores of the organisation. */
let others: readonly Pause[];

function pausedSince(since: Instant, until?: Instant): Pause {
  return { since, until, reason: 'audit', by: 'ops@host' };
}
/** How often it was asked which organisation the client belongs to. */
let asked: number;

beforeEach(() => {
  store = new MemoryStore({ now: () => 0 });
  others = [];
  store.pausesElsewhere = (...fact) => {
    expect(fact[0]).toBe('organisation_id');
    return Promise.resolve(others);
  };
  asked = 0;
  said = [];
});

/** Signs a client of this organisation in, or one of whose organisation the platform says this. */
async function enter(id: string | Error, settings = DATABASE): Promise<void> {
  const organisation: Inspection['organisation'] = () => {
    asked += 1;
    return id instanceof Error ? Promise.reject(id) : Promise.resolve({ id, name: 'x', hipaa: false });
  };
  const platform = { checkCredentials: () => Promise.resolve(), inspection: { organisation } as Inspection };
  const log = pino({}, { write: (line) => said.push(String((JSON.parse(line) as { msg: unknown }).msg)) });
  const { signal } = new AbortController();
  await signedIn(platform, store, settings, { signal, log, clock: new WoundClock(NOW) });
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
    let names: readonly string[] = ['berlin'];
    const asked: unknown[] = [];
    store.heldElsewhere = (...fact) => {
      asked.push(fact);
      return Promise.resolve(names);
    };
    await expect(enter('north-id')).rejects.toThrow(
      /watches the organisation north-id in the same database already, by the name berlin; this policy gives it another/,
    );
    names = [];
    await enter('north-id');
    expect(asked).toEqual([
      ['organisation_id', 'north-id'],
      ['organisation_id', 'north-id'],
    ]);
  });

  test('stays paused where the organisation is paused under another name', async () => {
    others = [pausedSince(NOW - HOUR, NOW), pausedSince(NOW - HOUR, NOW + 1), pausedSince(NOW - HOUR)];
    await enter('north-id');
    expect(await store.pause()).toEqual(pausedSince(NOW - HOUR));
    const event = { kind: 'pause', at: NOW, reason: 'audit', by: 'ops@host' };
    expect(await store.events({})).toEqual([event, event].map((each) => expect.objectContaining(each)));
    expect(new Set(said)).toEqual(new Set(['paused under another name, the organisation stays paused']));
  });

  test('is not paused by what stood under another name already when it was in use', async () => {
    const begun: SweepBegun = {
      holder: 'w',
      command: 'run',
      version: '1',
      startedAt: 0,
      sweptAt: NOW - MINUTE,
      interval: 1,
    };
    await store.noteSweep(begun);
    others = [pausedSince(NOW - MINUTE)];
    await enter('north-id');
    expect(await store.pause()).toBeUndefined();
    others = [pausedSince(NOW - MINUTE + 1)];
    await enter('north-id');
    expect(await store.pause()).toEqual(others[0]);
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
