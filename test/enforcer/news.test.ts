import { beforeEach, expect, test } from '@jest/globals';
import type { MemoryEvent } from '../../src/domain/memory.ts';
import { EMPTY_LEDGER, type Plan } from '../../src/domain/plan.ts';
import { SECOND } from '../../src/domain/time.ts';
import { Gathering, type Findings } from '../../src/enforcer/findings.ts';
import { NOTHING_LEARNT } from '../../src/domain/learnt.ts';
import { Learner } from '../../src/enforcer/learner.ts';
import { News } from '../../src/enforcer/news.ts';
import { Population } from '../../src/enforcer/population.ts';
import { agent, policy } from '../domain/build.ts';
import { BASE } from './parts.ts';

const ADA = agent({ id: 'ada', name: 'Ada' });
const QUIET: Plan = { act: [], held: [], tripped: undefined, ledger: EMPTY_LEDGER };

let told: string[];
let news: News;

beforeEach(() => {
  told = [];
  news = new News({
    learner: new Learner(NOTHING_LEARNT),
    meter: {
      sweepEnded: () => undefined,
      sweepFailed: () => undefined,
      missed: () => undefined,
      logoff: () => undefined,
      returned: (kind, delay) => told.push(`returned ${kind} ${delay ?? ''}`.trim()),
      alarm: () => undefined,
    },
    alarm: ({ kind }) => told.push(`alarm ${kind}`),
    name: ({ name }) => name,
  });
});

function found(parts: Partial<Findings>): Findings {
  const nothing = new Gathering(new Population(new Map()), {
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

function returned(event: MemoryEvent): Partial<Findings> {
  return { returns: [{ agent: ADA, event }] };
}

test.each<[string, MemoryEvent, readonly string[], readonly string[]]>([
  [
    'a silent return after our log-off',
    { kind: 'silent_return', at: BASE, delay: 3 * SECOND, own: true },
    ['return: silent after our log-off'],
    ['returned silent 3000'],
  ],
  [
    'a bounce of the platform’s own',
    { kind: 'silent_return', at: BASE, delay: undefined, own: false },
    ['return: silent after the platform’s'],
    ['returned silent'],
  ],
  [
    'a late return after our log-off',
    { kind: 'late_return', at: BASE, delay: 240 * SECOND, own: true },
    ['return: late after our log-off'],
    ['returned late 240000'],
  ],
  ['a login after a night', { kind: 'late_return', at: BASE, delay: 9e7, own: false }, [], []],
  [
    'a person after a silent return',
    { kind: 'person_back', at: BASE, sign: 'presence' },
    [],
    ['returned person'],
  ],
])('%s', (_, event, lines, counted) => {
  expect(tell(returned(event))).toEqual(lines);
  expect(told).toEqual(counted);
});

test('the breaker is on record and an alarm, each time it trips', () => {
  const tripped = { ...QUIET, tripped: { newlyDue: 30, allowed: 20 } };
  expect(tell({}, tripped)).toEqual(['breaker: 30 newly due, 20 allowed']);
  expect(told).toEqual(['alarm breaker']);
});

test('whoever is held is told of once, until he was seen not to be held', () => {
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
