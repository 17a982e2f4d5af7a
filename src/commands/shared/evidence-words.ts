/** Sources of evidence in sentences, for `status` and `doctor`: whether they are asked, and what came of it. */
import {
  EVIDENCE_SOURCES,
  RIGHT_TO_BE_BELIEVED,
  standingOf,
  type EvidenceSource,
  type SourceFacts,
  type SourceStanding,
} from '../../domain/evidence/calibration.ts';
import { ANSWERS, type Answer } from '../../domain/evidence/timeline.ts';
import type { Times } from './times.ts';

/** What is known of each source, and which ones the policy asks; `undefined` where it cannot be read. */
export interface SourcesKnown {
  readonly known: Readonly<Record<EvidenceSource, SourceFacts>>;
  readonly asked: readonly EvidenceSource[] | undefined;
}

/** One sentence for each source. */
export function sourceSentences({ known, asked }: SourcesKnown, times: Times): readonly string[] {
  return EVIDENCE_SOURCES.map((source) => {
    const isOn = asked?.includes(source) ?? true;
    return `${source}: ${sourceWords(known[source], isOn, times)}.`;
  });
}

/** How one source stands, without a full stop. */
export function sourceWords(facts: SourceFacts, isOn: boolean, times: Times): string {
  return `${STANDINGS[standingOf(facts, isOn)](facts, times)}${wrongWords(facts)}${answerWords(facts)}`;
}

const STANDINGS: Readonly<Record<SourceStanding, (facts: SourceFacts, times: Times) => string>> = {
  off: () => 'switched off',
  untried: () => 'not tried yet, no log-off of ours has been shown by it so far',
  refused: ({ refused }, times) =>
    refused === undefined
      ? 'may not be asked'
      : `may not be asked: the client lacks ${refused.permission}, as of ${times.exact(refused.at)}`,
  tried: ({ right }) =>
    `being tried, ${right} of ${RIGHT_TO_BE_BELIEVED} log-offs of ours shown rightly: until then its answers are counted and not used`,
  believed: ({ right }) => `believed, the last ${right} log-offs of ours shown rightly`,
};

function wrongWords({ wrong }: SourceFacts): string {
  return wrong === 0 ? '' : `; wrong ${wrong === 1 ? 'once' : `${wrong} times`}`;
}

const ANSWER_WORDS: Readonly<Record<Answer['kind'], string>> = {
  bounce: 'a browser',
  person: 'a person',
  none: 'not shown yet',
  undecided: 'undecided',
};

function answerWords({ answers }: SourceFacts): string {
  const said = ANSWERS.filter((kind) => answers[kind] > 0);
  if (said.length === 0) return '';
  return `; answers so far: ${said.map((kind) => `${ANSWER_WORDS[kind]} (${answers[kind]})`).join(', ')}`;
}
