/** Bodies of agents before there were answers to warnings, and answers that were damaged. */
import { expect, test } from '@jest/globals';
import { MINUTE } from '../../src/domain/time/time.ts';
import { stateBody, stateOf } from '../../src/store/codec.ts';
import { BASE, fullState } from './examples.ts';

test('a state of version 2 is taken up as it is, without answers', () => {
  const { stays, ...second } = fullState('a');
  const read = stateOf('a', JSON.stringify({ v: 2, body: second }));
  expect(stays).toBeDefined();
  expect(read).toEqual({ ok: true, value: { ...second, stays: [] } });
});

test('answers come back as they were written', () => {
  const state = { ...fullState('a'), stays: [{ seq: 7, at: BASE, until: BASE + 30 * MINUTE }] };
  expect(stateOf('a', stateBody(state))).toEqual({ ok: true, value: state });
});

test.each([
  ['protects for years', { until: BASE * 2 }],
  ['is no time', { at: 'soon' }],
  ['has no number', { seq: undefined }],
])('a state with an answer that %s is not read', (_, damage) => {
  const stays = [{ seq: 7, at: BASE, until: BASE + 30 * MINUTE, ...damage }];
  const body = JSON.stringify({ v: 3, body: { ...fullState('a'), stays } });
  const read = stateOf('a', body);
  expect(read.ok ? '' : read.why).toMatch(/^stays: /);
});

test.each([0, 4, 1.5, '2', null])('a state of version %j is not read', (v) => {
  expect(stateOf('a', JSON.stringify({ v, body: fullState('a') }))).toMatchObject({ ok: false });
});
