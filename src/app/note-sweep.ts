/** Leaves the numbers of each sweep in the store, for `status` and `list`, which read nothing else. */
import type { SweepReport } from '../ports/metrics.ts';
import type { Store } from '../ports/store.ts';
import type { LoadedPolicy } from '../policy-file/draft.ts';
import { SWEEP_NOTE, sweepNoteBody } from '../store/sweep-note.ts';
import { Redactor } from '../texts/redactor.ts';

/** Notes one sweep. A store that does not take it is none of its concern: the sweeps themselves find that out. */
export function noteSweep(
  report: SweepReport,
  { settings, hash }: Pick<LoadedPolicy, 'settings' | 'hash'>,
  store: Pick<Store, 'setFacts'>,
  redactor = new Redactor(),
): void {
  const { organisation, mode } = settings;
  // The sentence of a fault may quote the platform.
  const body = redactor.hide(sweepNoteBody(report, { organisation, mode, policy: hash }));
  store.setFacts(new Map([[SWEEP_NOTE, body]])).catch(() => undefined);
}
