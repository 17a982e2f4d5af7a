import { describe, expect, test } from '@jest/globals';
import { MISTAKES, type Mistake } from './mistakes.ts';
import type { Lived } from './invariants.ts';
import { simulate } from './simulate.ts';

/** `npm run simulate` plays as many as there is time for. */
const SEEDS = 100;
/** A mistake that matters shows in fewer lives than this. */
const AT_MOST = 200;

async function firstFinding(mistake: Mistake): Promise<string | undefined> {
  for (let seed = 1; seed <= AT_MOST; seed += 1) {
    const [found] = (await simulate(seed, mistake)).findings;
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('several workers on one database, of which some are killed, frozen, stopped or cut off', () => {
  test('act with an intention on record, once, only on agents who are away, in time, and by the policy in force for each', async () => {
    const lives: Lived[] = [];
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const life = await simulate(seed);
      expect([seed, life.findings]).toEqual([seed, []]);
      lives.push(life);
    }
    const sum = (what: 'effects' | 'takings' | 'mishaps'): number =>
      lives.reduce((total, life) => total + life[what], 0);
    // Lives in which nothing happens would show nothing.
    expect(sum('mishaps')).toBeGreaterThan(3 * SEEDS);
    expect(sum('takings')).toBeGreaterThan(3 * SEEDS);
    expect(sum('effects')).toBeGreaterThan(3 * SEEDS);
    const told = (what: string): number =>
      lives.reduce((total, { rollouts }) => total + (rollouts.get(what) ?? 0), 0);
    expect(told('begun')).toBeGreaterThan(SEEDS / 3);
    expect(told('stopped')).toBeGreaterThan(SEEDS / 10);
    expect(told('done') + told('continued')).toBeGreaterThan(SEEDS / 10);
  });

  test('live the same life again by the same seed', async () => {
    const tell = async (): Promise<readonly string[]> => {
      const lines: string[] = [];
      await simulate(7, undefined, (line) => lines.push(line));
      return lines;
    };
    const told = await tell();
    expect(told.length).toBeGreaterThan(20);
    expect(await tell()).toEqual(told);
  });

  test.each(MISTAKES)('are found out where a mistake is planted: %s', async (mistake) => {
    expect(await firstFinding(mistake)).toBeDefined();
  });
});
