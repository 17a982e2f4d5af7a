/** Calendars of shifts in a policy file: what is taken, what is refused, and what is said of them. */
import { expect, test } from '@jest/globals';
import { describePolicy } from '../../src/policy-file/describe.ts';
import { needsOf } from '../../src/policy-file/needs.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';
import { faultsOf, load } from './texts.ts';

interface Parts {
  readonly calendar?: string;
  readonly rule?: string;
  readonly exempt?: string;
  readonly hosts?: string;
}

function text({
  calendar = 'source: wfm',
  rule = 'outside: Shift, limit: 30m',
  exempt,
  hosts = '',
}: Parts): string {
  return `version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: b${hosts} }
${exempt === undefined ? '' : `exempt: [${exempt}]\n`}profiles:
  - name: all
    rules: [{ id: gone, when: { routing: [off_queue] }, ${rule} }]
calendars: { shift: { ${calendar} } }
`;
}

function resolved(parts: Parts) {
  return resolvePolicy(load(text(parts)).draft, undefined, new Map(), 0).policy;
}

test('a calendar of shifts is widened by what it says, and by nothing else', () => {
  const hours = (calendar: string): unknown => resolved({ calendar }).profiles[0]?.rules[0]?.hours;
  const shift = { name: 'shift', source: 'wfm' };
  expect(hours('source: wfm')).toEqual({ side: 'outside', calendar: { ...shift, early: 0, late: 0 } });
  expect(hours('source: wfm, early: 10m, late: 1h')).toEqual({
    side: 'outside',
    calendar: { ...shift, early: 600_000, late: 3_600_000 },
  });
});

test('schedules are read only where a rule or an exemption asks for them', () => {
  const needs = (parts: Parts): string => needsOf(resolved(parts)).schedules;
  expect(needs({})).toBe('shifts');
  expect(needs({ rule: 'limit: 30m' })).toBe('none');
  expect(needs({ rule: 'limit: 30m', exempt: '{ scheduled: [meal], reason: lunch }' })).toBe('activities');
});

test.each<[string, Parts, string]>([
  ['a source that is none', { calendar: 'source: wmf' }, '.source: "wmf" is no source of a calendar'],
  ['hours beside the source', { calendar: 'source: wfm, weekly: {}' }, '.weekly: unknown key'],
  ['a shift wider than four hours', { calendar: 'source: wfm, late: 5h' }, '.late: must be at most 4h'],
  ['a width of hours of the week', { calendar: 'timezone: UTC, weekly: {}, late: 1h' }, '.late: unknown key'],
  ['an activity that is none', { exempt: '{ scheduled: [meting] }' }, '(did you mean "meeting"?)'],
  ['an exemption for nothing', { exempt: '{ scheduled: [] }' }, 'exempt[0].scheduled: is an empty list'],
  [
    'a host with its scheme',
    { hosts: ', download_hosts: ["https://a.example"]' },
    'must be the name of a host',
  ],
  ['a host with a wildcard', { hosts: ', download_hosts: ["*.example.com"]' }, 'must be the name of a host'],
])('%s is refused', (_, parts, sentence) => {
  expect(faultsOf(() => load(text(parts))).join('\n')).toContain(sentence);
});

test('a limit beyond what is remembered of shifts is warned of', () => {
  expect(load(text({ rule: 'during: shift, limit: 4d' })).warnings.join()).toContain(
    'of a calendar of shifts 3d are remembered',
  );
  expect(load(text({ rule: 'during: shift, limit: 3d' })).warnings).toEqual([]);
});

test('both are described in plain words', () => {
  const parts = {
    calendar: 'source: wfm, early: 10m, late: 15m',
    exempt: '{ scheduled: [time_off], reason: holiday }',
  };
  const loaded = load(text(parts));
  const lines = describePolicy(loaded, resolved(parts), 0).join('\n');
  expect(lines).toContain(
    "shift: each agent's own published shift, from 10m before its start and until 15m after its end, read hourly",
  );
  expect(lines).toContain(
    'scheduled for time off by workforce management, or by a schedule that is not known: holiday',
  );
});
