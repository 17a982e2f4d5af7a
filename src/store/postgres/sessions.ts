/** Sessions of the page that were signed out, among the notes of the store. */
import type { Instant } from '../../domain/time/time.ts';
import type { EndedSessions } from '../../ports/ended-sessions.ts';
import { ENDED_SESSION } from '../notes.ts';
import { saveFacts } from './controls.ts';
import { storable, type Organisation } from './organisation.ts';

/** Values of other facts are no numbers, and only CASE keeps them from being read as such. */
const FORGET = `DELETE FROM idle_enforcer.fact WHERE organisation = $1
  AND CASE WHEN starts_with(name, $2) THEN value::numeric <= $3 ELSE false END`;
const FIND = 'SELECT 1 FROM idle_enforcer.fact WHERE organisation = $1 AND name = $2';

/** All methods reject with `StoreError` and nothing else. */
export class DatabaseSessions implements EndedSessions {
  readonly #organisation: Organisation;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
  }

  end(id: string, until: Instant, now: Instant): Promise<void> {
    const { name } = this.#organisation;
    const note = new Map([[`${ENDED_SESSION}${id}`, String(Math.round(until))]]);
    return this.#organisation.writeAsVisitor(async (tx) => {
      await tx.run(FORGET, name, ENDED_SESSION, Math.round(now));
      await saveFacts(tx, name, note);
    });
  }

  async isEnded(id: string): Promise<boolean> {
    const { name, db } = this.#organisation;
    return (await db.rows(FIND, name, storable(`${ENDED_SESSION}${id}`))).length > 0;
  }
}
