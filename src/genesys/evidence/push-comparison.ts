/** What was pushed beside what looks show: whether any of it is lost can be told in no other way. */
import {
  comparedWith,
  isAmong,
  isWhole,
  NOTHING_PUSHED,
  type Pushed,
  type PushedChange,
  type PushWholeness,
} from '../../domain/evidence/push.ts';
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import type { PushLook } from '../../ports/evidence.ts';

/** A change that a look showed is taken to be lost when it has not arrived after this. */
const LOST_AFTER: Duration = 30 * SECOND;

/** A change that a look showed, and that has not arrived. */
type Open = PushedChange & { readonly seenAt: Instant };

export class PushComparison {
  readonly #looks = new Map<string, PushLook>();
  readonly #open = new Map<string, Open>();
  #wholeness: PushWholeness = NOTHING_PUSHED;

  isWhole(now: Instant): boolean {
    return isWhole(this.#wholeness, now);
  }

  /** A change came too late, or was lost. */
  missed(now: Instant): void {
    this.#wholeness = comparedWith(this.#wholeness, false, now);
  }

  /** Whether what this look shows had been pushed as well, of what was listened to since the look before. */
  compare(look: PushLook, told: Pushed | undefined, now: Instant): void {
    const { agentId, seenAt } = look;
    const before = this.#looks.get(agentId);
    if (told === undefined || look.since === undefined || seenAt <= (before?.seenAt ?? -Infinity)) return;
    this.#looks.set(agentId, look);
    const isCovered = before !== undefined && told.from !== undefined && told.from <= before.seenAt;
    this.#settle(agentId, isCovered ? told.changes : undefined, seenAt, now);
    if (isCovered) this.#note(look, look.since, before, told.changes, now);
  }

  forget(agentId: string): void {
    this.#looks.delete(agentId);
    this.#open.delete(agentId);
  }

  clear(): void {
    this.#looks.clear();
    this.#open.clear();
    this.#wholeness = NOTHING_PUSHED;
  }

  /** A change that has not arrived by now is lost; after a gap in the listening nothing can be told. */
  #settle(
    agentId: string,
    changes: readonly PushedChange[] | undefined,
    seenAt: Instant,
    now: Instant,
  ): void {
    const open = this.#open.get(agentId);
    if (open === undefined || seenAt - open.seenAt < LOST_AFTER) return;
    this.#open.delete(agentId);
    if (changes !== undefined && !isAmong(changes, open.at, open.presence)) this.missed(now);
  }

  /** Only a presence that is another: whether one that is stamped anew is pushed is not known. */
  #note(
    { agentId, presence, seenAt }: PushLook,
    at: Instant,
    before: PushLook,
    changes: readonly PushedChange[],
    now: Instant,
  ): void {
    if (presence === before.presence || at <= (before.since ?? at)) return;
    if (isAmong(changes, at, presence)) this.#wholeness = comparedWith(this.#wholeness, true, now);
    else if (!this.#open.has(agentId)) this.#open.set(agentId, { at, presence, seenAt });
  }
}
