/** What has been learnt of sources of evidence outlives a restart, as far as it says something of those that are asked now. */
import { beforeEach, expect, test } from '@jest/globals';
import { Learner } from '../../src/controller/learner.ts';
import { UNASKED, type SourceFacts } from '../../src/domain/evidence/calibration.ts';
import { NO_BEHAVIOUR_KNOWN, type PlatformBehaviour } from '../../src/domain/tracking/platform-behaviour.ts';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { clockTime } from '../domain/build.ts';

const NOW = clockTime('10:00');
const BELIEVED: SourceFacts = { ...UNASKED, right: 3, triedTo: NOW - MINUTE };
const everyone = (): boolean => true;

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore({ now: () => NOW });
});

/** As a run of the program has left it that asked as this client. */
function left(askedAs: string | undefined, timeline = BELIEVED): Promise<void> {
  const evidence = { ...NO_BEHAVIOUR_KNOWN.evidence, timeline };
  const learnt: PlatformBehaviour = {
    ...NO_BEHAVIOUR_KNOWN,
    tokenMoves: { yes: 2, no: 1 },
    evidence,
    askedAs,
  };
  return store.saveLearnt(learnt);
}

/** What the store has after another run that asks as this client. */
async function after(
  client: string,
  isOn: (source: string) => boolean = everyone,
): Promise<PlatformBehaviour> {
  const learner = await Learner.load(store, client);
  learner.asking(isOn, NOW);
  await learner.save(store);
  return (await store.learnt()) ?? NO_BEHAVIOUR_KNOWN;
}

test('a source is believed after a restart that the same client asks', async () => {
  await left('client-1');
  expect((await after('client-1')).evidence.timeline).toEqual(BELIEVED);
});

test.each(['client-2', undefined])(
  'a source that was believed as %s asked it is tried anew by another client',
  async (former) => {
    await left(former);
    const { evidence, askedAs, tokenMoves } = await after('client-1');
    expect([evidence.timeline, askedAs, tokenMoves]).toEqual([UNASKED, 'client-1', { yes: 2, no: 1 }]);
  },
);

test('a source that is switched off is tried anew once it is switched on again', async () => {
  const facts = { ...BELIEVED, wrong: 1, answers: { ...UNASKED.answers, person: 4 } };
  await left('client-1', facts);
  expect((await after('client-1', (source) => source !== 'timeline')).evidence.timeline).toEqual({
    ...facts,
    right: 0,
    triedTo: undefined,
  });
});

test('a source that was tried by a clock that ran ahead is tried by the next log-off all the same', async () => {
  await left('client-1', { ...BELIEVED, triedTo: NOW + HOUR });
  const learner = await Learner.load(store, 'client-1');
  learner.asking(everyone, NOW);
  learner.tried('timeline', true, NOW + MINUTE);
  expect(learner.source('timeline')).toEqual({ ...BELIEVED, right: 4, triedTo: NOW + MINUTE });
});

test('where nothing is new nothing is written', async () => {
  await left('client-1');
  const learner = await Learner.load(store, 'client-1');
  learner.asking(everyone, NOW);
  expect(learner.isNew).toBe(false);
});
