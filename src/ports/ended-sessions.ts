/** Sessions of the page that were signed out before their time: for all processes that share the store, and after a restart. */
import type { Instant } from '../domain/time/time.ts';

/** Open to all, whoever holds the lease. Any method may reject when the store is lost. */
export interface EndedSessions {
  /** Notes the end of a session that would open until then; those that would open no more at `now` are forgotten. */
  end(id: string, until: Instant, now: Instant): Promise<void>;
  isEnded(id: string): Promise<boolean>;
}
