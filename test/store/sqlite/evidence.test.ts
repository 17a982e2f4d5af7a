/** Parts of the bodies that versions without sources of evidence did not write. */
import { expect, test } from '@jest/globals';
import { UNASKED } from '../../../src/domain/evidence/calibration.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../../src/domain/tracking/platform-behaviour.ts';
import { learntBody, learntOf, stateBody, stateOf } from '../../../src/store/codec.ts';
import { fullState } from '../examples.ts';

test('what was learnt without a source of evidence is kept, and no source is believed', () => {
  const learnt = { ...NO_BEHAVIOUR_KNOWN, tokenMoves: { yes: 4, no: 1 } };
  const older = JSON.stringify({ v: 1, body: { ...learnt, evidence: undefined } });
  expect(learntOf(older)).toEqual({ ok: true, value: learnt });
});

test('how a source stood its trials is kept where its answers were not counted yet', () => {
  const tried = { right: 3, wrong: 1, triedTo: 5 };
  const evidence = { timeline: tried, push: tried, sign_ins: tried };
  const older = JSON.stringify({ v: 1, body: { ...NO_BEHAVIOUR_KNOWN, evidence } });
  const known = { ...UNASKED, ...tried };
  const value = { ...NO_BEHAVIOUR_KNOWN, evidence: { timeline: known, push: known, sign_ins: known } };
  expect(learntOf(older)).toEqual({ ok: true, value });
  expect(learntOf(learntBody(value))).toEqual({ ok: true, value });
});

test('a state without suspects and without a note of evidence is read as it is', () => {
  const state = fullState('a');
  const undo = state.undo.map((each) => ({ ...each, suspect: undefined }));
  const older = { ...state, evidence: undefined, undo };
  expect(stateOf('a', stateBody(older))).toEqual({ ok: true, value: older });
});

test.each([
  ['a stamp that is no time', { stamp: 'soon' }],
  ['a kind that is not known', { kind: 'guess' }],
  ['no return to give back', { instead: undefined }],
])('a state whose suspect has %s is not read', (_, damage) => {
  const state = fullState('a');
  const undo = state.undo.map((each) => ({ ...each, suspect: { ...each.suspect, ...damage } }));
  expect(stateOf('a', JSON.stringify({ v: 2, body: { ...state, undo } }))).toMatchObject({ ok: false });
});
