/**
 * Asks other sources of the platform about suspect changes, after a sweep's log-offs and bounded in time and requests: evidence never
 * delays an action. Sources are tried by our own log-offs, and only those that stood the trial are believed.
 */
import type { Agent } from '../domain/agent.ts';
import { isBelieved, type EvidenceSource } from '../domain/evidence/calibration.ts';
import { answerIn, showsOwnOffline, type Answer, type OwnOffline } from '../domain/evidence/timeline.ts';
import { signInAnswer, showsOwnReturn, type OwnReturn } from '../domain/evidence/sign-ins.ts';
import type { PresenceRecord } from '../domain/evidence/records.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { profileOf } from '../domain/judging/judge.ts';
import { PLAIN_RETURNS } from '../domain/tracking/track.ts';
import { noteEvidence, openSuspect, withAnswer, type OpenSuspect } from '../domain/tracking/suspects.ts';
import { MINUTE, SECOND, type Duration, type Instant, type Interval } from '../domain/time/time.ts';
import { MOST_ASKED, type EvidenceFault, type SignInSource, type TimelineSource } from '../ports/evidence.ts';
import type { Log } from '../ports/log.ts';
import type { Meter } from '../ports/metrics.ts';
import type { ObservationSink } from './accounting.ts';
import type { Learner } from './learner.ts';
import type { Tracker } from './tracker.ts';

/** The sources that the policy asks for. */
export interface EvidenceSources {
  readonly push?: TimelineSource | undefined;
  readonly timeline?: TimelineSource | undefined;
  readonly signIns?: SignInSource | undefined;
}
