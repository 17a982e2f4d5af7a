/** Everything that goes to a cluster fits the schemas that Kubernetes and the Prometheus operator publish. */
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import {
  canRender,
  deployFile,
  plainManifests,
  render,
  RENDERER,
  type Manifest,
  type Values,
} from './chart.ts';
import { describeWhere } from './installed.ts';
import { validate } from './schemas.ts';

/** Refused for a CronJob. */
const NO_VOLUME = { enabled: false };

/** Replicas of a fleet, which have no volume whatever else is said. */
const SHARED: Values = {
  replicas: 3,
  database: { enabled: true, existingSecret: 'postgres' },
  fleet: {
    enabled: true,
    file: "store: { postgres: '${file:/database/url}' }",
    policies: { one: 'name: One' },
  },
};

/** The values that decide what is made, each as it comes and the other ways. */
const SWITCHES: readonly (readonly Values[])[] = [
  [{}, { kind: 'cronjob' }, SHARED],
  [
    { secrets: { GENESYS_CLIENT_ID: 'id', GENESYS_CLIENT_SECRET: 'secret' } },
    { existingSecret: 'elsewhere', existingConfigMap: 'elsewhere' },
  ],
  [
    {},
    { persistence: NO_VOLUME },
    { persistence: { enabled: true, existingClaim: 'mine' } },
    { persistence: { enabled: true, storageClass: 'fast', accessMode: 'ReadWriteOncePod', size: '500Mi' } },
  ],
  [
    {},
    { networkPolicy: { enabled: false } },
    {
      networkPolicy: { enabled: true, from: [], extraEgress: [{ ports: [{ protocol: 'TCP', port: 587 }] }] },
    },
  ],
  [
    {},
    {
      fullnameOverride: 'night-shift',
      nameOverride: 'enforcer',
      image: {
        repository: 'registry.example.com/x',
        digest: `sha256:${'a'.repeat(64)}`,
        pullPolicy: 'Always',
      },
      imagePullSecrets: [{ name: 'pull' }],
      env: { TZ: 'Europe/Dublin' },
      extraEnv: [{ name: 'HOOK', valueFrom: { secretKeyRef: { name: 'hooks', key: 'ops' } } }],
      extraVolumes: [{ name: 'ca', configMap: { name: 'ca' } }],
      extraVolumeMounts: [{ name: 'ca', mountPath: '/ca', readOnly: true }],
      serviceMonitor: { enabled: true, interval: '15s', labels: { release: 'prometheus' } },
      prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
      dashboard: { enabled: true, labels: { grafana_dashboard: '1' } },
      podDisruptionBudget: { enabled: false },
      podAnnotations: { note: 'x' },
      podLabels: { team: 'wfm' },
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'dedicated', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      priorityClassName: 'high',
      service: { port: 9090 },
    },
  ],
];

function combinations(): readonly Values[] {
  const all = SWITCHES.reduce<readonly Values[]>(
    (made, ways) => made.flatMap((values) => ways.map((way) => ({ ...values, ...way }))),
    [{}],
  );
  return all.filter(({ kind, persistence }) => !(kind === 'cronjob' && persistence === NO_VOLUME));
}

describeWhere(canRender, RENDERER)('the schemas accept, of the chart', () => {
  test('what the chart makes of every combination of its values', () => {
    for (const values of combinations()) {
      const manifests = render(values);
      expect(manifests.length).toBeGreaterThan(0);
      for (const manifest of manifests) validate(manifest);
    }
  });
});

describe('the schemas accept', () => {
  test.each(plainManifests().map((manifest) => [manifest.kind, manifest] as const))(
    'the plain manifest of the %s',
    (_, manifest) => {
      validate(manifest);
    },
  );

  test('the alerts as a rule of the operator', () => {
    validate({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'idle-enforcer' },
      spec: parse(deployFile('prometheus/alerts.yaml')) as Record<string, unknown>,
    });
  });
});

describe('the schemas refuse', () => {
  const deployment = plainManifests().find(({ kind }) => kind === 'Deployment')!;
  const slipped = (spec: object): Manifest => ({ ...deployment, spec: { ...deployment.spec, ...spec } });

  test('a value of the wrong kind', () => {
    expect(() => {
      validate(slipped({ replicas: 'one' }));
    }).toThrow(/replicas/);
  });

  test('a field that is written wrong, however deep', () => {
    const text = JSON.stringify(deployment).replace('"readOnlyRootFilesystem"', '"readOnlyRootFileSystem"');
    expect(() => {
      validate(JSON.parse(text) as Manifest);
    }).toThrow('unknown: Deployment.spec.template.spec.containers.0.securityContext.readOnlyRootFileSystem');
  });

  test('a kind that is in no schema', () => {
    expect(() => {
      validate({ ...deployment, apiVersion: 'apps/v1beta1' });
    }).toThrow('there is no Deployment in apps/v1beta1');
  });
});
