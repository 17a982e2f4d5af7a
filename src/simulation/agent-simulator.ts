/**
 * What the platform shows of one agent in a policy test: moved by the timeline, by the enforcer's own actions and by the
 * browser that answers them. Pure apart from itself; times are handed in, in rising order.
 */
import type { Observation, RoutingStatus, SystemPresence } from '../domain/agent.ts';
import type { Action } from '../domain/policy/policy.ts';
import { HOUR, SECOND, type Instant } from '../domain/time/time.ts';
import type { BrowserWords, Part, SessionWord, Word, WorkWord } from './timeline.ts';

/** Between our first request for an agent and its effect. */
const EFFECT = SECOND;

interface Standing {
  readonly presence: SystemPresence;
  readonly label: string | undefined;
}

const AVAILABLE: Standing = { presence: 'AVAILABLE', label: undefined };
const ON_QUEUE: Standing = { presence: 'ON_QUEUE', label: undefined };

const WORK: ReadonlySet<string> = new Set<WorkWord['does']>([
  'start',
  'end',
  'wrap_up',
  'start_call',
  'end_call',
  'not_responding',
  'lock',
  'unlock',
]);

function isWork(word: Word): word is WorkWord {
  return WORK.has(word.does);
}

/** Of an action that no reading shows. */
function nothingSeen(): void {
  return;
}

/** The agent's side of the platform. */
export class AgentSimulator {
  readonly #browser: BrowserWords | undefined;
  #shown: Standing = { presence: 'OFFLINE', label: undefined };
  #former: Standing = this.#shown;
  /** What unlocking the screen brings back. */
  #beforeLock: Standing | undefined;
  #presenceSince: Instant;
  #routing: RoutingStatus = 'OFF_QUEUE';
  #routingSince: Instant;
  #notResponding = false;
  #work: string[] = [];
  #calls = 0;
  #token: Instant;
  #session = false;
  /** The identity provider still knows the person. */
  #ssoSession = false;
  #returns = 0;
  #pending: Instant | undefined;

  /** Offline, and gone for half a day. */
  constructor(begin: Instant, browser: BrowserWords | undefined) {
    this.#browser = browser;
    this.#presenceSince = begin - 12 * HOUR;
    this.#routingSince = this.#presenceSince;
    this.#token = this.#presenceSince - HOUR;
  }

  /** Lets happen what is due by then: the browser's return. */
  advance(to: Instant): void {
    const at = this.#pending;
    if (at === undefined || at > to || this.#browser === undefined) return;
    this.#pending = undefined;
    this.#returns += 1;
    this.#comeBack(at, this.#browser.restores, this.#browser.movesToken);
  }

  /** Something of the timeline happens. */
  apply(at: Instant, word: Word): void {
    this.advance(at);
    if (isWork(word)) this.#applyWork(at, word);
    else this.#applySession(at, word);
  }

  #applySession(at: Instant, word: SessionWord): void {
    switch (word.does) {
      case 'log_in':
        this.#logIn(at);
        this.#setPresence(at, AVAILABLE);
        break;
      case 'go_offline':
        this.#leave(at);
        break;
      case 'set_presence':
        // An agent without a session has to log in first; a session that was left alone needs one click.
        if (!this.#session) this.#logIn(at);
        this.#pending = undefined;
        this.#setPresence(at, word);
        break;
      case 'time_out':
        this.#session = false;
        this.#goOffline(at);
        if (!word.answered) this.#expectBrowser(at);
        break;
      case 'stay':
        break;
      case 'return':
        this.#comeBack(at, word.restores, word.movesToken);
        break;
    }
  }

  #applyWork(at: Instant, word: WorkWord): void {
    // An agent who works has logged in, whether the timeline says so or not.
    if (word.does !== 'end' && word.does !== 'end_call') this.#bringOnline(at);
    switch (word.does) {
      case 'start':
        this.#work.push(word.work);
        break;
      case 'end':
        this.#work = this.#work.filter(
          (each, i) => each !== word.work || i !== this.#work.indexOf(word.work),
        );
        break;
      case 'wrap_up':
        this.#work = ['wrap-up'];
        break;
      case 'start_call':
      case 'end_call':
        this.#calls = Math.max(0, this.#calls + (word.does === 'start_call' ? 1 : -1));
        break;
      case 'not_responding':
      case 'lock':
      case 'unlock':
        this.#applyDesktop(at, word.does);
        break;
    }
    this.#deriveRouting(at);
  }

  #applyDesktop(at: Instant, does: 'not_responding' | 'lock' | 'unlock'): void {
    if (does === 'lock') this.#setPresence(at, { presence: 'IDLE', label: undefined }, this.#shown);
    else if (does === 'unlock') this.#setPresence(at, this.#beforeLock ?? AVAILABLE);
    else {
      if (this.#shown.presence !== 'ON_QUEUE') this.#setPresence(at, ON_QUEUE);
      this.#notResponding = true;
    }
  }

  /** Carries out one action of a log-off; answers when its effect was there. */
  perform(at: Instant, action: Action): void {
    this.#effects[action](at + EFFECT);
  }

  /** One for each action: the compiler misses any that is not here. */
  readonly #effects = {
    off_queue: (at) => {
      this.#leaveQueue(at);
    },
    offline: (at) => {
      this.#goOffline(at);
    },
    release_station: nothingSeen,
    revoke_tokens: (at) => {
      this.#session = false;
      this.#goOffline(at);
    },
    end_sso_session: () => {
      this.#ssoSession = false;
    },
    notify: nothingSeen,
  } satisfies Record<Action, (at: Instant) => void>;

  #leaveQueue(at: Instant): void {
    if (this.#routing === 'OFF_QUEUE') return;
    this.#notResponding = false;
    if (this.#shown.presence === 'ON_QUEUE') this.#former = this.#shown;
    this.#setPresence(at, this.#shown.presence === 'ON_QUEUE' ? AVAILABLE : this.#shown);
  }

  /** The enforcer puts the presence of before back, and with it the queue. */
  restore(at: Instant, former: Standing): void {
    this.#setPresence(at, former);
  }

  /** The log-off is over: the browser may answer. `former` is what it would restore. */
  answer(goneAt: Instant, actions: readonly Action[], former: Standing): void {
    this.#former = former;
    const answers = actions.includes('revoke_tokens') || this.#browser?.answersOffline === true;
    if (answers) this.#expectBrowser(goneAt);
  }

  get standing(): Standing {
    return this.#shown;
  }

  /** One reading; the parts named are left out of it. */
  observe(agentId: string, at: Instant, lacking: ReadonlySet<Part>): Observation {
    const { presence, label } = this.#shown;
    return {
      agentId,
      at,
      presence: lacking.has('presence')
        ? undefined
        : { system: presence, definitionId: label ?? `system-${presence}`, since: this.#presenceSince },
      routing: lacking.has('routing') ? undefined : { status: this.#routing, since: this.#routingSince },
      conversations: lacking.has('conversations')
        ? undefined
        : { contactCentre: this.#work.length, enterprise: this.#calls },
      tokenIssuedAt: lacking.has('token') ? undefined : this.#token,
      missing: [],
    };
  }

  #bringOnline(at: Instant): void {
    if (this.#session && this.#shown.presence !== 'OFFLINE') return;
    if (!this.#session) this.#logIn(at);
    this.#pending = undefined;
    if (this.#shown.presence === 'OFFLINE') this.#setPresence(at, AVAILABLE);
  }

  #logIn(at: Instant): void {
    this.#token = at;
    this.#session = true;
    this.#ssoSession = true;
    this.#returns = 0;
    this.#pending = undefined;
  }

  #leave(at: Instant): void {
    this.#session = false;
    this.#pending = undefined;
    this.#work = [];
    this.#calls = 0;
    this.#goOffline(at);
  }

  #goOffline(at: Instant): void {
    if (this.#shown.presence === 'OFFLINE') return;
    this.#former = this.#shown;
    this.#setPresence(at, { presence: 'OFFLINE', label: undefined });
  }

  #comeBack(at: Instant, restores: boolean, movesToken: boolean): void {
    // A session that was left alone needs no new token.
    if (movesToken && !this.#session) this.#token = at;
    this.#session = true;
    this.#setPresence(at, restores ? this.#former : AVAILABLE);
  }

  #expectBrowser(at: Instant): void {
    if (this.#browser === undefined || this.#returns >= this.#browser.times) return;
    // Without a session at the identity provider single sign-on says no.
    if (!this.#ssoSession && !this.#session) return;
    this.#pending = at + this.#browser.after;
  }

  #setPresence(at: Instant, standing: Standing, beforeLock?: Standing): void {
    const { presence, label } = standing;
    this.#shown = { presence, label };
    this.#presenceSince = at;
    this.#beforeLock = beforeLock;
    this.#notResponding = false;
    this.#deriveRouting(at, presence === 'ON_QUEUE');
  }

  #deriveRouting(at: Instant, anew = false): void {
    const status = this.#routingNow();
    if (status === this.#routing && !anew) return;
    this.#routing = status;
    this.#routingSince = at;
  }

  #routingNow(): RoutingStatus {
    if (this.#work.length > 0) return 'INTERACTING';
    if (this.#shown.presence !== 'ON_QUEUE') return 'OFF_QUEUE';
    return this.#notResponding ? 'NOT_RESPONDING' : 'IDLE';
  }
}
