import { beforeEach, expect, test } from '@jest/globals';
import { EMPTY_LEDGER, type Plan } from '../../src/domain/planning/plan.ts';
import { SECOND } from '../../src/domain/time/time.ts';
import { SweepFindings, type Findings } from '../../src/controller/findings.ts';
import { SweepEvents } from '../../src/controller/sweep-events.ts';
import { Tracker } from '../../src/controller/tracker.ts';
import { agent, policy } from '../domain/build.ts';
import { BASE } from './parts.ts';

const ADA = agent({ id: 'ada', name: 'Ada' });
const QUIET: Plan = { act: [], held: [], tripped: undefined, ledger: EMPTY_LEDGER };

let told: string[];
let news: SweepEvents;

beforeEach(() => {
  told = [];
  news = new SweepEvents({
    alarm: ({ kind }) => told.push(`alarm ${kind}`),
    name: ({ name }) => name,
  });
});

function found(parts: Partial<Findings>): Findings {
  const nothing = new SweepFindings(new Tracker(new Map()), {
    policy: policy(),
    usualInterval: 60 * SECOND,
    clockJumped: () => false,
    nativeTimeouts: () => [],
  });
  return Object.assign(nothing, parts);
}

function tell(parts: Partial<Findings>, plan = QUIET): readonly string[] {
  const events = news.of(found(parts), plan, { sweepId: 's1', policy: policy() }, BASE);
  return events.map(({ kind, reason }) => (reason === undefined ? kind : `${kind}: ${reason}`));
}

test('the breaker is on record and an alarm, each time it trips', () => {
  const tripped = { ...QUIET, tripped: { newlyDue: 30, allowed: 20 } };
  expect(tell({}, tripped)).toEqual(['breaker: 30 newly due, 20 allowed']);
  expect(told).toEqual(['alarm breaker']);
});

test('a held agent is reported once, until they were seen not to be held', () => {
  const held = { held: [{ agent: ADA, cause: undefined }], seen: new Set(['ada']) };
  expect(tell(held)).toEqual(['held']);
  expect(tell(held)).toEqual([]);
  // A reading that could not be used says nothing.
  expect(tell({ held: [], seen: new Set() })).toEqual([]);
  expect(tell(held)).toEqual([]);
  expect(tell({ held: [], seen: new Set(['ada']) })).toEqual([]);
  expect(tell(held)).toEqual(['held']);
  expect(told).toEqual(['alarm held', 'alarm held']);
});
