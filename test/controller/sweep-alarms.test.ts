/** Which conversations an alarm names, and how little is asked for that. */
import { beforeEach, expect, test } from '@jest/globals';
import { Alarms } from '../../src/controller/alarms.ts';
import { SweepFindings } from '../../src/controller/findings.ts';
import { raiseAfter, withConversations } from '../../src/controller/sweep-alarms.ts';
import { Tracker } from '../../src/controller/tracker.ts';
import type { Watched } from '../../src/controller/watched.ts';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import type { Alarm } from '../../src/ports/alarms.ts';
import type { OpenInteractions } from '../../src/ports/open-interactions.ts';
import { agent, policy } from '../domain/build.ts';
import { BASE, report, Sentences } from './parts.ts';

const NO_SIGNAL = new AbortController().signal;
const TOO_LONG = policy().caps.engagedTooLong;

let raised: Alarm[];
let asked: string[];
let alarms: Alarms;

beforeEach(() => {
  raised = [];
  asked = [];
  alarms = new Alarms(
    (alarm) => raised.push(alarm),
    () => undefined,
  );
});

/** A sweep that saw these agents, engaged for a minute too long. */
function watched(ids: readonly string[]): Watched {
  const context = {
    policy: policy(),
    usualInterval: MINUTE,
    clockJumped: () => false,
    nativeTimeouts: () => [],
  };
  const engaged = ids.map((id) => ({ agent: agent({ id, name: id }), since: BASE - TOO_LONG - MINUTE }));
  const findings = Object.assign(new SweepFindings(new Tracker(new Map()), context), {
    engaged,
    seen: new Set(ids),
  });
  const summary = { complete: true, fault: undefined, startedAt: BASE, clockError: 0 };
  const sweep = { sweepId: 's1', begun: BASE, now: BASE, context, summary, findings };
  return { ...sweep, hold: undefined, complete: true, lease: 'held' };
}

/** Knows the conversations of these agents. */
function knowing(found: Readonly<Record<string, readonly string[] | undefined>>): OpenInteractions {
  return {
    of: (id) => {
      asked.push(id);
      return Promise.resolve(found[id]);
    },
  };
}

async function sweep(
  ids: readonly string[],
  openInteractions?: OpenInteractions,
): Promise<readonly unknown[]> {
  const named = await withConversations(
    openInteractions === undefined ? { alarms } : { alarms, openInteractions },
    watched(ids),
    NO_SIGNAL,
  );
  raiseAfter({ alarms, log: new Sentences(), name: ({ name }) => name }, named, report(), undefined);
  return raised.splice(0).map(({ fields }) => [fields['agent'], fields['conversations']]);
}

test('an agent engaged for too long is reported with the conversations, asked for once', async () => {
  const known = knowing({ ada: ['c1', 'c2'], ben: [], cleo: undefined });
  expect(await sweep(['ada', 'ben', 'cleo'], known)).toEqual([
    ['ada', ['c1', 'c2']],
    ['ben', undefined],
    ['cleo', undefined],
  ]);
  expect(await sweep(['ada', 'ben', 'cleo'], known)).toEqual([]);
  expect(asked).toEqual(['ada', 'ben', 'cleo']);
});

test('of many agents ten are asked about in one sweep, and all are reported', async () => {
  const ids = Array.from({ length: 30 }, (_, i) => `a${i}`);
  expect(await sweep(ids, knowing({}))).toHaveLength(30);
  expect(asked).toHaveLength(10);
});

test('an agent is reported without conversations where none can be asked for', async () => {
  expect(await sweep(['ada'])).toEqual([['ada', undefined]]);
});

test('an agent is reported without conversations where asking is ended or goes wrong', async () => {
  const ended: OpenInteractions = { of: () => Promise.reject(new Error('the sweep was stopped')) };
  expect(await sweep(['ada'], ended)).toEqual([['ada', undefined]]);
});

test('an agent who is engaged for less than that is asked nothing about', async () => {
  const short = watched([]);
  const engaged = [{ agent: agent({ id: 'ada' }), since: BASE - HOUR }];
  const findings = Object.assign(short.findings, { engaged });
  await withConversations({ alarms, openInteractions: knowing({}) }, { ...short, findings }, NO_SIGNAL);
  expect(asked).toEqual([]);
});
