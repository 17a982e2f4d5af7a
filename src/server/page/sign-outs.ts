/**
 * Sessions that were signed out, written to the store of every organisation: all replicas read them there. A store that cannot be written
 * at the moment is tried again, for as long as the session would have lasted.
 */
import type { Instant } from '../../domain/time/time.ts';
import type { Log } from '../../ports/log.ts';
import type { Session } from './access.ts';
import type { PageSource } from './latest.ts';

interface Unwritten {
  readonly session: Pick<Session, 'id' | 'until'>;
  readonly source: PageSource;
}

/** Mutable; of one process. */
export class SignOuts {
  readonly #now: () => Instant;
  readonly #log: Pick<Log, 'warn'>;
  #unwritten: readonly Unwritten[] = [];

  constructor(now: () => Instant, log: Pick<Log, 'warn'>) {
    this.#now = now;
    this.#log = log;
  }

  /** Ends a session for all organisations. Does not reject. */
  async end(session: Unwritten['session'], sources: readonly PageSource[]): Promise<void> {
    const failed = await this.#write(sources.map((source) => ({ session, source })));
    if (failed.length > 0)
      this.#log.warn(
        { organisations: failed.map(({ source }) => source.organisation) },
        'a sign-out could not be written to all stores: it is tried again',
      );
    this.#unwritten = [...this.#unwritten, ...failed];
  }

  /** Tries what could not be written yet. Does not reject. */
  async again(): Promise<void> {
    if (this.#unwritten.length === 0) return;
    const open = this.#unwritten.filter(({ session }) => this.#now() < session.until);
    this.#unwritten = [];
    this.#unwritten = [...this.#unwritten, ...(await this.#write(open))];
  }

  async #write(all: readonly Unwritten[]): Promise<readonly Unwritten[]> {
    const done = await Promise.allSettled(
      all.map(({ session: { id, until }, source }) => source.desk.endSession(id, until)),
    );
    return all.filter((_, n) => done[n]?.status === 'rejected');
  }
}
