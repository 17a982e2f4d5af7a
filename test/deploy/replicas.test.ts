/** Replicas and fleets as they are deployed: the chart on a database, and the plain manifests beside it. */
import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadFleetFile, policiesOf } from '../../src/policy-file/fleet.ts';
import { loadPolicyFile, loadPolicyText } from '../../src/policy-file/load.ts';
import {
  canKustomize,
  canRender,
  kustomized,
  plainManifests,
  render,
  RENDERER,
  type Values,
} from './chart.ts';
import { describeWhere } from './installed.ts';
import { find, kinds, podOf, withoutHelm, type Pod } from './manifests.ts';

const USUAL: Values = { secrets: { GENESYS_CLIENT_ID: 'id', GENESYS_CLIENT_SECRET: 'secret' } };
/** Replicas, whose store is a database that another Secret names. */
const SHARED: Values = {
  ...USUAL,
  replicas: 2,
  database: { enabled: true, existingSecret: 'postgres' },
  policy: `version: 1\nmode: observe\nstore: { postgres: '\${file:/database/url}' }\n`,
};
const FLEET_FILE = `version: 1\norganisations: ./*.yaml\nstore: { postgres: '\${file:/database/url}' }\n`;
const FLEET: Values = {
  ...SHARED,
  policy: '',
  fleet: {
    enabled: true,
    file: FLEET_FILE,
    policies: { harbour: 'name: Harbour\n', lakeside: 'name: Lake\n' },
  },
};

describeWhere(canRender, RENDERER)('the chart', () => {
  describe('with a database', () => {
    test('makes workers that are replaced one after the other, apart from each other, and no volume', () => {
      const manifests = render(SHARED);
      expect(kinds(manifests)).not.toContain('PersistentVolumeClaim');
      const { spec } = find(manifests, 'Deployment');
      expect(spec).toMatchObject({
        replicas: 2,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      });
      const pod = podOf(find(manifests, 'Deployment'));
      const { matchLabels } = spec?.['selector'] as { matchLabels: object };
      expect(pod.topologySpreadConstraints).toEqual(
        ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
          ...{ maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway' },
          ...{ labelSelector: { matchLabels }, matchLabelKeys: ['pod-template-hash'] },
        })),
      );
      const own = [{ maxSkew: 1, topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule' }];
      const given = render({ ...SHARED, topologySpreadConstraints: own });
      expect(podOf(find(given, 'Deployment')).topologySpreadConstraints).toEqual(own);
    });

    test('has the URL as a file of its own Secret, nothing that can be written to, and a way out to its port', () => {
      const manifests = render({ ...SHARED, database: { ...(SHARED['database'] as object), port: 6432 } });
      const pod = podOf(find(manifests, 'Deployment'));
      expect(pod.volumes).toContainEqual({
        name: 'database',
        secret: { secretName: 'postgres', defaultMode: 0o440 },
      });
      // Nor can a store in a file be made where the image has its volume: each worker would have its own.
      expect(pod.volumes).toContainEqual({ name: 'data', emptyDir: {} });
      expect(pod.containers[0].volumeMounts).toEqual(
        ['database', 'policy', 'secrets', 'data'].map((name) => ({
          ...{ name, mountPath: `/${name === 'policy' ? 'config' : name}`, readOnly: true },
        })),
      );
      const { egress } = find(manifests, 'NetworkPolicy').spec as { egress: object[] };
      expect(egress).toContainEqual({ ports: [{ protocol: 'TCP', port: 6432 }] });
    });

    test('is replaced without a gap also where there is one worker, and sweeps by a CronJob without a volume', () => {
      const one = find(render({ ...SHARED, replicas: 1 }), 'Deployment');
      expect(one.spec).toMatchObject({ replicas: 1, strategy: { type: 'RollingUpdate' } });
      expect(podOf(one).topologySpreadConstraints).toBeUndefined();
      const manifests = render({ ...SHARED, replicas: 1, kind: 'cronjob' });
      expect(kinds(manifests)).toEqual(['ConfigMap', 'CronJob', 'NetworkPolicy', 'Secret']);
    });

    test('leaves a first worker of a new version the time that a change of the tables may take', () => {
      const longest = ({ startupProbe: probe }: Pod['containers'][0]): number =>
        (probe?.periodSeconds ?? 0) * (probe?.failureThreshold ?? 0);
      expect(longest(podOf(find(render(SHARED), 'Deployment')).containers[0])).toBeGreaterThan(600);
      expect(longest(podOf(find(render(USUAL), 'Deployment')).containers[0])).toBe(60);
    });

    test('takes its URL from where else the policy says', () => {
      const policy = `version: 1\nstore: { postgres: '\${DATABASE_URL}' }\n`;
      const manifests = render({ ...SHARED, policy, database: { enabled: true, existingSecret: '' } });
      expect(JSON.stringify(podOf(find(manifests, 'Deployment')).volumes)).not.toContain('database');
    });
  });

  test('makes files of a fleet and its policies, and has every command use them', () => {
    const manifests = render(FLEET);
    expect(find(manifests, 'ConfigMap').data).toEqual({
      'fleet.yaml': FLEET_FILE,
      'harbour.yaml': 'name: Harbour\n',
      'lakeside.yaml': 'name: Lake\n',
    });
    expect(podOf(find(manifests, 'Deployment')).containers[0].env).toEqual([
      { name: 'IDLE_ENFORCER_CONFIG', value: '/config/fleet.yaml' },
    ]);
  });

  test('keeps a fleet on a volume as it does a policy, with the file that it brings along', () => {
    const manifests = render({ ...USUAL, fleet: { enabled: true, policies: { harbour: 'name: Harbour' } } });
    expect(kinds(manifests)).toContain('PersistentVolumeClaim');
    expect(find(manifests, 'Deployment').spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    const text = find(manifests, 'ConfigMap').data?.['fleet.yaml'] ?? '';
    expect(parse(text)).toMatchObject({ organisations: './*.yaml', store: { sqlite: '/data' } });
  });

  test('takes the values that the handbook gives replicas, whose fleet the program accepts', () => {
    const handbook = readFileSync(new URL('../../docs/database.md', import.meta.url), 'utf8');
    const [, example = ''] = /```yaml other\n(# values\.yaml of replicas\n[^]*?)```/.exec(handbook) ?? [];
    const manifests = render(parse(example) as Values);
    expect(find(manifests, 'Deployment').spec).toMatchObject({ replicas: 2 });
    const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-fleet-'));
    try {
      for (const [file, text] of Object.entries(find(manifests, 'ConfigMap').data ?? {}))
        writeFileSync(join(folder, file), text.replaceAll(/\$\{file:[^}]+\}/g, 'postgres://u:p@db/idle'));
      const fleet = loadFleetFile(join(folder, 'fleet.yaml'), {});
      const { shared } = fleet;
      const named = policiesOf(fleet).map(
        (path) => loadPolicyFile(path, {}, undefined, { shared }).settings.organisation,
      );
      expect([shared.store.postgres, named]).toEqual(['postgres://u:p@db/idle', ['Harbour Insurance']]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    ['replicas on a volume', { replicas: 2 }, /replicas is 2.*set database\.enabled and name the database/],
    ['replicas of a CronJob', { replicas: 2, kind: 'cronjob' }, 'with kind cronjob leave it at 1'],
    ['a fleet of a CronJob', { ...FLEET, replicas: 1, kind: 'cronjob' }, 'needs kind deployment'],
    [
      'a fleet without a policy',
      { ...FLEET, fleet: { enabled: true, policies: {} } },
      'fleet.policies must hold',
    ],
    [
      'a policy called as the file of the fleet',
      { ...FLEET, fleet: { enabled: true, policies: { fleet: 'x' } } },
      'give the policy another key',
    ],
    [
      'a database that the policy does not name',
      { database: { enabled: true } },
      "policy names no database: write store: { postgres: '${file:/database/url}' }",
    ],
    [
      'a database that the file of a fleet does not name',
      { ...FLEET, fleet: { enabled: true, policies: { a: 'name: A' } } },
      'fleet.file names no database',
    ],
    [
      'a database that only the policy knows of',
      { ...SHARED, replicas: 1, database: { enabled: false, existingSecret: '' } },
      'policy names a database under store.postgres: set database.enabled',
    ],
    [
      'the Secret of a database that is not used',
      { database: { existingSecret: 'postgres' } },
      'database.existingSecret is set, and database.enabled is not',
    ],
  ])('refuses %s, and says what to do', (_, values, why) => {
    expect(() => render({ ...USUAL, ...values })).toThrow(why);
  });

  test('leaves a policy that cannot be read to the worker, which says where', () => {
    const manifests = render({ ...USUAL, policy: 'store: { postgres: "' });
    expect(find(manifests, 'ConfigMap').data?.['idle-enforcer.yaml']).toBe('store: { postgres: "\n');
  });
});

describeWhere(canRender && canKustomize, `${RENDERER} and kubectl`)('the plain manifests of replicas', () => {
  test('are what the chart makes of replicas on a database, with a policy that the program accepts', () => {
    const manifests = kustomized('kubernetes-replicas');
    const { data } = find(manifests, 'ConfigMap');
    const policy = data?.['idle-enforcer.yaml'] ?? '';
    const made = render({ ...SHARED, secrets: {}, existingSecret: 'idle-enforcer', policy });
    expect(kinds(manifests)).toEqual(kinds(made));
    for (const { metadata, ...rest } of manifests) {
      const { name, labels } = metadata;
      const wanted = inOrder(withoutHelm(find(made, rest.kind)));
      expect(inOrder({ ...rest, metadata: { name, labels } })).toEqual(wanted);
    }
    const filled = policy.replace('${file:/database/url}', 'postgres://u:p@db/idle');
    const { settings } = loadPolicyText(filled.replaceAll(/\$\{file:[^}]+\}/g, 'x'), 'policy.yaml', {});
    expect(settings).toMatchObject({ mode: 'observe', store: { postgres: 'postgres://u:p@db/idle' } });
    expect({ ...parse(policy), store: undefined }).toEqual({
      ...parse(find(plainManifests(), 'ConfigMap').data?.['idle-enforcer.yaml'] ?? ''),
      store: undefined,
    });
  });
});

/** What is told apart by its name, such as volumes, stands in no order; a patch puts its own first. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inOrder(part)]));
  const nameOf = (one: unknown): string => (one as { name?: string } | null)?.name ?? '';
  return value.map(inOrder).toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
}
