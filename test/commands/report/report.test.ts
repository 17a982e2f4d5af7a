/** What the record adds up to, and how it is rendered. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RecordEvent, StoredEvent, SweepCount } from '../../../src/domain/record.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { eventJson, eventsAsCsv, eventsAsTable } from '../../../src/commands/report/events.ts';
import { reportHtml, scriptJson } from '../../../src/commands/report/html.ts';
import { chartData } from '../../../src/commands/report/charts.ts';
import { headlines, shownOf, type CallPerson, type Origin } from '../../../src/commands/report/sections.ts';
import { reportCsv, reportJson, reportLines, reportMarkdown } from '../../../src/commands/report/text.ts';
import { quantile } from '../../../src/commands/report/parts.ts';
import { buildReport, type Report } from '../../../src/commands/report/report.ts';
import { printed } from '../../../src/texts/printed.ts';
import { anyCharacter } from '../../texts/any-character.ts';

const at = (text: string): number => Date.parse(`2026-03-02T${text}Z`);
const SPAN = { from: at('00:00:00'), to: at('23:59:59') + 1_000 };

const ORIGIN: Origin = {
  ...{ organisation: undefined, mode: undefined, policy: undefined, version: '1', madeAt: at('23:00:00') },
};

function numbered(events: readonly RecordEvent[]): StoredEvent[] {
  return [...events].sort((a, b) => a.at - b.at).map((event, seq) => ({ ...event, seq }));
}

function logoff(agentId: string, time: string, more: Partial<RecordEvent> = {}): RecordEvent[] {
  const base = { agentId, agentName: `Agent ${agentId}`, rule: 'gone', measured: HOUR, limit: HOUR, ...more };
  return [
    { ...base, kind: 'intent', at: at(time) - 2 * SECOND },
    { ...base, kind: 'verified', at: at(time), ...more },
  ];
}

function report(
  events: readonly RecordEvent[],
  more: Partial<Parameters<typeof buildReport>[0]> = {},
): Report {
  return buildReport({
    span: SPAN,
    events: numbered(events),
    counts: [],
    agents: [
      { id: 'a', profile: 'agents' },
      { id: 'b', profile: 'supervisors' },
    ],
    zone: 'UTC',
    now: at('23:00:00'),
    ...more,
  });
}

describe('regretted', () => {
  /** The log-off was begun two seconds before it was verified. */
  function regret(agentId: string, time: string, minutes: number): RecordEvent {
    const delay = minutes * MINUTE + 2 * SECOND;
    return { agentId, agentName: agentId, kind: 'regret', at: at(time), delay, reason: 'presence' };
  }

  test('are log-offs that a sign of the agent followed, by rule, profile and hour', () => {
    const told = report([
      ...logoff('a', '10:00:00'),
      regret('a', '10:03:00', 3),
      ...logoff('a', '11:00:00', { rule: 'locked' }),
      ...logoff('b', '11:00:00', { rung: 0 }),
      regret('b', '11:09:00', 9),
    ]);
    const numbers = ({ key, regretted }: Report['totals']): readonly [string, number] => [key, regretted];
    expect(numbers(told.totals)).toEqual(['all', 2]);
    expect(told.byRule.map(numbers).toSorted()).toEqual([
      ['gone', 2],
      ['locked', 0],
    ]);
    expect(told.byProfile.map(numbers).toSorted()).toEqual([
      ['agents', 1],
      ['supervisors', 1],
    ]);
    expect(headlines(told)).toContainEqual(['Log-offs regretted', '2']);
    expect(
      headlines(report(logoff('a', '10:00:00')))
        .flat()
        .join(),
    ).not.toContain('regretted');
  });

  test('a regret that was told before its log-off was verified is of that one, and not of the one before', () => {
    const told = report([
      ...logoff('a', '09:00:00'),
      { ...regret('a', '10:00:01', 0), delay: SECOND },
      ...logoff('a', '10:00:02', { rule: 'locked' }),
    ]);
    expect(told.byRule.map(({ key, regretted }) => [key, regretted]).toSorted()).toEqual([
      ['gone', 0],
      ['locked', 1],
    ]);
  });

  test('a regret of a log-off before the time of the report counts nowhere', () => {
    const events = [...logoff('a', '09:59:00'), regret('a', '10:03:00', 4)];
    expect(report(events, { span: { from: at('10:00:00'), to: SPAN.to } }).totals.regretted).toBe(0);
  });

  test('reads as what it means in the table of events, and is whole for programs', async () => {
    const event = { ...regret('a', '10:03:00', 3), seq: 1 };
    let text = '';
    const pages = (async function* () {
      await Promise.resolve();
      yield [event];
    })();
    for await (const lines of eventsAsTable(pages)) text += lines.join('\n');
    expect(text).toMatch(/regret +a +the agent was there: a change of presence, after 3m2s$/);
    expect(JSON.parse(eventJson(event))).toMatchObject({
      ...{ kind: 'regret', agentId: 'a', reason: 'presence', delay_seconds: 182 },
    });
  });
});

describe('hours recovered', () => {
  test('run from the verified log-off to the return', () => {
    const events = [...logoff('a', '10:00:00'), back('a', '12:30:00', 'late after our log-off')];
    expect(report(events).totals.recovered).toBe(2.5 * HOUR);
  });

  test('are cut by the next log-off, so that nothing counts twice', () => {
    const events = [...logoff('a', '10:00:00'), ...logoff('a', '11:00:02', { rung: 0 })];
    expect(report(events).totals).toMatchObject({ verified: 2, byLadder: 1, recovered: HOUR + 8 * HOUR });
  });

  test('are eight at most for one log-off, and never reach beyond now', () => {
    expect(report(logoff('a', '01:00:00')).totals.recovered).toBe(8 * HOUR);
    expect(report(logoff('a', '21:30:00')).totals.recovered).toBe(90 * MINUTE);
  });

  test('end a quarter of an hour after the last sweep: who came back after that is not known', () => {
    const events = [...logoff('a', '20:00:00'), ...logoff('b', '21:58:00')];
    const counts = ['19:00:00', '21:00:00'].map((time) => ({
      at: at(time),
      online: 3,
      kept: 0,
      deferred: {},
    }));
    expect(report(events, { counts }).totals.recovered).toBe(75 * MINUTE);
    const last = { at: at('22:59:00'), online: 3, kept: 0, deferred: {} };
    expect(report(events, { counts: [...counts, last] }).totals.recovered).toBe(3 * HOUR + 62 * MINUTE);
  });

  test('of a span in the past go on after it', () => {
    const counts = [{ at: at('19:55:00'), online: 3, kept: 0, deferred: {} }];
    const span = { from: SPAN.from, to: at('20:00:00') };
    expect(report(logoff('a', '19:00:00'), { counts, span }).totals.recovered).toBe(4 * HOUR);
  });

  test.each(['unverified', 'failed', 'dropped', 'observed'] as const)('%s recovers nothing', (kind) => {
    const { totals } = report(logoff('a', '10:00:00', { kind }));
    expect(totals).toMatchObject({ recovered: 0, verified: 0, [kind]: 1 });
  });
});

function back(agentId: string, time: string, reason: string, delay?: number): RecordEvent {
  return { kind: 'return', at: at(time), agentId, reason, ...(delay === undefined ? {} : { delay }) };
}

describe('log-offs', () => {
  const events = [
    ...logoff('a', '04:59:59'),
    ...logoff('a', '05:00:00', { rule: 'locked' }),
    ...logoff('b', '05:30:00', { kind: 'dropped', reason: 'engaged' }),
    ...logoff('b', '06:00:00', { kind: 'dropped', reason: 'engaged' }),
    ...logoff('c', '07:00:00', { kind: 'failed', reason: 'transient' }),
  ];

  test('are told apart by rule, profile and hour', () => {
    const { byRule, byProfile, byHour } = report(events);
    expect(byRule.map(({ key, verified, dropped, failed }) => [key, verified, dropped, failed])).toEqual([
      ['gone', 1, 2, 1],
      ['locked', 1, 0, 0],
    ]);
    expect(byProfile.map(({ key, verified, dropped }) => [key, verified, dropped])).toEqual([
      ['agents', 2, 0],
      ['(forgotten or none)', 0, 0],
      ['supervisors', 0, 2],
    ]);
    expect(byHour).toHaveLength(24);
    expect(byHour.filter(({ verified }) => verified > 0).map(({ key }) => key)).toEqual(['04', '05']);
  });

  test('have the hour of the zone that was asked for', () => {
    const { byHour } = report(events, { zone: 'Asia/Kolkata' });
    expect(byHour.filter(({ verified }) => verified > 0).map(({ key, verified }) => [key, verified])).toEqual(
      [['10', 2]],
    );
  });

  test('that were spared because the licence peak was not near are counted apart, and are of no rule and no person', () => {
    const spared = logoff('a', '10:00:00', { kind: 'observed', reason: 'below_peak' }).slice(1);
    const built = report([...spared, ...logoff('b', '10:00:00', { kind: 'observed' }).slice(1)]);
    expect([built.belowPeak, built.totals.observed, built.people.map(({ agentId }) => agentId)]).toEqual([
      1,
      1,
      ['b'],
    ]);
    expect(headlines(built)).toContainEqual(['Spared: the licence peak was not near', '1']);
    expect(headlines(report([])).join()).not.toContain('Spared');
  });

  test('that were dropped are counted by reason', () => {
    expect(report(events).dropped).toEqual([{ reason: 'engaged', count: 2 }]);
  });

  test('outside the span do not count, but end what was recovered in it', () => {
    const span = { from: at('09:00:00'), to: at('11:00:00') };
    const all = [
      ...logoff('a', '08:00:00'),
      ...logoff('a', '10:00:00'),
      back('a', '12:00:00', 'silent after our log-off', 5_000),
    ];
    const { totals, returns } = report(all, { span });
    expect(totals).toMatchObject({ verified: 1, recovered: 2 * HOUR });
    expect(returns.own).toBe(0);
  });
});

describe('returns', () => {
  test('are silent or late, ours or the platform’s, and have a speed', () => {
    const events = [
      back('a', '10:00:00', 'silent after our log-off', 4 * SECOND),
      back('a', '10:10:00', 'silent after our log-off', 8 * SECOND),
      back('a', '10:20:00', 'silent after our log-off', 90 * SECOND),
      back('a', '10:30:00', 'silent after our log-off'),
      back('a', '11:00:00', 'late after our log-off', HOUR),
      back('b', '11:00:00', 'silent after the platform’s', 2 * SECOND),
    ];
    expect(report(events).returns).toEqual({
      own: 5,
      silent: 4,
      late: 1,
      platform: 1,
      shownBy: {},
      median: 8 * SECOND,
      p95: 90 * SECOND,
      delays: [4 * SECOND, 8 * SECOND, 90 * SECOND],
    });
  });

  test('that a source of evidence showed are what they are without it, and are counted by source', () => {
    const events = [
      back('a', '10:00:00', 'silent after our log-off, shown by timeline', 4 * SECOND),
      back('b', '10:00:00', 'silent after the platform’s, shown by timeline', 4 * SECOND),
      back('a', '11:00:00', 'silent after our log-off, shown by sign_ins', 8 * SECOND),
    ];
    const built = report(events);
    expect(built.returns).toMatchObject({ own: 2, silent: 2, late: 0, platform: 1, median: 4 * SECOND });
    expect(built.returns.shownBy).toEqual({ timeline: 2, sign_ins: 1 });
    expect(built.people).toMatchObject([{ agentId: 'a', silentReturns: 2, lateReturns: 0 }]);
    const text = reportLines(shownOf(built, ORIGIN, ({ agentId }) => agentId)).join('\n');
    expect(text).toMatch(/shown by evidence afterwards: timeline +2$/m);
    expect(reportCsv(built, ORIGIN, ({ agentId }) => agentId)).toContain('returns,sign_ins,shown_by,1');
  });

  test('that looked like a login, and were given back to the browser by evidence, are one return each', () => {
    const told = report([
      ...logoff('a', '09:00:00', { rung: 0 }),
      back('a', '10:00:00', 'late after our log-off', HOUR),
      // On record minutes later, with the stamp of the return itself.
      back('a', '10:00:00', 'silent after our log-off, shown by sign_ins', 3_590 * SECOND),
      back('a', '11:00:00', 'late after our log-off', HOUR),
    ]);
    expect(told.returns).toMatchObject({ own: 2, silent: 1, late: 1, delays: [3_590 * SECOND] });
    expect(told.people).toMatchObject([{ silentReturns: 1, lateReturns: 1 }]);
    expect(told.totals.recovered).toBe(HOUR);
  });

  test('that evidence tells of only after the next log-off take nothing from its hours', () => {
    const events = numbered([
      ...logoff('a', '09:00:00'),
      ...logoff('a', '10:05:00'),
      back('a', '12:05:00', 'silent after our log-off', SECOND),
    ]);
    const later = { ...back('a', '10:00:00', 'silent after our log-off, shown by timeline', HOUR), seq: 9 };
    const at12 = events.findIndex(({ kind }) => kind === 'return');
    const told = buildReport({
      ...{ span: SPAN, counts: [], agents: [], zone: 'UTC', now: at('23:00:00') },
      events: events.toSpliced(at12, 0, later),
    });
    // The first log-off is cut by the intent of the second.
    expect(told.totals.recovered).toBe(HOUR + 5 * MINUTE - 2 * SECOND + 2 * HOUR);
  });

  test('quantiles are values that were measured', () => {
    expect(quantile([], 0.5)).toBeUndefined();
    expect(quantile([7], 0.95)).toBe(7);
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
  });
});

describe('head-counts', () => {
  const counts: SweepCount[] = Array.from({ length: 120 }, (_, i) => ({
    at: at('08:00:00') + i * MINUTE,
    online: i < 60 ? 40 : 30,
    kept: i < 60 ? 0 : 15,
    deferred: i === 3 ? { per_sweep: 7 } : i === 4 ? { per_sweep: 2, breaker: 1 } : {},
  }));

  test('give the peak as it was and without our log-offs', () => {
    const [month] = report([], { counts }).licence;
    expect(month).toMatchObject({
      month: '2026-03',
      whole: false,
      asItWas: { billable: 40 },
      without: { billable: 45 },
    });
  });

  test('have the billing months of the policy, whatever the zone of the times', () => {
    const billing = { startsOn: 15, zone: 'America/Chicago' };
    const built = report([], { billing, zone: 'Europe/Berlin' });
    expect(built.licence.map(({ month }) => month)).toEqual(['2026-02-15']);
    const { sections } = shownOf(built, ORIGIN, ({ agentId }) => agentId);
    expect(sections.map(({ title }) => title)).toContain(
      'Concurrent-licence peak (months of America/Chicago)',
    );
  });

  test('tell who was held back', () => {
    expect(report([], { counts }).deferred).toEqual([
      { hold: 'per_sweep', sweeps: 2, most: 7 },
      { hold: 'breaker', sweeps: 1, most: 1 },
    ]);
  });
});

describe('renderings', () => {
  const evil = '</script><img src=x onerror=alert(1)>';
  const events = [
    ...logoff('a', '10:00:00'),
    ...logoff('b', '11:00:00', { rule: evil }),
    ...logoff('b', '12:00:00', { rule: '=cmd|calc' }),
    back('a', '12:30:00', 'silent after our log-off', 9 * SECOND),
  ];
  const counts: SweepCount[] = [{ at: at('08:00:00'), online: 3, kept: 1, deferred: {} }];
  const built = report(events, { counts });
  const origin: Origin = {
    ...{ organisation: 'North', mode: 'enforce', policy: 'a1b2', version: '9.9.9', madeAt: at('23:00:00') },
  };
  const call: CallPerson = ({ agentId }) => `Agent ${agentId}`;
  const shown = shownOf(built, origin, call);

  test('Markdown shows the numbers, and each assumption', () => {
    const text = reportMarkdown(shown);
    expect(text).toContain('- Log-offs by a rule: **3**');
    expect(text).toMatch(/\| gone \| 1 \| 1 \| 0 \| 0 \| 0 \| 0 \| 0 \| 0 \| 2\.5 \|/);
    expect(text).toContain('| Organisation | North |');
    for (const sentence of built.assumptions) expect(text).toContain(sentence);
    // A pipe in a name must not open another column.
    expect(text).toContain('=cmd\\|calc');
  });

  test('CSV has one number a line, and no formula', () => {
    const lines = reportCsv(built, origin, call).trimEnd().split('\r\n');
    expect(lines[0]).toBe('section,key,measure,value');
    expect(lines).toContain('rule,gone,verified,1');
    expect(lines).toContain("rule,'=cmd|calc,verified,1");
    expect(lines).toContain('returns,,median_seconds,9');
  });

  test('JSON holds everything, with instants as ISO times', () => {
    const value = JSON.parse(reportJson(built, origin, call, true)) as Report & { span: { from: string } };
    expect(value.span.from).toBe('2026-03-02T00:00:00.000Z');
    expect(value.totals.verified).toBe(3);
    expect(value.licence[0]?.asItWas.highestAt).toBe('2026-03-02T08:00:00.000Z');
  });

  test('HTML stands alone: nothing is loaded, and nothing of the record can run', () => {
    const html = reportHtml(shown, {
      data: chartData(built),
      library: 'window.Chart = function () {}; // </SCRIPT> inside',
    });
    expect(html).not.toMatch(/(src|href)\s*=\s*["']?https?:/i);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toContain(evil);
    expect(html).toContain('&lt;/script&gt;');
    // Three scripts: the data, the library and what draws.
    expect(html.match(/<script/g)).toHaveLength(3);
    expect(html.match(/<\/script/gi)).toHaveLength(3);
  });

  test('data in a script can be read back', () => {
    const value = { text: '</script>\u2028<!--' };
    expect(JSON.parse(scriptJson(value))).toEqual(value);
    expect(scriptJson(value)).not.toContain('<');
  });

  test('an empty span is said to be empty, in every form', () => {
    const empty = report([]);
    const nothing = shownOf(empty, origin, call);
    expect(reportMarkdown(nothing)).toContain('None.');
    expect(reportHtml(nothing)).toContain('None.');
    expect(reportLines(nothing)).toContain('none');
    expect(reportCsv(empty, origin, call)).toContain('total,all,verified,0');
  });
});

describe('people', () => {
  const events = [
    ...logoff('a', '10:00:00'),
    back('a', '10:01:00', 'silent after our log-off', 58 * SECOND),
    ...logoff('a', '10:02:00', { rung: 0 }),
    back('a', '12:02:00', 'late after our log-off'),
    ...logoff('a', '14:00:00', { rule: 'locked' }),
    ...logoff('b', '11:00:00', { kind: 'failed' }),
    ...logoff('c', '11:00:00', { kind: 'observed' }),
    ...logoff('c', '12:00:00', { kind: 'observed' }),
  ];
  const origin: Origin = {
    ...{ organisation: undefined, mode: undefined, policy: undefined, version: '1', madeAt: at('23:00:00') },
  };

  test('are told one by one: log-offs, answers of the ladder, returns, hours and what was last', () => {
    expect(report(events).people).toEqual([
      {
        ...{ agentId: 'a', profile: 'agents', logoffs: 2, answers: 1, notVerified: 0, observed: 0 },
        ...{ silentReturns: 1, lateReturns: 1, recovered: MINUTE + 2 * HOUR + 8 * HOUR },
        ...{ lastAt: at('14:00:00'), lastRule: 'locked', lastRung: undefined },
      },
      {
        ...{ agentId: 'c', profile: undefined, logoffs: 0, answers: 0, notVerified: 0, observed: 2 },
        ...{ silentReturns: 0, lateReturns: 0, recovered: 0 },
        ...{ lastAt: at('12:00:00'), lastRule: 'gone', lastRung: undefined },
      },
      {
        ...{ agentId: 'b', profile: 'supervisors', logoffs: 0, answers: 0, notVerified: 1, observed: 0 },
        ...{ silentReturns: 0, lateReturns: 0, recovered: 0 },
        ...{ lastAt: at('11:00:00'), lastRule: 'gone', lastRung: undefined },
      },
    ]);
  });

  test('and log-offs are told apart above everything else', () => {
    expect(Object.fromEntries(headlines(report(events)))).toEqual({
      'People logged off': '1',
      'Log-offs by a rule': '2',
      'Answers to returns (ladder)': '1',
      'Hours recovered': '10.0',
      'Peak licences saved': '0',
      'Silent returns': '1',
      'Log-offs unverified or failed': '1',
      'Would have been logged off': '1 person, 2 times',
    });
  });

  test('who would have been logged off come first where none was', () => {
    const [first] = headlines(report(logoff('c', '11:00:00', { kind: 'observed' })));
    expect(first).toEqual(['Would have been logged off', '1 person']);
  });

  test('are called as the policy wants, in each form, and have no id beside a hash', () => {
    const built = report(events);
    const call: CallPerson = ({ agentId }) => `hash-of-${agentId}`;
    const shown = shownOf(built, origin, call);
    expect(reportMarkdown(shown)).toContain(
      '| hash-of-a | agents | 2 | 1 | 0 | 2 | 10.0 | 2026-03-02 14:00 | locked |',
    );
    expect(reportCsv(built, origin, call)).toContain('person,hash-of-a,answers,1\r\n');
    const { people } = JSON.parse(reportJson(built, origin, call, false)) as { people: object[] };
    expect(people[0]).toMatchObject({ agent: 'hash-of-a', recovered_seconds: 36_060, lastRung: null });
    expect(people[0]).not.toHaveProperty('agentId');
  });

  test('have the times of the zone that was asked for, as everything else', () => {
    const built = report(events, { zone: 'Asia/Kolkata' });
    const text = reportMarkdown(shownOf(built, origin, ({ agentId }) => agentId));
    expect(text).toContain('2026-03-02 19:30');
    expect(text).toContain('2026-03-02 05:30 to 2026-03-03 05:30 (Asia/Kolkata)');
    expect(text).not.toMatch(/\d\dZ/);
  });
});

async function* pages(...all: readonly StoredEvent[][]): AsyncGenerator<readonly StoredEvent[]> {
  yield* await Promise.resolve(all);
}

/** All pieces of a text that is written piece by piece. */
async function written<T>(pieces: AsyncIterable<T | readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const piece of pieces) all.push(...([piece].flat() as T[]));
  return all;
}

describe('the record itself', () => {
  const [, event] = numbered(logoff('a', '10:00:00', { rung: 1, reason: 'no_effect', delay: 90 * SECOND }));

  test('as JSON lines', () => {
    expect(JSON.parse(eventJson(event!))).toMatchObject({
      kind: 'verified',
      at: '2026-03-02T10:00:00.000Z',
      measured_seconds: 3_600,
      rung: 2,
    });
  });

  test('as JSON lines is what every fact is written like, whatever stands in it', () => {
    const texts = fc.string({ unit: anyCharacter });
    const parts = fc.record(
      {
        ...{ sweepId: texts, agentId: texts, agentName: texts, rule: texts, reason: texts },
        ...{ measured: fc.nat(), limit: fc.nat(), delay: fc.nat(), rung: fc.nat(9) },
        actions: fc.constant(['off_queue', 'offline'] as const),
        ...{ correlationId: texts, intentId: texts, traceId: texts },
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(parts, (more) => {
        const one: StoredEvent = { seq: 7, kind: 'failed', at: SPAN.from, ...more };
        const line = eventJson(one);
        expect(JSON.parse(line)).toEqual(printed(one));
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  test('as a table', async () => {
    const [head, line] = await written(eventsAsTable(pages([event!])));
    expect(head).toMatch(/^at +event +agent +rule +measured +reason$/);
    expect(line).toBe(
      '2026-03-02T10:00:00Z  verified  Agent a  gone (rung 2)  1h of 1h  no_effect, after 1m30s',
    );
  });

  test('as a table of several pages has one head, and columns that stay where they are', async () => {
    const other = { ...event!, seq: 9, agentName: 'Bo' };
    const lines = await written(eventsAsTable(pages([event!], [other, other])));
    expect(lines).toHaveLength(4);
    expect(lines.map((line) => line.search(/rule|gone/))).toEqual(Array(4).fill(41));
  });

  test('as a table without anything is nothing', async () => {
    expect(await written(eventsAsTable(pages()))).toEqual([]);
  });

  test('as CSV has a head, one line for each event, and a unit in the name of each length', async () => {
    const text = (await written(eventsAsCsv(pages([event!], [event!])))).join('');
    const [head, line, same, rest] = text.split('\r\n');
    expect(head).toBe(
      'at,event,sweep,agent_id,agent,rule,rung,measured_seconds,limit_seconds,delay_seconds,actions,reason,intent_id,correlation_id,by,trace_id',
    );
    expect(line).toBe('2026-03-02T10:00:00.000Z,verified,,a,Agent a,gone,2,3600,3600,90,,no_effect,,,,');
    expect([same, rest]).toEqual([line, '']);
  });
});
