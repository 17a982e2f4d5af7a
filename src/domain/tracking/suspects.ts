/**
 * Changes that a browser or a person may have made. They count as a person's at once, which protects. For ten minutes evidence may
 * say otherwise: then the episode of before comes back, and the change is the silent return that it was.
 */
import type { Answer } from '../evidence/timeline.ts';
import type { Returns } from '../policy/policy.ts';
import type { Instant, Interval } from '../time/time.ts';
import { isWorking, silentReturnOf, withoutSuspects } from './state.ts';
import { apply, eventOf } from './transitions.ts';
import type {
  AgentState,
  Checkpoint,
  Episode,
  EvidenceNote,
  Session,
  Suspect,
  TrackingEvent,
} from './state.ts';

/** A suspect change, with how things stood before it. */
export interface OpenSuspect {
  readonly before: Checkpoint;
  readonly suspect: Suspect;
}

/** The newest change that evidence may still explain; earlier ones wait behind it, for a sign that stands keeps all of them. */
export function openSuspect({ undo }: Pick<AgentState, 'undo'>): OpenSuspect | undefined {
  const before = undo.findLast(({ suspect }) => suspect !== undefined);
  return before?.suspect === undefined ? undefined : { before, suspect: before.suspect };
}

/** When the look before the oldest change was taken that evidence may still explain: what is told must reach back so far. */
export function suspectSince({ undo }: Pick<AgentState, 'undo'>): Instant | undefined {
  return undo.find(({ suspect }) => suspect !== undefined)?.suspect?.before;
}

/** The state and its news after evidence. */
export interface Answered {
  readonly state: AgentState;
  readonly events: readonly TrackingEvent[];
}

/**
 * Takes in what a believed source says of the open suspect. A bounce gives back the episode of before, as if the return had been
 * seen: no clock shows more than it would then. A person's choice confirms the sign, and with it all signs before.
 */
export function withAnswer(s: AgentState, answer: Answer, returns: Returns): Answered {
  const open = openSuspect(s);
  if (open === undefined || answer.kind === 'none' || answer.kind === 'undecided')
    return { state: s, events: [] };
  if (answer.kind === 'person') return { state: { ...s, undo: withoutSuspects(s.undo) }, events: [] };
  const { before, suspect } = open;
  const change = { kind: 'returned', ...seenReturn(suspect, answer.offline) } as const;
  const rewound: AgentState = {
    ...s,
    session: sessionBefore(before),
    episode: givenBack(s.episode, before, suspect),
  };
  const event = suspect.isTold ? undefined : eventOf(rewound, change, s.last.tokenAt);
  const undo = s.undo.slice(0, s.undo.indexOf(before));
  const state = withLaterReturn(apply(rewound, change, returns), s);
  return { state: { ...state, undo }, events: event === undefined ? [] : [event] };
}

/** A later bounce that was given back first stays the newest return, and its grace goes on. */
function withLaterReturn(state: AgentState, { session, episode }: AgentState): AgentState {
  const later = silentReturnOf({ session });
  if (later === undefined || later.at <= (silentReturnOf(state)?.at ?? -Infinity)) return state;
  const graceFrom = Math.max(state.episode.graceFrom ?? -Infinity, episode.graceFrom ?? -Infinity);
  return { ...state, session, episode: { ...state.episode, graceFrom } };
}

function sessionBefore({ silent }: Checkpoint): Session {
  return silent === undefined ? { kind: 'online' } : { kind: 'returned', silent };
}

/** The return with the Offline that the source shows, where it shows one. */
function seenReturn({ instead }: Suspect, offline: Interval | undefined): Suspect['instead'] {
  if (offline === undefined) return instead;
  const { departure, silent } = instead;
  const delay = Math.max(0, silent.at - offline.from);
  return { ...instead, departure: { ...departure, at: offline.from }, silent: { ...silent, delay } };
}

/** The former episode, with what has come since and is no sign: work that ended, conditions that broke, what was counted. */
function givenBack(now: Episode, before: Checkpoint, { after }: Suspect): Episode {
  const { episode: former, shown } = before;
  // The agent stood on queue until the bounce, and a queue that a return restored is no work.
  const workedTo = isWorking({ session: sessionBefore(before), last: shown }) ? after : -Infinity;
  const inState = Object.entries(now.clocks.inState).map(([key, since]) => {
    const held = former.clocks.inState[key];
    // Begun with the suspect change, and not later: without it the condition would have held on.
    return [key, held !== undefined && since <= after ? held : since] as const;
  });
  return {
    ...former,
    clocks: {
      sinceSign: former.clocks.sinceSign,
      sinceWork: Math.max(now.clocks.sinceWork, former.clocks.sinceWork, workedTo),
      inState: Object.fromEntries(inState),
    },
    observedRules: [...new Set([...former.observedRules, ...now.observedRules])],
    warnedAt: { ...former.warnedAt, ...now.warnedAt },
    ...(now.promised && { promised: { ...former.promised, ...now.promised } }),
  };
}

/** Notes what a source said last, for `explain`. The same object where that is no news. */
export function noteEvidence(s: AgentState, note: EvidenceNote): AgentState {
  const { evidence: known } = s;
  const isSame = known?.stamp === note.stamp && known.source === note.source && known.answer === note.answer;
  return isSame && known.isUsed === note.isUsed ? s : { ...s, evidence: note };
}
