/** The dashboard and the alerts ask for what the worker tells, and each alarm has an alert and a page in the handbook. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parser } from '@prometheus-io/lezer-promql';
import { parse, stringify } from 'yaml';
import type { AlarmKind } from '../../src/ports/alarms.ts';
import { TOPICS } from '../../src/notify/channels/topics.ts';
import { ALARM_KINDS } from '../../src/ports/alarms.ts';
import { joinedMetrics, Metrics, processMetrics } from '../../src/server/metrics.ts';
import { deployFile } from './chart.ts';
import { hasProgram, testWhere } from './installed.ts';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

interface Recorded {
  readonly record: string;
  readonly expr: string;
}

const { groups } = parse(deployFile('prometheus/alerts.yaml')) as {
  groups: [{ rules: (Alert | Recorded)[] }];
};
const recorded = groups[0].rules.filter((rule) => 'record' in rule);
const alerts = groups[0].rules.filter((rule) => 'alert' in rule);
const { panels } = JSON.parse(deployFile('grafana/dashboard.json')) as { panels: Panel[] };
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [`panel ${title}`, expr] as const),
);
const expressions = [
  ...queries,
  ...recorded.map(({ record, expr }) => [`record ${record}`, expr] as const),
  ...alerts.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
];
/** Labels that no worker tells: where it was read. */
const FROM_PROMETHEUS = ['instance', 'job'];
const handbook = new URL('../../docs/operations.md', import.meta.url);

/** Names and labels of all that a worker exports, histograms by the names of their parts, and of what is recorded of it. */
async function exported(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const metrics = new Metrics();
  metrics.sweepEnded({
    startedAt: 0,
    took: 1,
    complete: true,
    listed: 1,
    seen: 1,
    online: 1,
    verdicts: { unknown: 0 },
    deferred: {},
    left: 0,
    breakerHolds: 0,
    overdue: 0,
  });
  metrics.logoff('gone', 'verified', 'enforce');
  metrics.returned('silent', 1);
  metrics.request('getUsersQuery', '200');
  metrics.organisationIs('acme', 'observe');
  metrics.policyInForce({ hash: 'abc', mode: 'enforce', profiles: [] });
  metrics.notified('ops', 'delivered');
  const found = new Map<string, ReadonlySet<string>>();
  for (const line of ((await joinedMetrics([metrics])) + (await processMetrics('1.0.0').metrics())).split(
    '\n',
  )) {
    const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const here = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
    found.set(name, new Set([...(found.get(name) ?? []), ...here]));
  }
  for (const { record, expr } of recorded) found.set(record, found.get(selectors(expr)[0]!.name)!);
  return found;
}

/** Where Prometheus' own grammar stumbles. */
function mistakeIn(expr: string): number | undefined {
  let at: number | undefined;
  parser.parse(expr).iterate({
    enter: ({ type, from }) => {
      if (type.isError) at ??= from;
    },
  });
  return at;
}

/** The metrics in an expression, each with the labels that its selector names. */
function selectors(expr: string): readonly { readonly name: string; readonly labels: readonly string[] }[] {
  return [...expr.matchAll(/\b((?:idle_enforcer|process)[_:]\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', inside = '']) => ({
      name,
      labels: [...inside.matchAll(/(\w+)\s*(?:=~?|!=|!~)/g)].map(([, label = '']) => label),
    }),
  );
}

describe('each expression', () => {
  test.each(expressions)('%s asks for metrics and labels that there are: %s', async (_, expr) => {
    const known = await exported();
    const asked = selectors(expr);
    expect(asked).not.toEqual([]);
    for (const { name, labels } of asked) {
      expect([...known.keys()]).toContain(name);
      for (const label of labels) {
        expect([name, ...known.get(name)!]).toContain(label);
      }
    }
    const [, grouped = ''] = /\bby \(([^)]*)\)/.exec(expr) ?? [];
    for (const label of grouped.split(/[ ,]+/).filter((one) => one !== '')) {
      expect([...FROM_PROMETHEUS, ...known.get(asked[0]!.name)!]).toContain(label);
    }
  });

  test.each(expressions)('%s is one that Prometheus can read: %s', (_, expr) => {
    expect(mistakeIn(expr)).toBeUndefined();
  });

  test('in which an alarm is named names one that there is', () => {
    const named = expressions.flatMap(([, expr]) =>
      [...expr.matchAll(/alarms(?:_total)?\{kind="(\w+)"/g)].map(([, kind = '']) => kind),
    );
    expect(named.filter((kind) => !(ALARM_KINDS as readonly string[]).includes(kind))).toEqual([]);
  });
});

describe('each alarm', () => {
  test('is counted from nought, and can be sent somewhere', async () => {
    const kinds: readonly AlarmKind[] = ALARM_KINDS;
    expect([...kinds].sort()).toEqual(TOPICS.filter((topic) => topic !== 'warning').sort());
    const text = await new Metrics().registry.metrics();
    for (const kind of ALARM_KINDS)
      expect(text).toContain(`idle_enforcer_alarms_total{kind="${kind}",organisation="default"} 0\n`);
  });

  // A return that was answered is news, but nothing that anybody has to get up for.
  test.each(ALARM_KINDS.filter((kind) => kind !== 'return'))('%s has an alert', (kind) => {
    expect(alerts.some(({ expr }) => expr.includes(`kind="${kind}"`))).toBe(true);
  });
});

describe('each alert', () => {
  test.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s says what is wrong, and where it stands what to do',
    (_, { labels, annotations }) => {
      expect(['critical', 'warning', 'info']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/^[A-Z].*\.$/);
      const [file, anchor] = annotations.runbook.split('#');
      expect(file).toBe('docs/operations.md');
      const sections = readFileSync(handbook, 'utf8').split(/^#+ /m);
      const section = sections.find((one) => anchorOf(one.split('\n', 1)[0]!) === anchor);
      expect(section).toMatch(/\*\*What it means\*\*[^]*\*\*What to do\*\*/);
    },
  );
});

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

describe('the dashboard', () => {
  test('has its panels beside each other, and all from the chosen source', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = new Set<string>();
    for (const { title, gridPos } of panels) {
      expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true]);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, cells.has(`${x},${y}`)]).toEqual([title, false]);
          cells.add(`${x},${y}`);
        }
      }
    }
    const sources = panels.flatMap(({ targets = [] }) => targets.map(({ datasource }) => datasource.uid));
    expect(new Set(sources)).toEqual(new Set(['${datasource}']));
  });

  test('shows the chosen organisations in every panel, and what every worker has where there are several', () => {
    for (const [title, expr] of queries) {
      const unchosen = selectors(expr).filter(({ name, labels }) => {
        const isOfAnOrganisation = name.startsWith('idle_enforcer_') && name !== 'idle_enforcer_build_info';
        return isOfAnOrganisation && !labels.includes('organisation');
      });
      expect([title, unchosen]).toEqual([title, []]);
    }
    // Each replica tells these of an organisation: added up they would be counted twice.
    const told =
      /idle_enforcer_(?:mode|observe_held|policy_info|paused|last_complete_sweep_timestamp_seconds)\b/;
    const doubled = queries.filter(([, expr]) => told.test(expr) && !/\bmax\b/.test(expr));
    expect(doubled).toEqual([]);
  });

  test('shows every metric of the worker', async () => {
    const own = [...(await exported()).keys()].filter((name) => name.startsWith('idle_enforcer_'));
    const shown = new Set(queries.flatMap(([, expr]) => selectors(expr).map(({ name }) => name)));
    const hidden = own.filter((name) => !shown.has(name) && !/_(?:sum|count)$/.test(name));
    expect(hidden).toEqual([]);
  });
});

describe('with promtool', () => {
  const where = testWhere(hasProgram('promtool', '--version'), 'promtool');
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'idle-enforcer-rules-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  where('every alert fires when it should, and only then', () => {
    const tests = fileURLToPath(new URL('../../deploy/prometheus/alerts.test.yaml', import.meta.url));
    expect(execFileSync('promtool', ['test', 'rules', tests]).toString()).toContain('SUCCESS');
  });

  where('every query of the dashboard can be read', async () => {
    const rules = queries.map(([, expr], i) => ({ record: `dashboard:query_${i}`, expr }));
    const file = join(folder, 'rules.yaml');
    await writeFile(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(execFileSync('promtool', ['check', 'rules', file]).toString()).toContain('SUCCESS');
  });
});

test('every alert is played by the rule tests, both when it fires and when it does not', () => {
  const { tests } = parse(deployFile('prometheus/alerts.test.yaml')) as {
    tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
  };
  const played = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
  for (const { alert } of alerts) {
    const mine = played.filter(({ alertname }) => alertname === alert);
    expect([alert, new Set(mine.map(({ exp_alerts }) => exp_alerts.length > 0))]).toEqual([
      alert,
      new Set([true, false]),
    ]);
  }
});
