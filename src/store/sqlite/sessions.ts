/** Sessions of the page that were signed out, among the notes of the store. */
import type { Instant } from '../../domain/time/time.ts';
import type { EndedSessions } from '../../ports/ended-sessions.ts';
import { ENDED_SESSION } from '../notes.ts';
import type { Database } from './database.ts';
import { factOf, SAVE_FACT } from './statements.ts';

const FORGET = 'DELETE FROM fact WHERE substr(name, 1, ?) = ? AND CAST(value AS INTEGER) <= ?';

/** All methods reject with `StoreError` and nothing else. */
export class SqliteSessions implements EndedSessions {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  end(id: string, until: Instant, now: Instant): Promise<void> {
    return this.#db.later(() => {
      this.#db.transaction(() => {
        this.#db.run(FORGET, ENDED_SESSION.length, ENDED_SESSION, Math.round(now));
        this.#db.run(SAVE_FACT, `${ENDED_SESSION}${id}`, String(Math.round(until)));
      });
    });
  }

  isEnded(id: string): Promise<boolean> {
    return this.#db.later(() => factOf(this.#db, `${ENDED_SESSION}${id}`) !== undefined);
  }
}
