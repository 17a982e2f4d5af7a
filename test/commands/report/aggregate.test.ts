/** The report without persons: what must not be in it, and what must not follow from it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { aggregateCsv, aggregateJson } from '../../../src/commands/report/aggregate-text.ts';
import { aggregateOf, aggregateShown, type Aggregate } from '../../../src/commands/report/aggregate.ts';
import { reportMarkdown } from '../../../src/commands/report/text.ts';
import { ReportBuilder } from '../../../src/commands/report/report.ts';
import { HOUR } from '../../../src/domain/time/time.ts';

const FROM = Date.parse('2026-03-02T00:00:00Z');
const SPAN = { from: FROM, to: FROM + 24 * HOUR };
const SMALLEST = 5;

/** One log-off. */
interface LogOff {
  readonly agent: string;
  readonly profile: string;
  readonly rule: string;
  readonly kind: 'verified' | 'observed';
  readonly byLadder: boolean;
}

function made(logoffs: readonly LogOff[]): {
  readonly builder: ReportBuilder;
  readonly aggregate: Aggregate;
} {
  const agents = logoffs.map(({ agent, profile }) => ({ id: agent, profile }));
  const builder = new ReportBuilder({ span: SPAN, zone: 'UTC', now: SPAN.to, agents });
  for (const [n, { agent, rule, kind, byLadder }] of logoffs.entries())
    builder.event({ kind, at: FROM + n * 1_000, agentId: agent, rule, ...(byLadder ? { rung: 0 } : {}) });
  return { builder, aggregate: aggregateOf(builder.build(), builder.groups(), SMALLEST) };
}

/** So many people of a profile, each logged off once by the rule. */
function people(profile: string, rule: string, count: number, more: Partial<LogOff> = {}): LogOff[] {
  return Array.from({ length: count }, (_, n) => {
    return { agent: `${profile}-${n}`, profile, rule, kind: 'verified', byLadder: false, ...more };
  });
}

const told = ({ profiles }: Aggregate): unknown =>
  profiles.map(({ key, people: count, rules }) => [key, count, rules.map((rule) => [rule.key, rule.people])]);

describe('groups', () => {
  test('of five people are told, with their rules', () => {
    const { aggregate } = made([...people('a', 'gone', 5), ...people('b', 'gone', 6)]);
    expect(told(aggregate)).toEqual([
      ['b', 6, [['gone', 6]]],
      ['a', 5, [['gone', 5]]],
    ]);
    expect(aggregate.leftOut).toBe(false);
  });

  test('of four are left out, and another with it, or the four would follow from the total', () => {
    const { aggregate } = made([
      ...people('a', 'gone', 4),
      ...people('b', 'gone', 6),
      ...people('c', 'gone', 9),
    ]);
    expect(told(aggregate)).toEqual([['c', 9, [['gone', 9]]]]);
    expect([aggregate.totals.people, aggregate.leftOut]).toEqual([19, true]);
  });

  test('of four and three are left out together: seven people are enough to hide in', () => {
    const { aggregate } = made([
      ...people('a', 'gone', 4),
      ...people('b', 'gone', 3),
      ...people('c', 'gone', 9),
    ]);
    expect(told(aggregate)).toEqual([['c', 9, [['gone', 9]]]]);
  });

  test('of two and two are not enough to hide in, so that a third goes with them', () => {
    const small = [...people('a', 'gone', 2), ...people('b', 'gone', 2)];
    const { aggregate } = made([...small, ...people('c', 'gone', 9), ...people('d', 'gone', 10)]);
    expect(told(aggregate)).toEqual([['d', 10, [['gone', 10]]]]);
  });

  test('a rule that hit few of a profile is left out, and does not follow from the profile', () => {
    const { aggregate } = made([
      ...people('a', 'gone', 9),
      ...people('a', 'locked', 2),
      ...people('a', 'meal', 7),
    ]);
    expect(told(aggregate)).toEqual([['a', 9, [['gone', 9]]]]);
  });

  test('in which the ladder answered few people are left out', () => {
    const { aggregate } = made([
      ...people('a', 'gone', 9),
      ...people('a', 'gone', 2, { byLadder: true }),
      ...people('b', 'gone', 9),
      ...people('b', 'gone', 8, { byLadder: true }),
    ]);
    expect(told(aggregate)).toEqual([]);
    expect(aggregate.totals).toMatchObject({ people: 18, answers: 10 });
  });

  test('that are few in all leave nothing but the word that they are fewer', () => {
    const { builder, aggregate } = made(people('a', 'gone', 4));
    expect(aggregate.totals).toEqual({ observedPeople: 0, observed: 0 });
    const origin = { organisation: 'N', mode: 'enforce', policy: 'a1', version: '1', madeAt: FROM };
    const text = reportMarkdown(aggregateShown(aggregate, builder.build(), origin));
    expect(text).toContain('- People logged off: **fewer than 5**');
    expect(text).toContain('- Hours recovered: **–**');
    expect(aggregateCsv(aggregate)).not.toMatch(/people,[1-9]/);
    expect(aggregateJson(aggregate, builder.build(), origin)).not.toContain('recovered_seconds');
  });
});

test('no person of a small group follows from any total, whatever the log-offs were', () => {
  const logoff = fc.record({
    person: fc.nat(11),
    // Of unequal size, so that small groups stand beside large ones.
    profile: fc.constantFrom('a', 'a', 'a', 'a', 'a', 'a', 'b', 'b', 'b', 'c'),
    rule: fc.constantFrom('x', 'x', 'x', 'x', 'x', 'y', 'y', 'z'),
    kind: fc.constantFrom('verified' as const, 'verified' as const, 'observed' as const),
    byLadder: fc.constantFrom(true, false, false),
  });
  fc.assert(
    fc.property(fc.array(logoff, { maxLength: 90, size: 'max' }), (all) => {
      const logoffs = all.map(({ person, profile, ...rest }) => {
        const byLadder = rest.kind === 'verified' && rest.byLadder;
        return { ...rest, byLadder, profile, agent: `${profile}-${person}` };
      });
      const { totals, profiles } = made(logoffs).aggregate;
      const shown = new Set(profiles.map(({ key }) => key));
      // What can be computed: each total less all that is shown of it.
      const parts = [
        logoffs,
        logoffs.filter(({ profile }) => !shown.has(profile)),
        ...profiles.flatMap(({ key, rules }) => {
          const own = logoffs.filter(({ profile }) => profile === key);
          const ruleNames = new Set(rules.map((rule) => rule.key));
          const single = rules.map((rule) => own.filter((each) => each.rule === rule.key));
          return [own, own.filter((each) => !ruleNames.has(each.rule)), ...single];
        }),
      ];
      const kinds: readonly (readonly [number | undefined, (each: LogOff) => boolean])[] = [
        [totals.people, ({ kind }) => kind === 'verified'],
        [totals.answers, ({ byLadder }) => byLadder],
        [totals.answers, ({ kind, byLadder }) => kind === 'verified' && !byLadder],
        [totals.observed, ({ kind }) => kind === 'observed'],
      ];
      for (const [isTold, counts] of kinds) {
        if (isTold === undefined) continue;
        for (const part of parts) {
          const who = new Set(part.filter(counts).map(({ agent }) => agent)).size;
          expect(who === 0 || who >= SMALLEST).toBe(true);
        }
      }
    }),
    { numRuns: 300 },
  );
});
