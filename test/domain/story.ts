/**
 * Tells a story of one agent: what the platform shows and when, sweeps each minute on the minute, and the enforcer's
 * log-offs. Each story runs twice at once, with the state kept and with the state stored and loaded before each look, and
 * fails where the two differ; the state is frozen, so that tracking that changes its input fails too.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Agent, Observation, RoutingStatus, SystemPresence } from '../../src/domain/agent.ts';
import type { Answer } from '../../src/domain/evidence/timeline.ts';
import { measure } from '../../src/domain/tracking/clocks.ts';
import { PLAIN_RETURNS, track } from '../../src/domain/tracking/track.ts';
import { profileOf, type Due, type Verdict } from '../../src/domain/judging/judge.ts';
import { judgeByNames } from '../../src/domain/judging/judge-names.ts';
import { beginLogoff, endLogoff, finishLogoff } from '../../src/domain/tracking/own-logoff.ts';
import { noteEvidence, openSuspect, withAnswer } from '../../src/domain/tracking/suspects.ts';
import {
  departureOf,
  placeIn,
  silentReturnOf,
  type AgentState,
  type Departure,
  type LadderPlace,
  type SilentReturn,
  type Stay,
  type Suspect,
  type TrackingEvent,
} from '../../src/domain/tracking/state.ts';
import type { Action, ClockName, Policy } from '../../src/domain/policy/policy.ts';
import { stateBody, stateOf } from '../../src/store/codec.ts';
import { areContradictory, concernOf } from '../../src/domain/tracking/reading.ts';
import { formatDuration, MINUTE, SECOND, type Duration, type Instant } from '../../src/domain/time/time.ts';
import { agent, asClockTime, clockTime, duration, policy, profile, RETURNS, rule } from './build.ts';
import type { Browser, Change, Part, StoryParts, Told } from './story-parts.ts';

export type { Browser, Change, Part, StoryParts } from './story-parts.ts';

interface Shown {
  presence: SystemPresence | 'UNKNOWN';
  presenceId: string | undefined;
  presenceSince: Instant;
  routing: RoutingStatus | 'UNKNOWN';
  routingSince: Instant;
  talks: number;
  calls: number;
  token: Instant | undefined;
}

/** Starts a story. */
export function story(parts: StoryParts = {}): Story {
  return new Story(parts);
}

/** See the head of this file. Times are of Monday, 2026-03-02, UTC. */
export class Story {
  readonly agent: Agent;
  readonly events: TrackingEvent[] = [];
  readonly logoffs: Told[] = [];
  policy: Policy;
  now: Instant;
  #state: AgentState | undefined;
  #stored: string | undefined;
  #last: Observation | undefined;
  #shown: Shown;
  #pending: { at: Instant; change: Change }[] = [];
  #lacking: { from: Instant; to: Instant; part: Part }[] = [];
  #unswept: { from: Instant; to: Instant }[] = [];
  readonly #jumps = new Set<Instant>();
  #next: Instant;
  #every: Duration;
  readonly #nativeTimeouts: readonly Duration[] | undefined;
  #browser: Browser | undefined;
  readonly #leavesPresence: boolean;
  #enforcing = false;
  /** The newest that is on record. */
  #stay: Stay | undefined;

  constructor(parts: StoryParts) {
    const returns = { ...RETURNS, ...parts.returns };
    const rules = parts.rules === undefined ? {} : { rules: parts.rules };
    this.policy = policy({ profiles: [profile({ returns, ...rules, ...parts.profile })], ...parts.policy });
    this.agent = agent(parts.agent);
    this.#every = duration(parts.every ?? '1m');
    const { nativeTimeouts = [] } = parts;
    this.#nativeTimeouts = nativeTimeouts === 'unknown' ? undefined : nativeTimeouts.map(duration);
    this.#leavesPresence = parts.offQueueLeavesPresence === true;
    this.#next = clockTime(parts.from ?? '09:00');
    this.now = this.#next;
    const before = this.#next - 60 * MINUTE;
    this.#shown = {
      presence: 'AVAILABLE',
      presenceId: undefined,
      presenceSince: before,
      routing: 'OFF_QUEUE',
      routingSince: before,
      talks: 0,
      calls: 0,
      token: before - MINUTE,
    };
    this.#apply(before, parts.first ?? {});
  }

  /** Something changes on the platform. Sweeps up to then are made first. */
  at(time: string, change: Change): this {
    const at = clockTime(time);
    this.#runWhile(() => this.#next < at);
    this.#flush(at - 1);
    this.#apply(at, change);
    return this;
  }

  /** Sweeps up to this time, and with it. */
  until(time: string): this {
    const at = clockTime(time);
    this.#runWhile(() => this.#next <= at);
    return this;
  }

  /** The readings of this time, ends included, lack a part. */
  lacking(from: string, to: string, ...parts: readonly Part[]): this {
    for (const part of parts) this.#lacking.push({ from: clockTime(from), to: clockTime(to), part });
    return this;
  }

  /** No sweeps after `from` and before `to`. */
  unwatched(from: string, to: string): this {
    this.#unswept.push({ from: clockTime(from), to: clockTime(to) });
    return this;
  }

  /** At this time the server's clock is found to have jumped against the local one. */
  clockJumpsAt(time: string): this {
    this.#jumps.add(clockTime(time));
    return this;
  }

  /** One look outside the usual times. */
  look(time: string): this {
    const at = clockTime(time);
    this.#runWhile(() => this.#next < at);
    this.#look(at);
    return this;
  }

  /** A believed source says what the open suspect is; `offline` where it shows the Offline of a bounce. */
  evidence(kind: Answer['kind'], offline?: readonly [from: string, to: string]): this {
    const [from, to] = (offline ?? []).map(clockTime);
    const span = from === undefined || to === undefined ? undefined : { from, to };
    const answer: Answer = kind === 'bounce' ? { kind, offline: span } : { kind };
    const stamp = this.suspect()?.stamp;
    const note = { stamp: stamp ?? 0, source: 'timeline', answer: kind, at: this.now, isUsed: true } as const;
    const state = stamp === undefined ? this.state() : noteEvidence(this.state(), note);
    const stored = stateOf(state.agentId, stateBody(state));
    if (!stored.ok) throw new Error('the state cannot be stored and loaded');
    const returns = profileOf(this.agent, this.policy)?.returns ?? PLAIN_RETURNS;
    const answered = withAnswer(state, answer, returns);
    if (!isDeepStrictEqual(plain(answered), plain(withAnswer(stored.value, answer, returns)))) {
      throw new Error(`a stored state takes evidence otherwise at ${asClockTime(this.now)}`);
    }
    this.events.push(...answered.events);
    return this.put(answered.state);
  }

  /** The newest change that evidence may still explain. */
  suspect(): Suspect | undefined {
    return openSuspect(this.state())?.suspect;
  }

  /** The agent answers a warning: nothing of it can be seen, and no rule is due for `length`. Sweeps up to then are made first. */
  stays(time: string, length = '30m'): this {
    const at = clockTime(time);
    this.#runWhile(() => this.#next <= at);
    this.#stay = { seq: (this.#stay?.seq ?? 0) + 1, at, until: at + duration(length) };
    return this;
  }

  /** From now on each due agent is logged off at once. */
  enforced(browser?: Browser): this {
    this.#enforcing = true;
    this.#browser = browser;
    return this;
  }

  withPolicy(parts: Partial<Policy>): this {
    this.policy = { ...this.policy, ...parts };
    return this;
  }

  verdict(): Verdict {
    if (this.#last === undefined) throw new Error('nobody looked yet');
    return judgeByNames(this.agent, this.#state, this.#last, this.policy, this.now);
  }

  /** The verdict with the head-count at this share of the licence peak, by this policy. */
  verdictAt(peakShare: number | undefined, wanted: Policy = this.policy): Verdict {
    if (this.#last === undefined) throw new Error('nobody looked yet');
    const concern = concernOf(this.agent, wanted, peakShare);
    return judgeByNames(this.agent, this.#state, this.#last, wanted, this.now, concern);
  }

  /** The reason of the verdict at a time. */
  reason(time: string): string {
    return this.until(time).verdict().reason;
  }

  state(): AgentState {
    if (this.#state === undefined) throw new Error('nothing is remembered yet');
    return this.#state;
  }

  /** How the agent went, where they are still gone. */
  departure(): Departure | undefined {
    return departureOf(this.state());
  }

  /** The return that no sign has followed yet. */
  silentReturn(): SilentReturn | undefined {
    return silentReturnOf(this.state());
  }

  /** The place on the ladder. */
  ladder(): LadderPlace | undefined {
    const { ladder } = this.state().episode;
    return ladder && placeIn(ladder);
  }

  /** What a clock shows, as the policy writes durations; `in_state` by the id of the rule. */
  shows(clock: Exclude<ClockName, 'in_state'> | { readonly rule: string }): string {
    const found =
      typeof clock === 'string'
        ? rule({ clock })
        : this.policy.profiles.flatMap(({ rules }) => rules).find(({ id }) => id === clock.rule);
    if (found === undefined) throw new Error('no such rule');
    return formatDuration(measure(this.state(), found, this.now));
  }

  lastSign(): string {
    const { sign: lastSign } = this.state().episode;
    return lastSign === undefined ? 'none' : `${lastSign.kind} ${asClockTime(lastSign.at)}`;
  }

  eventsOf(kind: TrackingEvent['kind']): string[] {
    return this.events.filter((event) => event.kind === kind).map(({ at }) => asClockTime(at));
  }

  /**
   * Carries out what the verdict of the last sweep calls for, and reads back, unless the service crashes before, or the
   * platform does not answer. It may be without effect, be refused, or fail after the queue was left.
   */
  logOff(
    how: {
      readonly effect?: 'works' | 'none' | 'refused' | 'off_queue';
      readonly due?: Partial<Due>;
      readonly crash?: boolean;
      readonly unread?: boolean;
    } = {},
  ): this {
    const verdict = this.verdict();
    if (verdict.due === undefined)
      throw new Error(`nothing is due at ${asClockTime(this.now)}: ${verdict.reason}`);
    const due = { ...verdict.due, ...how.due };
    const began = this.now;
    const { returns } = profileOf(this.agent, this.policy) ?? profile();
    const former = { ...this.#shown };
    this.put(beginLogoff(this.state(), began, due, returns));
    this.logoffs.push({ at: asClockTime(began), rule: due.ruleId, rung: due.rung, actions: due.actions });
    if (how.effect === 'refused') {
      return this.put(endLogoff(finishLogoff(this.state(), began + 2 * SECOND, []), began + 2 * SECOND));
    }
    if (how.effect !== 'none')
      this.#carryOut(began, how.effect === 'off_queue' ? ['off_queue'] : due.actions);
    if (how.crash === true) return this;
    if (how.effect === 'off_queue') {
      return this.put(
        endLogoff(finishLogoff(this.state(), began + 3 * SECOND, ['off_queue']), began + 3 * SECOND),
      );
    }
    const performed = due.actions.filter((each) => each !== 'off_queue' || former.routing !== 'OFF_QUEUE');
    this.put(finishLogoff(this.state(), began + 3 * SECOND, performed));
    if (how.unread === true) return this;
    if (how.effect !== 'none') this.#comeBack(former, began + 2 * SECOND, due.actions);
    this.#look(began + 5 * SECOND);
    if (how.effect === 'none') this.put(endLogoff(this.state(), began + 6 * SECOND));
    return this;
  }

  /** Replaces the state, as the enforcer does around a log-off. */
  put(state: AgentState): this {
    this.#state = deepFreeze(state);
    this.#stored = JSON.stringify(state);
    return this;
  }

  #carryOut(at: Instant, actions: readonly Action[]): void {
    if (actions.includes('off_queue') && this.#shown.routing !== 'OFF_QUEUE') {
      this.#shown.routing = 'OFF_QUEUE';
      this.#shown.routingSince = at + SECOND;
      if (this.#shown.presence === 'ON_QUEUE' && !this.#leavesPresence)
        this.#apply(at + SECOND, { presence: 'AVAILABLE' });
    }
    if (actions.includes('offline')) this.#apply(at + 2 * SECOND, { presence: 'OFFLINE' });
  }

  #comeBack(former: Shown, goneAt: Instant, actions: readonly Action[]): void {
    const browser = this.#browser;
    if (browser === undefined) return;
    const answers = actions.includes('revoke_tokens') || browser.answersOffline === true;
    if (!answers && browser.idlesOut === undefined) return;
    const endedAt = answers ? goneAt : (this.#shown.token ?? 0) + duration(browser.idlesOut ?? '0s');
    const at = endedAt + duration(browser.after);
    const token = browser.movesToken ? { token: asClockTime(at - SECOND) } : {};
    const { presence, routing } = browser.restores
      ? former
      : { presence: 'AVAILABLE' as const, routing: undefined };
    const queue = routing === undefined || routing === 'OFF_QUEUE' ? {} : { routing };
    this.#pending.push({ at, change: { presence, ...queue, ...token } });
  }

  #runWhile(more: () => boolean): void {
    while (more()) {
      const at = this.#next;
      this.#next += this.#every;
      if (this.#unswept.some(({ from, to }) => at > from && at < to)) continue;
      if (at <= this.now && this.#last !== undefined) continue;
      this.#look(at);
      if (this.#enforcing && this.verdict().due?.mode === 'enforce') this.logOff();
    }
  }

  #flush(upTo: Instant): void {
    const due = this.#pending.filter(({ at }) => at <= upTo).sort((a, b) => a.at - b.at);
    this.#pending = this.#pending.filter(({ at }) => at > upTo);
    for (const { at, change } of due) this.#apply(at, change);
  }

  #apply(at: Instant, change: Change): void {
    const s = this.#shown;
    if (change.presence !== undefined || change.presenceId !== undefined) {
      s.presence = change.presence ?? s.presence;
      s.presenceId = change.presenceId;
      s.presenceSince = at;
    }
    if (change.routing !== undefined) {
      s.routing = change.routing;
      s.routingSince = at;
    }
    if (change.asIs !== true) this.#takeAlong(at, change);
    s.talks = change.talks ?? s.talks;
    s.calls = change.calls ?? s.calls;
    if (change.token !== undefined) s.token = clockTime(change.token);
    if (change.presenceSince !== undefined) s.presenceSince = clockTime(change.presenceSince);
    if (change.routingSince !== undefined) s.routingSince = clockTime(change.routingSince);
  }

  /** The part that a change does not name follows it: the presence a moment before the queue. */
  #takeAlong(at: Instant, { presence, routing }: Change): void {
    const s = this.#shown;
    const known = s.presence !== 'UNKNOWN' && s.routing !== 'UNKNOWN';
    if (!known || !areContradictory(s.presence as SystemPresence, s.routing as RoutingStatus)) return;
    if (presence !== undefined && routing === undefined) {
      s.routing = presence === 'ON_QUEUE' ? 'IDLE' : 'OFF_QUEUE';
      s.routingSince = at;
    } else if (routing !== undefined && presence === undefined) {
      s.presence = routing === 'IDLE' ? 'ON_QUEUE' : 'AVAILABLE';
      s.presenceSince = at - 1;
    }
  }

  #look(at: Instant): void {
    this.#flush(at);
    this.now = at;
    const o = this.#observe(at);
    this.#last = o;
    const clockJumped = this.#jumps.has(at);
    const context = {
      agent: this.agent,
      exempt: this.policy.exempt,
      labels: this.policy.labels,
      profile: profileOf(this.agent, this.policy),
      usualInterval: this.#every,
      clockJumped,
      nativeTimeouts: this.#nativeTimeouts,
      stay: this.#stay,
    };
    const tracked = track(this.#state, o, context);
    const stored = this.#stored === undefined ? undefined : (JSON.parse(this.#stored) as AgentState);
    const again = track(stored, o, context);
    if (!isDeepStrictEqual(plain(tracked), plain(again))) {
      throw new Error(`a state that was stored and loaded behaves otherwise at ${asClockTime(at)}`);
    }
    if (tracked === undefined) return;
    this.put(tracked.state);
    this.events.push(...tracked.events);
  }

  #observe(at: Instant): Observation {
    const s = this.#shown;
    const lacks = (part: Part): boolean =>
      this.#lacking.some((span) => span.part === part && at >= span.from && at <= span.to);
    return {
      agentId: this.agent.id,
      at,
      presence: lacks('presence')
        ? undefined
        : {
            system: s.presence,
            definitionId: s.presenceId,
            since: lacks('presenceSince') ? undefined : s.presenceSince,
          },
      routing: lacks('routing')
        ? undefined
        : { status: s.routing, since: lacks('routingSince') ? undefined : s.routingSince },
      conversations: lacks('conversations') ? undefined : { contactCentre: s.talks, enterprise: s.calls },
      tokenIssuedAt: lacks('token') ? undefined : s.token,
      missing: lacks('groups') ? ['groups'] : [],
    };
  }
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** Freezes plain data through and through. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
