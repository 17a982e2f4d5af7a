/** Questions about manifests that several tests ask. */
import type { Manifest } from './chart.ts';

/** The manifest of a kind. Throws where there is none. */
export function find(manifests: readonly Manifest[], kind: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind);
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found;
}

/** The kinds that there are, in order. */
export function kinds(manifests: readonly Manifest[]): readonly string[] {
  return manifests.map(({ kind }) => kind).sort();
}

/** Of a pod, what tests look at. */
export interface Pod {
  readonly securityContext: object;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly topologySpreadConstraints?: readonly object[];
  readonly volumes: readonly object[];
  readonly containers: readonly [
    {
      readonly args: readonly string[];
      readonly image: string;
      readonly env?: readonly object[];
      readonly securityContext: object;
      readonly volumeMounts: readonly { readonly mountPath: string; readonly subPath?: string }[];
      readonly startupProbe?: { readonly periodSeconds: number; readonly failureThreshold: number };
      readonly livenessProbe?: { readonly httpGet: { readonly path: string } };
      readonly readinessProbe?: { readonly httpGet: { readonly path: string } };
    },
  ];
}

/** The pod that a Deployment or a CronJob makes. */
export function podOf(manifest: Manifest): Pod {
  const spec = (
    manifest.kind === 'CronJob'
      ? (manifest.spec?.['jobTemplate'] as { spec: Manifest['spec'] }).spec
      : manifest.spec
  ) as { template: { spec: Pod } };
  return spec.template.spec;
}

/** Without the labels and annotations that only Helm needs. */
export function withoutHelm({ metadata: { name, labels = {} }, ...rest }: Manifest): object {
  const kept = Object.entries(labels).filter(([key]) => !/helm|managed-by|version/.test(key));
  return { ...rest, metadata: { name, labels: Object.fromEntries(kept) } };
}
