/** What is kept of a rollout: it comes back as it was written, and what was damaged never brings a policy to more agents. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RolloutTerms } from '../../src/domain/policy/policy.ts';
import {
  NO_ROLLOUT,
  ordered,
  shareOf,
  wanting,
  type KeptPolicy,
  type Order,
  type Rollout,
} from '../../src/domain/rollout/rollout.ts';
import type { StoredRollout, Told } from '../../src/ports/rollout-notes.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { keptPoliciesIn, rolloutIn, rolloutNotes } from '../../src/store/rollout-note.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const TERMS: RolloutTerms = {
  steps: [0.01, 0.1, 1],
  every: 3_600_000,
  stop: { regret: 0.05, unverified: 0.1 },
};
const BASE: KeptPolicy = { judges: 'A', mode: 'enforce', hash: 'file-A', content: '{"profiles":[]}' };
const WANTED: KeptPolicy = { judges: 'B', mode: 'enforce', hash: 'file-B', content: '{"profiles":[1]}' };
const FULL: Rollout = {
  base: { judges: 'A', mode: 'enforce' },
  candidate: {
    judges: 'B',
    hash: 'file-B',
    steps: [{ at: NOW, share: 0.01 }],
    watched: 60_000,
    countedFrom: NOW,
    stopped: { at: NOW + 1, reason: 'aborted: seen enough', by: 'lead@floor' },
  },
  stopped: ['B', 'C'],
  handled: 'order-1',
};
const TOLD: readonly Told[] = [{ at: NOW, reason: 'rollout of file-B begun: 1 % of the agents' }];
const ORDER: Order = { id: 'order-1', what: 'continue', judges: 'B', by: 'lead@floor', reason: 'fine' };

/** A store with notes of a rollout. */
async function stored(
  rollout = FULL,
  kept: readonly KeptPolicy[] = [BASE, WANTED],
  last?: Order,
): Promise<Notes> {
  const notes = new Notes();
  await notes.port.save(rollout, kept, TOLD);
  if (last !== undefined) await notes.port.order(last);
  return notes;
}

class Notes {
  readonly store = new MemoryStore({ now: () => NOW });
  readonly port = rolloutNotes(this.store);

  /** The fact has this text now. */
  async set(name: string, text: string): Promise<StoredRollout> {
    await this.store.setFacts(new Map([[name, text]]));
    return await this.port.read();
  }

  async text(name: string): Promise<string> {
    return (await this.store.facts()).get(name) ?? '';
  }
}

describe('what is kept of a rollout', () => {
  test('comes back as it was written', async () => {
    const notes = await stored(FULL, [BASE, WANTED], ORDER);
    expect(await notes.port.read()).toEqual({
      rollout: FULL,
      kept: [BASE, WANTED],
      told: TOLD,
      order: ORDER,
    });
  });

  test('says of a policy for all that observes for now that it acted before', async () => {
    const observing: Rollout = { ...FULL, base: { judges: 'A', mode: 'observe', acted: true } };
    expect((await (await stored(observing)).port.read()).rollout).toEqual(observing);
  });

  test('is nothing in a store that never had one', async () => {
    expect(await new Notes().port.read()).toEqual({
      rollout: NO_ROLLOUT,
      kept: [],
      told: [],
      order: undefined,
    });
  });

  test('has no policy whose content may not be kept', async () => {
    const notes = await stored(FULL, [{ ...BASE, content: undefined }, WANTED]);
    expect((await notes.port.read()).kept).toEqual([WANTED]);
  });

  test('comes back whatever an operator has said, however long', async () => {
    const longest = 'x'.repeat(1_000);
    const order: Order = { id: 'i'.repeat(64), what: 'abort', judges: 'B', by: longest, reason: longest };
    const begun = wanting({ ...NO_ROLLOUT, base: FULL.base }, { ...WANTED, terms: TERMS }, NOW).rollout;
    const { rollout, told } = ordered(begun, order, TERMS, NOW);
    const notes = new Notes();
    await notes.port.save(
      rollout,
      [BASE, WANTED],
      told.map((line) => ({ ...line, at: NOW })),
    );
    const read = await notes.port.read();
    expect(read.rollout).toEqual(rollout);
    expect(read.told).toMatchObject([{ by: longest }]);
  });

  test('and after two hundred stops and continuations', async () => {
    let { rollout } = wanting({ ...NO_ROLLOUT, base: FULL.base }, { ...WANTED, terms: TERMS }, NOW);
    for (let n = 0; n < 200; n += 1) {
      for (const what of ['abort', 'continue'] as const)
        rollout = ordered(
          rollout,
          { id: `${what} ${n}`, what, judges: 'B', by: 'lead' },
          TERMS,
          NOW + n,
        ).rollout;
      rollout = wanting(rollout, { ...WANTED, judges: `C${n}`, terms: TERMS }, NOW).rollout;
      rollout = ordered(
        rollout,
        { id: `C${n}`, what: 'abort', judges: `C${n}`, by: 'lead' },
        TERMS,
        NOW,
      ).rollout;
      rollout = wanting(rollout, { ...WANTED, terms: TERMS }, NOW).rollout;
    }
    const notes = new Notes();
    await notes.port.save(rollout, [], []);
    expect((await notes.port.read()).rollout).toEqual(rollout);
  });

  test('has the newest hundred lines of what was not told, however many there are', async () => {
    const notes = new Notes();
    const lines = Array.from({ length: 300 }, (_, n) => ({ at: NOW + n, reason: `line ${n}` }));
    await notes.port.save(FULL, [], lines);
    expect((await notes.port.read()).told).toEqual(lines.slice(200));
  });

  test('of a newer version that adds parts is read without them', async () => {
    const notes = await stored();
    const { v, body } = JSON.parse(await notes.text('rollout')) as { v: number; body: object };
    expect((await notes.set('rollout', JSON.stringify({ v, body: { ...body, later: 1 } }))).rollout).toEqual(
      FULL,
    );
  });
});

describe('where the note of a rollout is damaged', () => {
  const DAMAGE = [
    '',
    '{',
    'null',
    '[]',
    '{"v":2,"body":{"stopped":[]}}',
    '{"v":1,"body":{"base":7}}',
    '{"v":1,"body":{"stopped":[],"candidate":{}}}',
  ];

  test.each(DAMAGE)(
    'as by %j, the change begins anew, beside the policy that was in force for all',
    async (text) => {
      const { rollout, told } = await (await stored()).set('rollout', text);
      expect([rollout, told]).toEqual([{ stopped: [], base: FULL.base, handled: undefined }, []]);
      expect(shareOf(wanting(rollout, { ...WANTED, terms: TERMS }, NOW).rollout)).toBe(0.01);
    },
  );

  test('the policy that is brought out is not taken for it, also where that one may not be kept', async () => {
    const notes = await stored(FULL, [{ ...BASE, content: undefined }, WANTED]);
    expect((await notes.set('rollout', '{')).rollout.base).toEqual(FULL.base);
    const first = await stored({ ...FULL, base: undefined }, [WANTED]);
    expect((await first.set('rollout', '{')).rollout.base).toBeUndefined();
  });

  test('an observing policy does not come to act for all', async () => {
    const base = { judges: 'B', mode: 'observe' } as const;
    const notes = await stored({ ...FULL, base }, [WANTED]);
    const { rollout } = await notes.set('rollout', '{');
    expect(shareOf(wanting(rollout, { ...WANTED, terms: TERMS }, NOW).rollout)).toBe(0.01);
  });

  test('an old order to go on brings no further step; one to stop still does', async () => {
    const goOn = await (await stored(FULL, [BASE, WANTED], ORDER)).set('rollout', '{');
    const begun = wanting(goOn.rollout, { ...WANTED, terms: TERMS }, NOW).rollout;
    expect(shareOf(ordered(begun, goOn.order!, TERMS, NOW).rollout)).toBe(0.01);
    const stop = await (await stored(FULL, [BASE, WANTED], { ...ORDER, what: 'abort' })).set('rollout', '{');
    const anew = wanting(stop.rollout, { ...WANTED, terms: TERMS }, NOW).rollout;
    expect(shareOf(ordered(anew, stop.order!, TERMS, NOW).rollout)).toBe(0);
  });

  test('and the policies with it, those whom no step has reached are left alone: nothing is known before', async () => {
    const notes = await stored();
    await notes.set('rollout_policies', '{');
    const { rollout, kept } = await notes.set('rollout', '{');
    expect([rollout.base, kept]).toEqual([undefined, []]);
  });

  test('in any place, no share is larger than it was, and nothing that was stopped is in force without beginning anew', async () => {
    const running = { ...FULL, candidate: { ...FULL.candidate!, stopped: undefined } };
    const notes = await stored(running);
    const text = await notes.text('rollout');
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('', '0', '"', 'x', '}'), (place, letter) => {
        const damaged = `${text.slice(0, place)}${letter}${text.slice(place + 1)}`;
        const read = rolloutIn(new Map([['rollout', damaged]]));
        const { rollout } = wanting(read, { ...WANTED, terms: TERMS }, NOW + 60_000);
        expect(shareOf(rollout)).toBeLessThanOrEqual(0.1);
      }),
    );
  });
});

test.each([
  [
    'an order',
    'rollout_order',
    '{"v":1,"body":{"id":"a","what":"begin","judges":"B","by":"x"}}',
    { order: undefined },
  ],
  [
    'an order of endless words',
    'rollout_order',
    JSON.stringify({ v: 1, body: { ...ORDER, reason: 'x'.repeat(9_000) } }),
    { order: undefined },
  ],
  ['what is kept of policies', 'rollout_policies', '{"v":1,"body":[{"judges":"A"}]}', { kept: [] }],
])('%s that cannot be used is none', async (_, name, text, part) => {
  expect(await (await stored(FULL, [BASE], ORDER)).set(name, text)).toMatchObject(part);
});

test('facts of other things are none of its concern', () => {
  const facts = new Map([['name:groups:night shift', '["g-1"]']]);
  expect([rolloutIn(facts), keptPoliciesIn(facts)]).toEqual([NO_ROLLOUT, []]);
});
