/** What an explanation tells of evidence: which change is in question, what was asked about it, and what followed. Pure. */
import {
  isBelieved,
  RIGHT_TO_BE_BELIEVED,
  standingOf,
  type EvidenceSource,
  type SourceStanding,
} from '../../domain/evidence/calibration.ts';
import type { Answer } from '../../domain/evidence/timeline.ts';
import { EVIDENCE_WINDOW } from '../../domain/tracking/absences.ts';
import { openSuspect } from '../../domain/tracking/suspects.ts';
import type { AgentState, Suspect } from '../../domain/tracking/state.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { SystemPresence } from '../../domain/agent.ts';
import { lower } from './words.ts';
import type { SourcesKnown } from '../shared/evidence-words.ts';
import type { Times } from '../shared/times.ts';

/** A change that counts as a person's, until evidence says otherwise. */
export interface OpenChange {
  readonly kind: Suspect['kind'];
  readonly changedAt: Instant;
  readonly presence: SystemPresence;
  /** From then on it stays what it is. */
  readonly until: Instant;
}

/** What a source said last, and whether it was believed then. */
export interface LastAnswer {
  readonly changedAt: Instant;
  readonly at: Instant;
  readonly source: EvidenceSource;
  readonly answer: Answer['kind'];
  readonly used: boolean;
}

/** How a source stands, and how many log-offs of ours it has shown rightly since it was wrong last. */
export interface SourceShown {
  readonly standing: SourceStanding;
  readonly right: number;
}

/** The part of an explanation that is about evidence. */
export interface EvidenceShown {
  readonly open: OpenChange | undefined;
  readonly last: LastAnswer | undefined;
  readonly sources: Readonly<Record<EvidenceSource, SourceShown>>;
}

/** What memory holds of evidence, and who could be asked. */
export function evidenceOf(
  memory: AgentState | undefined,
  { known, asked }: SourcesKnown,
  now: Instant,
): EvidenceShown {
  const note = memory?.evidence;
  const source = (name: EvidenceSource): SourceShown => {
    const standing = standingOf(known[name], asked?.includes(name) ?? true);
    return { standing, right: known[name].right };
  };
  return {
    sources: { timeline: source('timeline'), push: source('push'), sign_ins: source('sign_ins') },
    open: memory && openOf(memory, now),
    last: note && {
      ...{ changedAt: note.stamp, at: note.at, source: note.source, answer: note.answer },
      used: note.isUsed,
    },
  };
}

function openOf(memory: AgentState, now: Instant): OpenChange | undefined {
  const found = openSuspect(memory);
  if (found === undefined) return undefined;
  const { before, suspect } = found;
  const until = before.at + EVIDENCE_WINDOW;
  if (now > until) return undefined;
  return { kind: suspect.kind, changedAt: suspect.stamp, presence: suspect.shown, until };
}

/** In sentences; none where nothing was ever in question. */
export function evidenceSentences({ open, last, sources }: EvidenceShown, times: Times): readonly string[] {
  if (open === undefined) return last === undefined ? [] : [closedSentence(last, times)];
  const answer = last?.changedAt === open.changedAt ? last : undefined;
  return [
    openSentence(open, times),
    ...(answer === undefined ? unaskedSentences(open, sources) : answerSentences(answer, sources, times)),
  ];
}

function openSentence({ kind, changedAt, presence, until }: OpenChange, times: Times): string {
  const change = `The change to ${lower(presence)} at ${times.exact(changedAt)}`;
  const doubt =
    kind === 'bounce'
      ? 'a browser may have made it whose session the native timeout had ended'
      : 'a browser may have made it after our quiet Offline';
  return `${change} counts as a sign of a person, although ${doubt}: no newer token tells the two apart. Evidence may tell until ${times.exact(until)}; then the sign stands.`;
}

/** After our quiet Offline the presence history is the same either way. */
const CAN_TELL: Readonly<Record<Suspect['kind'], readonly EvidenceSource[]>> = {
  bounce: ['timeline', 'push', 'sign_ins'],
  click: ['sign_ins'],
};

function unaskedSentences({ kind }: OpenChange, sources: EvidenceShown['sources']): readonly string[] {
  const able = CAN_TELL[kind].map((source) => ({ source, standing: sources[source].standing }));
  const open = able.filter(({ standing }) => standing !== 'off' && standing !== 'refused');
  if (open.length > 0) return [`Not asked about it yet: ${open.map(({ source }) => source).join(', ')}.`];
  const words = able.map(
    ({ source, standing }) => `${source} ${standing === 'off' ? 'is switched off' : 'may not be asked'}`,
  );
  return [`No source that could tell is asked: ${words.join(', ')}.`];
}

const OF_PRESENCE = 'has holes or contradicts what was seen';
/** Why an answer decides nothing, after "what it shows" and "what it showed". */
const UNDECIDED: Readonly<Record<EvidenceSource, string>> = {
  timeline: OF_PRESENCE,
  push: OF_PRESENCE,
  sign_ins: 'may be of another user, or of one of many sign-ins',
};

const SAID: Readonly<Record<'bounce' | 'person', string>> = {
  bounce: 'that a browser, and no person, made it',
  person: 'that a person made it',
};

function answerSentences(
  { source, answer, at }: LastAnswer,
  sources: EvidenceShown['sources'],
  times: Times,
): readonly string[] {
  const asked = `${source} was asked at ${times.exact(at)}`;
  if (answer === 'none')
    return [`${asked} and does not show the change yet: it is asked again after the next sweep.`];
  if (answer === 'undecided')
    return [`${asked}, and what it shows ${UNDECIDED[source]}: it decides nothing.`];
  const { right } = sources[source];
  const trial = isBelieved({ right })
    ? 'It was not believed then'
    : `It is not believed yet (${right} of ${RIGHT_TO_BE_BELIEVED} log-offs of ours shown rightly)`;
  return [
    `${asked} and says ${SAID[answer]}. ${trial}: the answer is counted and not used, and the sign stands.`,
  ];
}

/** What came of a change that is not in question any more. */
function closedSentence({ changedAt, at, source, answer, used }: LastAnswer, times: Times): string {
  const change = `the change of ${times.exact(changedAt)}`;
  if (answer === 'none' || answer === 'undecided') {
    const what =
      answer === 'none' ? 'did not show it' : `decided nothing, for what it showed ${UNDECIDED[source]}`;
    return `${source} was asked about ${change} and ${what} (last at ${times.exact(at)}): it stays a sign of a person.`;
  }
  const who = answer === 'bounce' ? 'a browser, and no person,' : 'a person';
  const said = `${source} ${used ? 'showed' : 'said'} at ${times.exact(at)} that ${who} made ${change}`;
  if (!used)
    return `${said}. It was not believed yet: the answer was counted and not used, and the sign stood.`;
  if (answer === 'person') return `${said}: the sign stood.`;
  return `${said}: it counts as a return of the browser, and the clocks of before it went on.`;
}
