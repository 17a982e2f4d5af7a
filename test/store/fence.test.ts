import { expect, test } from '@jest/globals';
import { Fence } from '../../src/store/fence.ts';

test('a write that was begun under one holding is refused under a later one of the same worker', () => {
  const fence = new Fence();
  fence.asked('first', 1);
  const { granted } = fence;
  fence.asked('first', 3);
  const found = { holder: 'first', epoch: 3 };
  expect(() => {
    fence.check(found, 'store', granted);
  }).toThrow(/\(epoch 1, now 3\)/);
  expect(() => {
    fence.check(found, 'store', fence.granted);
  }).not.toThrow();
});
