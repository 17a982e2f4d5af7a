/** What `doctor` says of each source of evidence: how it stands, and what it would bring in this organisation. */
import {
  EVIDENCE_SOURCES,
  isBelieved,
  RIGHT_TO_BE_BELIEVED,
  standingOf,
  type Calibration,
  type EvidenceSource,
} from '../../domain/evidence/calibration.ts';
import { tokensStay, type PlatformBehaviour } from '../../domain/tracking/platform-behaviour.ts';
import { sourceWords } from '../shared/evidence-words.ts';
import { timesIn } from '../shared/times.ts';
import { tell, type DoctorPlatform, type DoctorWants, type Finding } from './ports.ts';

/** What decides how much evidence can bring. */
interface Circumstances {
  /** `undefined` where the platform does not say. */
  readonly nativeTimeout: boolean | undefined;
  readonly tokens: 'stay' | 'move' | 'unknown';
}

/** One finding for each source. */
export async function evidenceFindings(
  platform: DoctorPlatform,
  wants: DoctorWants,
  learnt: PlatformBehaviour,
): Promise<readonly Finding[]> {
  const answer = await tell(() => platform.tokenTimeout());
  const nativeTimeout = answer.told ? answer.value.enabled : undefined;
  const here: Circumstances = { nativeTimeout, tokens: tokensIn(learnt) };
  return EVIDENCE_SOURCES.map((source) => sourceFinding(source, platform, wants, learnt, here));
}

function tokensIn(learnt: PlatformBehaviour): Circumstances['tokens'] {
  if (tokensStay(learnt)) return 'stay';
  return learnt.tokenMoves.yes > 0 ? 'move' : 'unknown';
}

function sourceFinding(
  source: EvidenceSource,
  platform: DoctorPlatform,
  { evidence }: DoctorWants,
  learnt: PlatformBehaviour,
  here: Circumstances,
): Finding {
  const facts = learnt.evidence[source];
  const isOn = evidence.includes(source);
  const times = timesIn('UTC', platform.serverNow());
  const found = `evidence.${source}: ${sourceWords(facts, isOn, times)}`;
  const base = { check: `evidence ${source}`, found, why: bringing(source, here) };
  const needed = here.nativeTimeout !== false;
  const standing = standingOf(facts, isOn);
  if (standing === 'refused' && needed) {
    const permission = facts.refused?.permission ?? '';
    return {
      ...base,
      verdict: 'warn',
      advice: `give the role of the client ${permission}, or switch it off`,
    };
  }
  if (standing === 'tried' && facts.wrong > 0 && !isBelieved(facts))
    return { ...base, verdict: 'warn', advice: wrongAdvice(source, facts) };
  if (standing === 'off' && source === 'sign_ins' && needed && here.tokens === 'stay')
    return { ...base, verdict: 'warn', advice: SWITCH_ON };
  return { ...base, verdict: 'ok' };
}

/** A log that was never right may name nobody in a way that is read. */
function wrongAdvice(source: EvidenceSource, { right, wrong }: Calibration): string {
  return source === 'sign_ins' && right === 0 && wrong >= RIGHT_TO_BE_BELIEVED
    ? NAMES_NO_AGENT
    : CONTRADICTED;
}

const CONTRADICTED =
  'nothing has to be done: its answers are used again after three log-offs that it shows rightly';
const NAMES_NO_AGENT =
  'an Authenticate entry of the audit log has to name the agent by id or by the e-mail address of the profile: switch the source off where it does not';
const SWITCH_ON =
  'set evidence.sign_ins: on and grant audits:audit:view, which reads all administrative audits; or switch the native timeout off';

/** In one sentence, for the organisation as it is. */
function bringing(source: EvidenceSource, { nativeTimeout, tokens }: Circumstances): string {
  if (nativeTimeout === false)
    return 'the native timeout is off: no session ends unseen, so that there is hardly anything to ask about';
  const untold = tokens === 'stay' ? '' : 'where returns bring no newer token, ';
  const most =
    tokens === 'move' ? '; returns bring newer tokens here, which tell most of them apart already' : '';
  return `${untold}${BRINGS[source]}${most}`;
}

const BRINGS: Readonly<Record<EvidenceSource, string>> = {
  timeline:
    'a browser that the native timeout brings back between two sweeps looks like a person: the presence history shows the Offline between, and the clocks go on; after a quiet Offline of ours it cannot tell',
  push: 'a browser that the native timeout brings back between two sweeps looks like a person: pushed changes show the Offline between, and answers to returns come between sweeps',
  sign_ins:
    'a browser that the native timeout brings back after a quiet Offline of ours looks like a person who clicked: only the sign-ins in the audit log can tell',
};
