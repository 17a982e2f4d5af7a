/** What the log-offs of one replayed policy add up to: those of one rule, by agent, and those of all rules. */
import type { Duration } from '../../domain/time/time.ts';
import { isRegret, REGRET_WITHIN, type ReplayedLogoff } from '../backtest/stand.ts';
import type { Tally } from '../backtest/variant.ts';

/** Sums over log-offs. */
export interface Total {
  logoffs: number;
  /** A sign within ten minutes, as in `backtest`; those that may have been a browser’s, and brought no work, are among them. */
  regret: number;
  perhapsBrowser: number;
  recovered: Duration;
}

/** How many stretches of ten minutes are looked at: that of the regret, and one and a half hours after it. */
const STRETCHES = 10;
/** Fewer signs in a stretch may be an accident. */
const NO_ACCIDENT = 3;

/** Adds up the log-offs of a replay as they come to their end. */
export class Sums {
  readonly own: Total = noTotal();
  readonly all: Total = noTotal();
  /** Of the rule's log-offs: followed by a sign of a person within `soon`, and by an Offline of their own before any sign. */
  returned = 0;
  left = 0;
  /**
   * Of the rule, in each stretch of ten minutes after a log-off: those whose first sign came then, and those who went out of sight then,
   * by an Offline of their own or a sign that may have been a browser’s.
   */
  readonly #signsIn = new Uint32Array(STRETCHES);
  readonly #lostIn = new Uint32Array(STRETCHES);
  /** Of the rule, by number of the agent. Regrets here are those that cannot have been a browser. */
  readonly logoffsBy: Uint32Array;
  readonly regretBy: Uint32Array;
  readonly recoveredBy: Float64Array;
  readonly #rule: string;
  readonly #soon: Duration;
  readonly #numbers: ReadonlyMap<string, number>;

  /** `numbers` counts the agents from 0. */
  constructor(rule: string, soon: Duration, numbers: ReadonlyMap<string, number>) {
    this.#rule = rule;
    this.#soon = soon;
    this.#numbers = numbers;
    this.logoffsBy = new Uint32Array(numbers.size);
    this.regretBy = new Uint32Array(numbers.size);
    this.recoveredBy = new Float64Array(numbers.size);
  }

  get tally(): Tally {
    return {
      over: (logoff) => {
        this.#add(logoff);
      },
    };
  }

  /** How many different people the rule logged off. */
  get people(): number {
    return this.logoffsBy.reduce((sum, logoffs) => sum + Number(logoffs > 0), 0);
  }

  /**
   * The highest share of those still idle whose first sign came in some ten minutes of the next one and a half hours: what a limit longer
   * by so much would have as regret. People who sit through a meeting show here, and in no regret before its end.
   */
  get later(): number {
    let idle = this.own.logoffs;
    let highest = 0;
    for (const [stretch, signs] of this.#signsIn.entries()) {
      if (stretch > 0 && signs >= NO_ACCIDENT) highest = Math.max(highest, signs / idle);
      idle -= signs + (this.#lostIn[stretch] ?? 0);
    }
    return highest;
  }

  #add(logoff: ReplayedLogoff): void {
    const regret = isRegret(logoff);
    const browser = logoff.perhapsBrowser && !logoff.worked;
    enter(this.all, logoff, regret, browser);
    if (logoff.rule !== this.#rule) return;
    enter(this.own, logoff, regret, browser);
    this.#follow(logoff, browser);
    const agent = this.#numbers.get(logoff.agent.id) ?? 0;
    add(this.logoffsBy, agent, 1);
    add(this.recoveredBy, agent, logoff.recovered);
    if (regret && !browser) add(this.regretBy, agent, 1);
  }

  /** What the agent showed after the log-off, and when. */
  #follow({ at, signAt = Infinity, leftAt = Infinity }: ReplayedLogoff, browser: boolean): void {
    if (!browser && signAt - at <= this.#soon) this.returned += 1;
    if (leftAt < Infinity) this.left += 1;
    const stretch = stretchOf(Math.min(signAt, leftAt) - at);
    if (stretch < STRETCHES) add(browser || leftAt < signAt ? this.#lostIn : this.#signsIn, stretch, 1);
  }
}

function add(sums: Uint32Array | Float64Array, agent: number, more: number): void {
  sums[agent] = (sums[agent] ?? 0) + more;
}

/** A sign exactly ten minutes after the log-off is in the first stretch, as it is a regret. */
function stretchOf(length: Duration): number {
  return Math.ceil(length / REGRET_WITHIN) - 1;
}

function noTotal(): Total {
  return { logoffs: 0, regret: 0, perhapsBrowser: 0, recovered: 0 };
}

function enter(total: Total, { recovered }: ReplayedLogoff, regret: boolean, browser: boolean): void {
  total.logoffs += 1;
  total.recovered += recovered;
  if (regret) total.regret += 1;
  if (regret && browser) total.perhapsBrowser += 1;
}
