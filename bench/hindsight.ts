/** What `suggest` names, held against the truth of sandboxes in which no worker acted: people who were there, and hours given away. */
import { MINUTE } from '../src/domain/time/time.ts';
import { DEFAULT_MIX, HOSTILE_MIX } from '../src/sandbox/index.ts';
import { judged, knownPast, KNOWN_POLICY } from '../test/commands/suggest/known-past.ts';
import type { Row } from './measure.ts';

const REGRET = 0.02;
/** History shows no calls outside of the contact centre: these look idle all day. */
const OFF_QUEUE = { 'off-queue-dialler': 0, reader: 0 };

const WORLDS: readonly (readonly [name: string, seed: number, cast: Readonly<Record<string, number>>])[] = [
  ['the usual cast', 1, DEFAULT_MIX],
  ['the usual cast', 2, DEFAULT_MIX],
  ['the usual cast, all on queue', 2, { ...DEFAULT_MIX, ...OFF_QUEUE }],
  ['people who evade', 5, HOSTILE_MIX],
];

export function benchHindsight(): readonly Row[] {
  return WORLDS.flatMap(([name, seed, cast]) =>
    judged(knownPast(7, { seed, agents: 400, cast }), KNOWN_POLICY, REGRET).map(
      ({ rule, limit, isSuggested, disturbed, recovered }): Row => ({
        what: `${name}, seed ${seed}: ${rule} ${isSuggested ? `at ${limit / MINUTE} min` : 'as it is'}`,
        measured: `${percent(disturbed)} disturbed, ${percent(recovered)} of the best in hindsight`,
        target: `at most ${percent(REGRET)}, at least 95 %`,
        met: disturbed <= REGRET && recovered >= 0.95,
      }),
    ),
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
