/** The exploration of the domain tests, as far as memory and patience go. */
import { explore, INVARIANTS } from '../test/domain/exploration/explore.ts';
import type { Row } from './measure.ts';

const DEPTH = 4;
const MOST_STATES = 400_000;

export function benchExplore(): readonly Row[] {
  const { states, steps, depth, violations } = explore({ depth: DEPTH, most: MOST_STATES });
  const broken = violations.map(({ invariant, way }) => ({
    what: invariant,
    measured: way.join(', then '),
    target: 'never',
    met: false,
  }));
  const what = `exploration: ${states} states, ${steps} steps, whole to depth ${depth}`;
  const measured = `${violations.length} of ${INVARIANTS.length} invariants broken`;
  return [{ what, measured, target: 'none', met: violations.length === 0 }, ...broken];
}
