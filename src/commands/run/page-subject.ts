/** One organisation, as the page sees it. */
import type { Floor } from '../../app/floor.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import type { SweepReport } from '../../ports/metrics.ts';
import type { Store } from '../../ports/store.ts';
import type { Probe } from '../../server/health.ts';
import type { ExplainStore } from '../explain/command.ts';

/** What of a store users ask and change. */
export type DeskStore = ExplainStore &
  Pick<Store, 'findAgents' | 'setPause' | 'requestResume' | 'addStay' | 'sessions'>;

/** One organisation, as it is watched at the moment. */
export interface PageSubject {
  /** `undefined` before the first policy that can be used. */
  readonly loaded: () => LoadedPolicy | undefined;
  /** `undefined` while it is not open. */
  readonly store: () => (DeskStore & Pick<Store, 'eventPages' | 'countPages'>) | undefined;
  /** Of this process. */
  readonly lastReport: () => SweepReport | undefined;
  readonly ready: (now: Instant) => Probe;
  /** Whom the page names; `undefined` where no user signs in. */
  readonly floor?: () => Floor | undefined;
  readonly now: () => Instant;
}

/** That of the calendars, where all have the same; else UTC. */
export function zoneOf(loaded: LoadedPolicy | undefined): string {
  return loaded?.settings.zone ?? 'UTC';
}
