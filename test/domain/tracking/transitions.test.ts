/** The table of changes in the architecture is the table in the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { TRANSITIONS } from '../../../src/domain/tracking/transitions.ts';

const ARCHITECTURE = readFileSync(join(import.meta.dirname, '../../../ARCHITECTURE.md'), 'utf8');

test('each row of the table in the architecture says what the code does, and no change is left out', () => {
  const rows = [...ARCHITECTURE.matchAll(/^\| `(\w+)` +\|[^|]+\|(.+)\|$/gm)].map(
    ([, kind = '', effects = '']) => [kind, effects.split('|').map((cell) => cell.trim())],
  );
  const table = Object.entries(TRANSITIONS).map(([kind, effect]) => [kind, Object.values(effect)]);
  expect(rows).toEqual(table);
});
