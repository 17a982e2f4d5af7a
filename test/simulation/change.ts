/**
 * A change of the policy in the middle of a life, brought out to a part of the agents first. Each process finds the changed file at a
 * time of its own; an operator may stop the rollout, have it go on, or put the former file back.
 */
import type { InForce } from '../../src/controller/in-force.ts';
import type { Policy } from '../../src/domain/policy/policy.ts';
import { shareOf, type Order, type PolicyMark, type Rollout } from '../../src/domain/rollout/rollout.ts';
import { isInShare } from '../../src/domain/rollout/share.ts';
import { MINUTE, type Duration, type Instant } from '../../src/domain/time/time.ts';
import type { NameLookups } from '../../src/ports/names.ts';
import { pick, type Random } from '../../src/sandbox/random.ts';
import { rolloutIn, rolloutNotes } from '../../src/store/rollout-note.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import type { MemoryContents } from '../../src/store/memory/contents.ts';
import { policy, profile, rule, CAPS, RETURNS } from '../domain/build.ts';
import { WORLD, type Scheduler } from './scheduler.ts';
import { LIMIT } from './world.ts';

/** By the changed policy an agent is logged off after this without a sign. */
export const SHORT_LIMIT: Duration = 3 * MINUTE;
/** Processes find a changed file so long after each other at most. */
const SPREAD: Duration = 2 * MINUTE;

function limited(hash: string, limit: Duration): Policy {
  return policy({
    hash,
    profiles: [
      profile({
        rules: [rule({ id: 'gone', limit: `${limit / MINUTE}m`, when: { not: { presence: ['OFFLINE'] } } })],
        returns: { ...RETURNS, grace: MINUTE },
      }),
    ],
    caps: { ...CAPS, settle: 1 },
  });
}

/** What each policy judges by is its hash. */
export const FORMER = limited('former', LIMIT);
const CHANGED = limited('changed', SHORT_LIMIT);

function kept({ hash, mode }: Policy): NonNullable<InForce['kept']> {
  return { judges: hash, mode, hash, content: hash };
}

/** The former policy as the store keeps it, beside one that is brought out. */
export const NAMES: NameLookups = {
  latest: (wanted, _, __, before?: PolicyMark) =>
    Promise.resolve(before?.judges === FORMER.hash ? { ...wanted, before: FORMER } : wanted),
};

type InForcePart = Pick<InForce, 'policy' | 'kept'>;

/** How the agent is judged by what the store says of the rollout. */
export function limitBy(rollout: Rollout, agentId: string): Duration {
  const { base, candidate } = rollout;
  const isChanged =
    candidate === undefined ? base?.judges === CHANGED.hash : isInShare(agentId, shareOf(rollout));
  return isChanged ? SHORT_LIMIT : LIMIT;
}

/** The policy file of one life, and what an operator makes of its rollout. */
export class Change {
  readonly #scheduler: Scheduler;
  readonly #held: MemoryContents;
  /** By the place of a process, since when it has which file; the last one counts. */
  readonly #files: (readonly { readonly at: Instant; readonly file: InForcePart }[])[] = [];
  #orders = 0;

  /** `random` is a stream of its own, so that lives without a change stay as they are. */
  constructor(
    scheduler: Scheduler,
    held: MemoryContents,
    {
      random,
      places,
      length,
    }: { readonly random: Random; readonly places: number; readonly length: Duration },
  ) {
    this.#scheduler = scheduler;
    this.#held = held;
    const terms = {
      steps: [pick(random, [0.25, 0.5, 0.75]), 1],
      every: MINUTE,
      stop: { regret: 0.05, unverified: 0.1 },
    };
    const changed = { ...CHANGED, rollout: terms };
    const begin = scheduler.now;
    const changedAt = begin + 2 * MINUTE + random() * (length / 4);
    const isTakenBack = random() < 0.2;
    const backAt = changedAt + SPREAD + random() * (length / 2);
    for (let place = 0; place < places; place += 1) {
      const files = [
        { at: begin, file: { policy: FORMER, kept: kept(FORMER) } },
        { at: changedAt + random() * SPREAD, file: { policy: changed, kept: kept(changed) } },
      ];
      if (isTakenBack)
        files.push({ at: backAt + random() * SPREAD, file: { policy: FORMER, kept: kept(FORMER) } });
      this.#files.push(files);
    }
    if (random() < 0.6) this.#plan(changedAt + random() * (length / 2), 'abort');
    if (random() < 0.4) this.#plan(changedAt + random() * (length / 2), 'continue');
  }

  /** What the process in this place finds on its disk now. */
  fileIn(place: number): InForcePart {
    const found = this.#files[place]?.findLast(({ at }) => at <= this.#scheduler.now);
    return found?.file ?? { policy: FORMER, kept: kept(FORMER) };
  }

  /** Calls this whenever another file comes to a place. */
  onFile(use: (place: number) => void): void {
    for (const [place, files] of this.#files.entries()) {
      for (const { at } of files.slice(1)) {
        this.#scheduler.after(at - this.#scheduler.now, WORLD, () => {
          use(place);
        });
      }
    }
  }

  #plan(at: Instant, what: Order['what']): void {
    this.#scheduler.after(at - this.#scheduler.now, WORLD, () => {
      this.#orders += 1;
      const { candidate } = rolloutIn(this.#held.facts);
      if (candidate === undefined) return;
      const { judges } = candidate;
      const store = new MemoryStore({ now: () => this.#scheduler.now, contents: this.#held });
      void rolloutNotes(store).order({ id: `order-${this.#orders}`, what, judges, by: 'an operator' });
    });
  }
}
