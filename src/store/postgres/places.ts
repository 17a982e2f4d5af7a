/**
 * Who of many gets one of a few connections next. Whoever has none comes before whoever has one, so that an organisation whose statements
 * are slow or hang keeps no other one waiting for long.
 */

/** How the connections are shared out. */
export interface Shares {
  /** How many there are. */
  readonly total: number;
  /** How many one owner has at once at most. */
  readonly most: number;
  /** For each connection that an owner has already, so many more have to be left for others before it gets another one. */
  readonly left: number;
}

/** What takes long, such as forgetting a year, counts like so many connections that its owner has already. */
const LONG = 2;

interface Waiting {
  readonly owner: object;
  readonly isLong: boolean;
  readonly go: () => void;
}

/** Mutable. */
export class Places {
  readonly #shares: Shares;
  readonly #held = new Map<object, number>();
  #free: number;
  /** In the order in which they came. */
  #waiting: readonly Waiting[] = [];

  constructor(shares: Shares) {
    this.#shares = shares;
    this.#free = shares.total;
  }

  /** Resolves once there is a place, to what gives it back. Rejects with the reason of `signal` where that comes first. */
  async take(owner: object, isLong: boolean, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const mine: Waiting = {
      owner,
      isLong,
      go: () => {
        resolve(undefined);
      },
    };
    const tired = (): void => {
      this.#waiting = this.#waiting.filter((each) => each !== mine);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', tired);
    this.#waiting = [...this.#waiting, mine];
    this.#share();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', tired);
    }
    return () => {
      this.#free += 1;
      this.#count(owner, -1);
      this.#share();
    };
  }

  #share(): void {
    for (;;) {
      const next = this.#next();
      if (next === undefined) return;
      this.#waiting = this.#waiting.filter((each) => each !== next);
      this.#free -= 1;
      this.#count(next.owner, 1);
      next.go();
    }
  }

  /** Of those who may begin the one who has the fewest, and of these the first who came. */
  #next(): Waiting | undefined {
    let best: Waiting | undefined;
    for (const each of this.#waiting) {
      if (!this.#mayBegin(each)) continue;
      if (best === undefined || this.#heldBy(each.owner) < this.#heldBy(best.owner)) best = each;
    }
    return best;
  }

  #mayBegin({ owner, isLong }: Waiting): boolean {
    const { most, left } = this.#shares;
    const held = this.#heldBy(owner);
    return held < most && this.#free > left * (held + (isLong ? LONG : 0));
  }

  #heldBy(owner: object): number {
    return this.#held.get(owner) ?? 0;
  }

  #count(owner: object, more: number): void {
    const held = this.#heldBy(owner) + more;
    if (held === 0) this.#held.delete(owner);
    else this.#held.set(owner, held);
  }
}
