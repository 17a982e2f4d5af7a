/** What is told of one organisation that a process watches: at `/status`, and on the page. */
import type { Floor } from '../../app/floor.ts';
import type { Assembly } from '../../app/compose.ts';
import { VERSION } from '../../app/version.ts';
import type { Instant } from '../../domain/time/time.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../domain/tracking/platform-behaviour.ts';
import { askedSources } from '../../policy-file/asked-sources.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import type { Store } from '../../ports/store.ts';
import type { Probe } from '../../server/health.ts';
import { statusOf } from '../../server/status.ts';
import { rolloutTold, storedRollout } from '../shared/rollout-words.ts';
import type { PageSubject } from './page-subject.ts';

/** As it is at the moment: all of it may change, and be missing. */
export interface Subject {
  /** The policy in force, or that is to be. */
  readonly loaded: () => LoadedPolicy | undefined;
  readonly store: () => Store | undefined;
  readonly assembly: () => Assembly | undefined;
  /** Whom the page names; `undefined` where no user signs in. */
  readonly floor: () => Floor | undefined;
  readonly ready: (now: Instant) => Probe;
  readonly now: () => Instant;
}

/** `/status` of it. Rejects with `StoreError`. */
export async function statusTold(
  {
    loaded,
    store: open,
    assembly,
    name,
    startedAt,
  }: Subject & { readonly name: string; readonly startedAt: Instant },
  now: Instant,
): Promise<object> {
  const [policy, store] = [loaded(), open()];
  if (policy === undefined || store === undefined) return { organisation: name };
  const { mode, held, evidence } = policy.settings;
  return statusOf({
    version: VERSION,
    organisation: name,
    startedAt,
    now,
    mode,
    modeHeldBy: held?.by,
    policy: policy.hash,
    evidence: askedSources(evidence),
    pause: await store.pause(),
    rollout: rolloutTold(storedRollout(await store.facts())),
    learnt: (await store.learnt()) ?? NO_BEHAVIOUR_KNOWN,
    lease: assembly()?.worker.lease ?? { standing: 'unknown', epoch: undefined },
    lastSweep: assembly()?.lastReport(),
  });
}

/** The same for the page. */
export function pageSubjectOf({ loaded, store, assembly, floor, ready, now }: Subject): PageSubject {
  return {
    ...{ loaded, store, floor, ready, now },
    lastReport: () => assembly()?.lastReport(),
  };
}
