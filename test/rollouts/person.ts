/** One agent of a floor of whom the truth is known: whether they are there, at their desk, and when they notice that they were logged off. */
import type { Agent, Observation, SystemPresence } from '../../src/domain/agent.ts';
import { takesOff } from '../../src/domain/policy/actions.ts';
import type { Action } from '../../src/domain/policy/policy.ts';
import { HOUR, MINUTE, SECOND, type Duration, type Instant } from '../../src/domain/time/time.ts';
import { between, pick, type Random } from '../../src/sandbox/random.ts';
import { AgentSimulator } from '../../src/simulation/agent-simulator.ts';
import type { BrowserWords, Word } from '../../src/simulation/timeline.ts';

/** Between two requests of one log-off no more time passes than this. */
const ONE_LOGOFF: Duration = 3 * SECOND;

const BROWSER: BrowserWords = {
  after: 8 * SECOND,
  restores: true,
  movesToken: true,
  answersOffline: false,
  times: 3,
};

/** What an agent does for a while. `sign`: how long after one sign of them the next one comes. */
interface Activity {
  readonly presence: SystemPresence;
  readonly lasts: readonly [Duration, Duration];
  readonly sign?: readonly [Duration, Duration];
  /** How likely they sit at their desk meanwhile. */
  readonly atDesk: number;
}

const minutes = (least: number, most: number): readonly [Duration, Duration] => [
  least * MINUTE,
  most * MINUTE,
];

const ACTIVITIES = {
  queue: { presence: 'ON_QUEUE', lasts: minutes(20, 60), sign: minutes(1, 9), atDesk: 1 },
  desk: { presence: 'AVAILABLE', lasts: minutes(20, 60), sign: minutes(3, 25), atDesk: 1 },
  meeting: { presence: 'MEETING', lasts: minutes(20, 60), atDesk: 0.6 },
  training: { presence: 'TRAINING', lasts: minutes(30, 60), atDesk: 0.6 },
  break: { presence: 'BREAK', lasts: minutes(8, 18), atDesk: 0 },
  meal: { presence: 'MEAL', lasts: minutes(30, 45), atDesk: 0 },
  locked: { presence: 'IDLE', lasts: minutes(3, 12), atDesk: 0 },
} as const satisfies Readonly<Record<string, Activity>>;

type ActivityName = keyof typeof ACTIVITIES;

/** How often each comes. */
const SHIFT: readonly ActivityName[] = [
  ...Array.from({ length: 10 }, () => 'queue' as const),
  ...Array.from({ length: 5 }, () => 'desk' as const),
  ...(['meeting', 'meeting', 'training', 'break', 'break', 'meal', 'locked', 'locked'] as const),
];

/** Of agents who notice a log-off at their desk, so many are back within minutes; the others take their time. */
const SOON = 0.85;

interface Unanswered {
  readonly at: Instant;
  readonly actions: readonly Action[];
  readonly former: AgentSimulator['standing'];
}

/** Mutable. */
export class Person {
  readonly agent: Agent;
  /** They have left without a log-off, and do not come back. */
  readonly isGone: boolean;
  readonly #random: Random;
  readonly #simulator: AgentSimulator;
  readonly #hasBrowser: boolean;
  #doing: ActivityName = 'desk';
  #atDesk = true;
  #until: Instant;
  /** When they do something next. */
  #next: Instant;
  #isOff = false;
  #isTalking = false;
  #isBusy = false;
  /** A log-off that the browser has not answered yet, and when it does. */
  #unanswered: Unanswered | undefined;

  constructor(agent: Agent, begin: Instant, random: Random, isGone: boolean) {
    this.agent = agent;
    this.isGone = isGone;
    this.#random = random;
    this.#hasBrowser = random() < 0.25;
    this.#simulator = new AgentSimulator(begin - 8 * HOUR, this.#hasBrowser ? BROWSER : undefined);
    const began = begin - between(random, minutes(2, 55));
    this.#simulator.apply(began, { does: 'log_in' });
    this.#until = began;
    this.#next = isGone ? Infinity : began;
  }

  observe(at: Instant): Observation {
    this.#advance(at);
    return this.#simulator.observe(this.agent.id, at, new Set());
  }

  /** A request has arrived. */
  perform(at: Instant, action: Action): void {
    this.#advance(at);
    const { actions = [], former = this.#simulator.standing } = this.#unanswered ?? {};
    // The simulator has the effect a second after the request.
    this.#simulator.perform(at - SECOND, action);
    if (!takesOff([action])) return;
    this.#unanswered = { at: at + ONE_LOGOFF, actions: [...actions, action], former };
    if (!this.isGone) this.#notice(at);
  }

  /** Whoever is at the desk logs in again, mostly soon; others do so when they come back. A browser that returns by itself is not noticed. */
  #notice(at: Instant): void {
    if (this.#hasBrowser && this.#atDesk) return;
    this.#isOff = true;
    this.#isTalking = false;
    const soon = this.#random() < SOON ? minutes(0.5, 6) : minutes(11, 30);
    this.#next = this.#atDesk ? at + between(this.#random, soon) : Math.max(at + MINUTE, this.#until);
  }

  #advance(to: Instant): void {
    this.#answer(to);
    while (this.#next <= to) {
      this.#act(this.#next);
      this.#answer(to);
    }
    this.#simulator.advance(to);
  }

  #answer(to: Instant): void {
    if (this.#unanswered === undefined || this.#unanswered.at > to) return;
    const { at, actions, former } = this.#unanswered;
    this.#simulator.answer(at, actions, former);
    this.#unanswered = undefined;
  }

  #act(at: Instant): void {
    if (this.#isOff) {
      this.#isOff = false;
      this.#simulator.apply(at, { does: 'log_in' });
      this.#begin(at, at < this.#until ? this.#doing : pick(this.#random, SHIFT));
    } else if (at >= this.#until) this.#begin(at, pick(this.#random, SHIFT));
    else this.#sign(at);
  }

  #begin(at: Instant, doing: ActivityName): void {
    const { presence, lasts, atDesk } = ACTIVITIES[doing];
    if (this.#isTalking) this.#talk(at, false);
    const word: Word =
      doing === 'locked' ? { does: 'lock' } : { does: 'set_presence', presence, label: undefined };
    this.#simulator.apply(at, word);
    this.#doing = doing;
    this.#atDesk = this.#random() < atDesk;
    this.#until = at + between(this.#random, lasts);
    this.#plan(at);
  }

  /** On queue they take calls; at the desk they change their presence now and then. */
  #sign(at: Instant): void {
    if (this.#doing === 'queue') this.#talk(at, !this.#isTalking);
    else {
      this.#isBusy = !this.#isBusy;
      this.#simulator.apply(at, {
        does: 'set_presence',
        presence: this.#isBusy ? 'BUSY' : 'AVAILABLE',
        label: undefined,
      });
    }
    this.#plan(at);
  }

  #talk(at: Instant, begins: boolean): void {
    this.#simulator.apply(at, { does: begins ? 'start' : 'end', work: 'call' });
    this.#isTalking = begins;
  }

  #plan(at: Instant): void {
    const activity: Activity = ACTIVITIES[this.#doing];
    const { sign } = activity;
    this.#next = sign === undefined ? this.#until : Math.min(this.#until, at + between(this.#random, sign));
  }
}
