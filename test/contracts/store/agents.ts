/** Names of agents, and what is forgotten after the retention. */
import { describe, expect, test } from '@jest/globals';
import type { RecordEvent, StoredAgent } from '../../../src/domain/record.ts';
import { DAY, HOUR } from '../../../src/domain/time/time.ts';
import { BASE, stateOf, STANDING } from '../../store/examples.ts';
import { inOne, type Open } from './place.ts';

const ada = { id: 'id-1', name: 'Ada Müller', email: 'ada@example.org', profile: 'desk' };
const adam = { id: 'id-2', name: 'Adam Ng', email: 'ng@example.org', profile: undefined };
const namesake = { id: 'id-3', name: 'ADA MÜLLER', email: 'a.mueller@example.org', profile: undefined };

const byId = (a: StoredAgent, b: StoredAgent): number => (a.id < b.id ? -1 : 1);
const QUIET = { at: BASE, changed: [], notSeen: [], standing: STANDING, events: [] };

export function agentsContract(open: Open): void {
  describe('agents', () => {
    test.each([
      ['id-2', [adam]],
      ['ada müller', [namesake, ada]],
      ['Ada Mu\u0308ller', [namesake, ada]],
      ['ID-2', [adam]],
      [' NG@example.org ', [adam]],
      ['ada', [namesake, ada, adam]],
      ['example.org', [namesake, ada, adam]],
      ['100%', []],
      ['_', []],
      ['', []],
      [' ', []],
      ['id-', []],
    ])('are found by "%s"', async (text, found) => {
      const store = await open();
      await store.saveAgents([{ ...ada, name: 'Ada Byron', profile: undefined }, adam]);
      await store.saveAgents([ada, namesake]);
      expect(await store.findAgents(text)).toEqual(found);
    });

    test('are found by their id before another agent who has it for a name', async () => {
      const store = await open();
      await store.saveAgents([{ ...adam, name: ada.id }, ada]);
      expect(await store.findAgents(ada.id)).toEqual([ada]);
    });

    test('are none in a new store', async () => {
      const store = await open();
      expect(await store.agents()).toEqual([]);
      expect(await store.findAgents('ada')).toEqual([]);
    });

    test('are told with what was written of each last', async () => {
      const store = await open();
      await store.saveAgents([{ ...ada, name: 'Ada Byron' }, namesake]);
      await store.saveAgents([]);
      await store.saveAgents([{ ...ada, profile: undefined }, adam]);
      const agents = [...(await (await open()).agents())].sort(byId);
      expect(agents).toEqual([{ ...ada, profile: undefined }, adam, namesake]);
    });

    test('are not changed by what becomes of the objects that were written or read', async () => {
      const store = await open();
      const given = { ...ada };
      await store.saveAgents([given]);
      given.name = 'changed';
      for (const read of [...(await store.agents()), ...(await store.findAgents('id-1'))])
        Object.assign(read, { name: 'changed' });
      expect(await store.agents()).toEqual([ada]);
    });
  });
}

export function pruneContract(open: Open): void {
  describe('forgetting', () => {
    test('takes old events, counts, and agents not seen since with their names, and nothing else', async () => {
      let now = BASE;
      const store = await open(() => now);
      const names = ['gone', 'here'].map((id) => ({
        id,
        name: id,
        email: `${id}@example.org`,
        profile: undefined,
      }));
      const pause = { since: BASE, until: undefined, reason: undefined };
      await store.saveAgents(names);
      await store.setPause(pause);
      await store.setFacts(new Map([['offline', 'p-9']]));
      await store.outbox.add([{ id: 'm', channel: 'ops', key: 'k', at: BASE, nextAt: BASE, body: '{}' }], 9);
      const changed = ['gone', 'here'].map((id) => stateOf(id, BASE));
      const count = { at: BASE, online: 2, kept: 0, deferred: {} };
      const old: RecordEvent = { kind: 'return', at: BASE };
      await store.saveSweep({ ...QUIET, changed, events: [old], count });
      now = BASE + DAY;
      const event: RecordEvent = { kind: 'gap', at: now };
      const later = { ...count, at: now };
      await store.saveSweep({
        ...QUIET,
        at: now,
        notSeen: [stateOf('gone', BASE)],
        events: [event],
        count: later,
      });
      await store.prune(BASE + HOUR);
      expect(await store.events({})).toEqual([{ ...event, seq: 2 }]);
      expect(await inOne(store.countPages(0, now + 1))).toEqual([later]);
      // The memory and the name were written a day ago, but the last sweep saw the agent.
      expect(await store.loadMemories()).toEqual(new Map([['here', stateOf('here', now)]]));
      expect(await store.agents()).toEqual([names[1]]);
      expect(await store.loadStanding()).toEqual(STANDING);
      expect(await store.pause()).toEqual(pause);
      expect(await store.facts()).toEqual(new Map([['offline', 'p-9']]));
    });

    test('leaves what is exactly as old as the retention', async () => {
      const store = await open(() => BASE);
      await store.saveAgents([ada]);
      const count = { at: BASE, online: 2, kept: 0, deferred: {} };
      const event: RecordEvent = { kind: 'gap', at: BASE };
      await store.saveSweep({ ...QUIET, changed: [stateOf('a', BASE)], events: [event], count });
      await store.prune(BASE);
      expect(await store.events({})).toHaveLength(1);
      expect(await inOne(store.countPages(0, BASE + 1))).toHaveLength(1);
      expect((await store.loadMemories()).size).toBe(1);
      expect(await store.agents()).toEqual([ada]);
      await store.prune(BASE + 1);
      expect(await store.events({})).toEqual([]);
      expect(await inOne(store.countPages(0, BASE + 1))).toEqual([]);
      expect((await store.loadMemories()).size).toBe(0);
      expect(await store.agents()).toEqual([]);
    });

    test('takes the name of an agent of whom there is no memory, once it is old', async () => {
      let now = BASE;
      const store = await open(() => now);
      await store.saveAgents([ada, adam]);
      now = BASE + DAY;
      await store.saveAgents([adam]);
      await store.prune(BASE + HOUR);
      expect(await store.agents()).toEqual([adam]);
    });

    test('of an empty store is nothing', async () => {
      const store = await open();
      await store.prune(BASE);
      expect(await store.events({})).toEqual([]);
    });
  });
}
