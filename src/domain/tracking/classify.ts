/**
 * classify(state, comparison) -> changes: what one reading means. The rule of thumb is "protect": only changes that are known
 * to come from a desktop, a browser, a departure or the enforcer itself are no signs. What each change does to the state
 * stands in `transitions.ts`.
 */
import type { Returns } from '../policy/policy.ts';
import { HOUR, type Duration, type Instant } from '../time/time.ts';
import { arrived, bounced, departed, hiddenDeparture, isBrought, isHiddenBounce } from './absences.ts';
import { dateOf, fits, samePresence, type Comparison } from './compare.ts';
import { beforeSuspect, mayBeBounce } from './doubts.ts';
import { OWN_STAMP_TOLERANCE } from './reading.ts';
import { isDoneKnown, silentReturnOf, type AgentState, type Logoff, type Snapshot } from './state.ts';
import { beginning, type Change } from './transitions.ts';

/** So long after a call outside the contact centre a gap may hide another: the length of a long shift. */
const OUTSIDE_CALLS_EXPECTED_FOR: Duration = 12 * HOUR;

const NOTHING_NEW: readonly Change[] = [{ kind: 'no_sign', movedAt: undefined }];
const EXPLAINED: readonly Change[] = [{ kind: 'explained' }];

/** What a reading means, in the order in which it is to be applied. */
export function classify(s: AgentState, c: Comparison, returns: Returns): readonly Change[] {
  const gap = c.inGap ? gapOf(s, c) : undefined;
  const changes = changesOf(s, c, returns);
  const interaction = interactionOf(s, c, changes);
  return [gap ?? [], changes, interaction ?? []].flat();
}

/**
 * An unwatched span. Most signs in it have left a stamp; a call outside the contact centre leaves none, and a stamp, or the
 * token of a login that moved nothing else, may be kept back.
 */
function gapOf({ seenAt, outsideCallAt }: AgentState, { hides, latest }: Comparison): Change {
  const span = { from: seenAt, to: latest };
  if (hides === 'stamp') return { kind: 'gap_hiding_stamp', span };
  const mayCall = outsideCallAt !== undefined && seenAt - outsideCallAt <= OUTSIDE_CALLS_EXPECTED_FOR;
  return { kind: hides === 'login' || mayCall ? 'gap_hiding_sign' : 'gap', span };
}

/** An interaction is a sign for as long as it lasts, and its end starts the clocks. */
function interactionOf(
  { session }: AgentState,
  { conversations, routing, latest, outsideCall }: Comparison,
  changes: readonly Change[],
): Change | undefined {
  if (session.kind !== 'engaged') {
    if (conversations !== 'engaged') return undefined;
    return beginning(routing.changed ? Math.min(routing.at, latest) : latest, outsideCall);
  }
  if (conversations === 'free') {
    // The routing status dates the end of contact-centre work; a call outside it ends without a stamp.
    const at = routing.changed && !session.outside ? routing.at : latest;
    return { kind: 'interaction_ended', sign: { kind: 'interaction', at } };
  }
  // Back in the middle of an interaction: the agent handles it, also where the summary does not say so.
  const isBack = changes.some(({ kind }) => kind === 'returned' || kind === 'logged_in');
  return isBack ? beginning(latest, outsideCall || session.outside, session.since) : undefined;
}

function changesOf(s: AgentState, c: Comparison, returns: Returns): readonly Change[] {
  const { shown, presence, routing, newToken, inGap } = c;
  if (!presence.moved && !routing.moved && newToken === undefined) return NOTHING_NEW;
  const wasOffline = s.last.presence === 'OFFLINE';
  if (shown.presence === 'OFFLINE') return wasOffline ? NOTHING_NEW : departed(s, c, returns);
  if (wasOffline) return arrived(s, c, returns);
  const hidden = hiddenDeparture(s.logoff, c, returns);
  if (hidden !== undefined) return arrived(s, c, returns, hidden);
  if (isOwnEffect(s.logoff, c)) return EXPLAINED;
  // Neither a bounce between two readings nor what a return brings with it is read out of a gap.
  if (inGap) return signOrNone(s, c, returns);
  if (isHiddenBounce(s, c, returns)) return bounced(s, c, returns);
  return isBroughtLater(s, c) ? EXPLAINED : signOrNone(s, c, returns);
}

function isBroughtLater(s: AgentState, c: Comparison): boolean {
  const silent = silentReturnOf(s);
  return silent !== undefined && isBrought(c, silent.former, silent.earliest);
}

/**
 * Whether everything that moved is what leaving the queue for the agent, and perhaps putting their presence back, leaves
 * behind. It must be known that we did: where the log-off broke off the change may be a person's, and that protects.
 */
function isOwnEffect(logoff: Logoff | undefined, { shown, presence, routing }: Comparison): boolean {
  if (logoff === undefined || !isDoneKnown(logoff) || !logoff.done.includes('off_queue')) return false;
  if (!presence.moved && !routing.moved) return false;
  const [from, to] = [logoff.from - OWN_STAMP_TOLERANCE, logoff.to + OWN_STAMP_TOLERANCE];
  const presenceFits = shown.presence === 'AVAILABLE' || samePresence(shown, logoff.former);
  const routingFits = shown.routing === 'OFF_QUEUE' || shown.routing === logoff.former.routing;
  return fits(presence, presenceFits, from, to) && fits(routing, routingFits, from, to);
}

/** What a difference is in ordinary times: the later sign where both parts changed. */
function signOrNone(s: AgentState, c: Comparison, returns: Returns): readonly Change[] {
  const { last, seenAt } = s;
  const { presence, routing, newToken, inGap, latest } = c;
  // In doubt the earlier instant: only what surely belongs to a departure is taken back with it.
  const earliest = [presence, routing].map((part) => (part.moved ? part.earliest : Infinity));
  const movedAt = Math.min(...earliest);
  const presenceAt = isPresenceSign(c) ? presence.at : -Infinity;
  const routingAt = isRoutingSign(last, c) ? routing.at : -Infinity;
  const at = Math.max(presenceAt, routingAt);
  if (at > -Infinity)
    return [
      {
        kind: 'sign',
        sign: { kind: routingAt > presenceAt ? 'routing' : 'presence', at },
        movedAt,
        before: mayBeBounce(s, c) ? beforeSuspect(s, c, 'bounce', bounced(s, c, returns), false) : undefined,
      },
    ];
  if (!inGap) return movedAt < Infinity ? [{ kind: 'no_sign', movedAt }] : NOTHING_NEW;
  if (newToken === undefined) return NOTHING_NEW;
  // A newer token alone shows a login that was not seen. While watched it is a browser's; in a gap the agent may have been away
  // for longer than the window and come back in person, to the presence of before.
  const loginAt: Instant = dateOf(newToken, seenAt, latest);
  return [{ kind: 'logged_in_unwatched', sign: { kind: 'login', at: loginAt } }];
}

function isPresenceSign({ presence, shown, inGap }: Comparison): boolean {
  return presence.restamped || (presence.changed && (inGap || shown.presence !== 'IDLE'));
}

function isRoutingSign(last: Snapshot, { routing, shown, inGap }: Comparison): boolean {
  if (!routing.changed) return routing.restamped;
  // The cause was not observed: any change in a gap protects.
  return (
    inGap || last.routing === 'OFF_QUEUE' || last.routing === 'NOT_RESPONDING' || shown.routing === 'IDLE'
  );
}
