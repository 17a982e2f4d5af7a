/** Sources of evidence that gave no answer: which of them may not be asked, for how long, and what is said of it. */
import type { EvidenceSource } from '../domain/evidence/calibration.ts';
import { HOUR, type Duration, type Instant } from '../domain/time/time.ts';
import type { Directory } from '../ports/agents.ts';
import { NO_ROOM, type EvidenceFault } from '../ports/evidence.ts';
import type { Log } from '../ports/log.ts';
import type { Accounting } from './accounting.ts';

/** A source that may not be asked is tried again after this: a permission may have been granted. */
const REFUSED_FOR: Duration = HOUR;

/** What it works with. */
export interface RefusalParts {
  readonly accounting: Pick<Accounting, 'refused'>;
  readonly directory: Pick<Directory, 'serverNow'>;
  readonly log: Log;
}

/** Mutable; one for each run of the program. */
export class Refusals {
  readonly #parts: RefusalParts;
  readonly #refusedAt = new Map<EvidenceSource, Instant>();

  constructor(parts: RefusalParts) {
    this.#parts = parts;
  }

  /** Whether the source was refused so lately that it is not asked. */
  isRefused(source: EvidenceSource): boolean {
    const since = this.#parts.directory.serverNow() - (this.#refusedAt.get(source) ?? -Infinity);
    // A clock that was set back must not keep a source silent until it has come up again.
    return since >= 0 && since < REFUSED_FOR;
  }

  /** The source gave no answer. That the client lacks a permission is said once. */
  failed(source: EvidenceSource, fault: EvidenceFault): void {
    const { log, directory, accounting } = this.#parts;
    if (fault.kind === 'failed') {
      if (fault.why !== NO_ROOM) log.info({ source, why: fault.why }, 'a source of evidence gave no answer');
      return;
    }
    if (!this.#refusedAt.has(source))
      log.warn(
        { source, permission: fault.permission },
        'a source of evidence may not be asked: changes that it would explain stay signs of a person',
      );
    const at = directory.serverNow();
    this.#refusedAt.set(source, at);
    accounting.refused(source, { permission: fault.permission, at });
  }

  /** The source gave an answer. */
  answered(source: EvidenceSource): void {
    this.#refusedAt.delete(source);
    this.#parts.accounting.refused(source, undefined);
  }
}
