/**
 * Going and coming back. A return within the window continues the same idle episode and stays silent until a sign
 * follows; a later one is a login, which starts the clocks anew.
 */
import { addSpan } from './clocks.ts';
import { placeOf, rulesJudgeAgain } from '../judging/ladder.ts';
import {
  withEpisode,
  type Departure,
  type LadderPlace,
  type Memory,
  type MemoryEvent,
  type OwnLogoff,
  type Return,
  type State,
} from './memory.ts';
import { broughtByReturn, isMoved, isNewer, TOGETHER } from './signs.ts';
import { applySign, type Step, type Transition } from './step.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../time/time.ts';

/** Our log-off's own times are taken a little before and after the platform's. */
const SLACK: Duration = 3 * SECOND;
/** A client that asserts its presence does so within seconds: an Offline of ours that stood longer than this was not undone. */
const QUIET_OFFLINE_HELD_AFTER: Duration = 5 * MINUTE;

/**
 * The agent went Offline. Changes of the last minute belong to the departure: the signs read from them are taken back.
 * An interaction is never taken back, nor is anything when the departure is our own doing: the change was not part of it.
 */
export function depart(m: Memory, step: Step): Memory {
  const at = step.d.presence.at;
  const own = ownDeparture(m, step, at);
  const first = own === undefined ? m.recent.find((before) => before.at >= at - TOGETHER) : undefined;
  const departure = departureOf(m, step, own, first?.state);
  const gone: Memory = { ...m, departure, recent: [], own: closed(m.own) };
  // The time before was not watched: an agent who was there until then must not get back the clocks of before the gap.
  if (step.inGap && own === undefined) return personSince(gone, at).memory;
  if (first === undefined) return gone;
  // Spans are kept from now: they reach back as far as the older clocks need, and gaps since then must not be lost.
  const clocks = { ...first.episode.clocks, unwatched: m.clocks.unwatched };
  return withEpisode(gone, { ...first.episode, clocks });
}

function departureOf(
  m: Memory,
  { d }: Step,
  own: OwnLogoff | undefined,
  stateBefore: State | undefined,
): Departure {
  // In doubt the earlier instant: an absence that is taken for a short one would make a silent return of a login.
  const { from } = d.presence;
  const former = stateBefore ?? m.state;
  if (own === undefined) return { at: from, by: 'platform', quiet: false, tokenAt: m.tokenAt, former };
  const at = Math.max(from, own.from);
  return { at, by: 'enforcer', quiet: leftSessionAlone(own), tokenAt: own.tokenAt, former: own.former };
}

/** Whether the tokens were left, or may have been: after a crash in the middle it is unknown how far it came. */
function leftSessionAlone({ actions, known }: OwnLogoff): boolean {
  return known !== true || !actions.includes('revoke_tokens');
}

function closed(own: OwnLogoff | undefined): OwnLogoff | undefined {
  return own === undefined ? undefined : { ...own, open: false };
}

/** The log-off of ours that this departure is the effect of: begun before, not long ago, and not answered by another. */
function ownDeparture(m: Memory, step: Step, at: Instant): OwnLogoff | undefined {
  const { own } = m;
  if (own === undefined || at < own.from - SLACK || at > own.to + step.returns.window) return undefined;
  // While nothing of it has been seen, no departure was its effect, however close an earlier one lies.
  const answered = !own.open && m.departure !== undefined && m.departure.at >= own.from - SLACK;
  return answered ? undefined : own;
}

/**
 * Our own log-off took effect and the agent was back before anyone looked: the memory as it would be had the departure
 * been seen. `undefined` when nothing shows that the agent left.
 */
export function leftUnseen(m: Memory, step: Step): Memory | undefined {
  const { own } = m;
  if (own?.open !== true) return undefined;
  if (!showsEffect(own, step)) return undefined;
  const departure: Departure = {
    // In doubt the earlier instant, as for every departure.
    at: Math.min(own.from, returnTime(step)),
    by: 'enforcer',
    quiet: leftSessionAlone(own),
    tokenAt: own.tokenAt,
    former: own.former,
  };
  return { ...m, departure, own: { ...own, open: false } };
}

/** Whether the look shows that a log-off of which nothing was seen has been answered. */
function showsEffect(own: OwnLogoff, { o, d, seen, returns, inGap }: Step): boolean {
  const since = own.from - SLACK;
  // A presence that moved after a crash may as well be a person's choice: only a new login shows that the agent was gone.
  const inTime = inGap || seen <= own.to + returns.window;
  const sure = inTime && own.known === true && own.actions.includes('offline');
  if (sure && isMoved(d.presence) && d.presence.at >= since) return true;
  const token = o.tokenIssuedAt;
  return own.actions.includes('revoke_tokens') && isNewer(token, own.tokenAt) && token >= since;
}

/** When the agent came back: the presence's stamp, or the new token's where the presence never moved. */
function returnTime({ o, d, seen }: Step): Instant {
  if (isMoved(d.presence)) return d.presence.at;
  return Math.min(o.tokenIssuedAt ?? seen, seen);
}

/** The agent is no longer Offline: a login, the person's one click, or a silent return. */
export function noteReturn(before: Memory, step: Step): Transition {
  const departure = before.departure ?? unknownDeparture(before);
  const at = Math.max(returnTime(step), departure.at);
  const delay = at - departure.at;
  const m = withQuietStood(
    before,
    departure,
    delay > Math.min(step.returns.window, QUIET_OFFLINE_HELD_AFTER),
  );
  const clicked =
    departure.quiet &&
    step.o.presence.system === 'AVAILABLE' &&
    !isNewer(step.o.tokenIssuedAt, departure.tokenAt);
  if (delay > step.returns.window) {
    if (!endedByPlatform(m, departure, step)) return login(m, departure, at, delay, clicked);
    return comeBack(m, step, { ...departure, by: 'platform', quiet: false }, at, undefined);
  }
  const returned = comeBack(m, step, departure, at, delay);
  if (!clicked) return returned;
  const sign = personSince(returned.memory, at);
  return { ...sign, events: [...returned.events, ...sign.events] };
}

/** Notes how our own quiet Offline, which is over now, has served. */
function withQuietStood(m: Memory, { by, quiet }: Departure, quietStood: boolean): Memory {
  if (m.ladder === undefined || by !== 'enforcer' || !quiet) return m;
  return { ...m, ladder: { ...m.ladder, quietStood } };
}

/**
 * Whether the platform's own timeout, and not a person, stands behind an arrival after our quiet Offline. That Offline left
 * the session alone, so a person who is there clicks once and needs no login. Where the browser itself had opened the
 * session, a login within the window after the idle time is attributed to the browser: the hidden departure ended the session. It idles
 * from its token's date on, or from the Offline, should the client have answered that with a request.
 */
function endedByPlatform(m: Memory, { at, by, quiet, tokenAt: opened }: Departure, step: Step): boolean {
  const { o, d, returns, context, inGap } = step;
  const token = o.tokenIssuedAt;
  if (inGap || by !== 'enforcer' || !quiet || opened === undefined || token === undefined) return false;
  // While a return is silent there has been no sign of a person: a token of then or later is the browser's own.
  if (m.back === undefined || opened < m.back.at - TOGETHER) return false;
  if (d.presence.from > token + TOGETHER) return false;
  return context.nativeTimeouts.some((timeout) =>
    [opened, at].some((idle) => {
      const after = token - (idle + timeout);
      return after >= -SLACK && after <= returns.window;
    }),
  );
}

/** Offline since before anyone looked. */
function unknownDeparture(m: Memory): Departure {
  return { at: m.seenAt, by: 'platform', quiet: false, tokenAt: m.tokenAt, former: m.state };
}

/** Away for longer than the window: all clocks start anew. The place on the ladder is kept, but the rules judge. */
function login(m: Memory, departure: Departure, at: Instant, delay: Duration, clicked: boolean): Transition {
  const fresh: Memory = {
    ...m,
    clocks: { ...m.clocks, sinceSign: at, sinceWork: at, inState: {} },
    back: undefined,
    recent: [],
    graceFrom: undefined,
    ladder: rulesJudgeAgain(m.ladder),
  };
  const signed = applySign(fresh, { kind: clicked ? 'presence' : 'login', at });
  const own = departure.by === 'enforcer';
  return { ...signed, events: [{ kind: 'late_return', at, delay, own }, ...signed.events] };
}

/** A bounce through Offline between two looks, dated by the new token. */
export function bounce(m: Memory, step: Step): Transition {
  const departure: Departure = {
    at: Math.max(m.seenAt, Math.min(step.o.tokenIssuedAt ?? step.seen, step.d.presence.at)),
    by: 'platform',
    quiet: false,
    tokenAt: m.tokenAt,
    former: m.recent.find((before) => before.at >= step.d.presence.at - TOGETHER)?.state ?? m.state,
  };
  return comeBack({ ...m, departure }, step, departure, step.d.presence.at, undefined);
}

/** A return within the window. Silent, unless something shows that no return brings with it. */
function comeBack(
  m: Memory,
  step: Step,
  departure: Departure,
  at: Instant,
  delay: Duration | undefined,
): Transition {
  const from = Math.max(departure.at, Math.min(at, step.d.presence.from));
  const back: Return = { at, from, delay, former: departure.former, tokenAt: step.o.tokenIssuedAt };
  // A place that was forgotten before this return is not brought back by it.
  const place = placeOf(m, step.returns, at);
  const ladder = place?.active === true ? returnedTo(place, at) : place;
  const memory: Memory = {
    ...m,
    back,
    ladder,
    departure,
    recent: [],
    graceFrom: graceStart(m, step, at),
    clocks: { ...m.clocks, unwatched: addSpan(m.clocks.unwatched, { from: departure.at, to: at }) },
  };
  const event = returnOf(departure, back);
  if (broughtByReturn(step.o, step.d, departure.former, at))
    return { memory, events: [event], explained: true };
  const signed = personSince(memory, Math.max(at, step.d.presence.at));
  return { ...signed, events: [event, ...signed.events] };
}

function returnOf(
  { by, quiet, tokenAt: before }: Departure,
  { at, delay, tokenAt: after }: Return,
): MemoryEvent {
  const tokenMoved = before === undefined || after === undefined ? undefined : isNewer(after, before);
  return { kind: 'silent_return', at, delay, own: by === 'enforcer', quiet, tokenMoved };
}

/** A return after the answer calls for the next one; one before it changes nothing. */
function returnedTo(place: LadderPlace, at: Instant): LadderPlace {
  if (place.returnedAt !== undefined) return place;
  // Who is back past an ended session may have had to log in: a person, who is not hurried by a quiet answer.
  const quietStood = place.quietStood === true && place.ssoEnd === undefined;
  return { ...place, returnedAt: at, ssoEnd: undefined, quietStood };
}

/** A person and no browser: the Offline between breaks what a condition held before. */
function personSince(m: Memory, at: Instant): Transition {
  return applySign({ ...m, clocks: { ...m.clocks, inState: {} } }, { kind: 'presence', at });
}

/**
 * From when grace runs. A browser that bounces more often than grace lasts would put an absent person out of reach for
 * good: a return that follows hard on the grace of another opens no new one.
 */
function graceStart(m: Memory, step: Step, at: Instant): Instant {
  const { grace } = step.returns;
  const { usualInterval } = step.context;
  if (m.graceFrom !== undefined && at < m.graceFrom + grace + 2 * usualInterval) return m.graceFrom;
  return at;
}
