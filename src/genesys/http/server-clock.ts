/**
 * What time it is on the platform, told from the `Date` header of its responses. The header has whole seconds, so one
 * response only says that the truth lay in [Date, Date + 1 s) at some moment between sending and receiving. Many
 * responses together say it more sharply: the interval of possible offsets is cut down with each.
 */
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';

/** How fast a clock that is being slewed may run away (NTP: 500 ppm); the interval grows by so much as it ages. */
const DRIFT = 0.0005;

export class ServerClock {
  /** Offsets (server minus local) that are possible: `from` <= offset <= `to`. */
  #from = 0;
  #to = 0;
  #asOf: Instant | undefined;

  /**
   * Takes in one response. `sent` and `received` are local instants, `date` is the header's value in ms.
   * An observation that contradicts what was known means that a clock jumped: the new one alone counts from there.
   */
  observe(date: Instant, sent: Instant, received: Instant): void {
    const first = Math.min(sent, received);
    const last = Math.max(sent, received);
    const from = date - last;
    const to = date + SECOND - first;
    const age = this.#asOf === undefined ? 0 : Math.abs(last - this.#asOf) * DRIFT;
    const keptFrom = Math.max(from, this.#from - age);
    const keptTo = Math.min(to, this.#to + age);
    const contradicts = this.#asOf === undefined || keptFrom > keptTo;
    this.#from = contradicts ? from : keptFrom;
    this.#to = contradicts ? to : keptTo;
    this.#asOf = last;
  }

  /** Whether any response has been seen. Until then server time is taken to be local time. */
  get synced(): boolean {
    return this.#asOf !== undefined;
  }

  /**
   * The earliest server time that `local` may stand for: never ahead of the truth while the clocks run evenly, and at
   * most one second and one round trip ahead, until the next response, when one of them jumps.
   */
  earliest(local: Instant): Instant {
    return local + this.#from - this.#age(local);
  }

  /** The latest server time that `local` may stand for. */
  latest(local: Instant): Instant {
    return local + this.#to + this.#age(local);
  }

  /** The local time at which `earliest` reaches this server time; off by the drift since the newest response at most. */
  localOf(server: Instant): Instant {
    return server - this.#from;
  }

  /** Local minus server, from the middle of what is possible. */
  error(): Duration {
    return 0 - (this.#from + this.#to) / 2;
  }

  #age(local: Instant): Duration {
    return this.#asOf === undefined ? 0 : Math.abs(local - this.#asOf) * DRIFT;
  }
}
