/** What `doctor` says of the identity provider whose sessions the last rungs end. */
import { formatDuration, type Duration } from '../../domain/time/time.ts';
import type { Finding } from './ports.ts';

/** The connector, as far as it can be checked without ending a session. */
export interface DoctorIdentity {
  /** Logs in and looks up a user who does not exist. Does not reject. */
  selfCheck(): Promise<{ readonly verdict: 'ok' | 'unsure' | 'failed'; readonly sentence: string }>;
  describe(): {
    readonly provider: string;
    readonly address: string;
    readonly mapping: string;
    readonly delay: Duration;
    readonly perHour: number;
    readonly reach: string;
  };
}

/** Without it log-offs work all the same, only not as hard: never more than a warning. */
export async function identityFinding(identity: DoctorIdentity): Promise<Finding> {
  const { provider, address, mapping, delay, perHour, reach } = identity.describe();
  const { verdict, sentence } = await identity.selfCheck();
  const check = 'identity-provider';
  const found = `${provider} at ${address}: ${sentence}; an agent is looked for by ${mapping}`;
  const why = `a rung ends the agent's session there and revokes the tokens ${formatDuration(delay)} later, ${perHour} an hour at most. ${reach}`;
  if (verdict === 'ok') return { check, verdict, found, why };
  if (verdict === 'unsure') return { check, verdict: 'unknown', found, why };
  const advice =
    'mend it there or under identity in the policy; until then such a rung only revokes the tokens';
  return { check, verdict: 'warn', found, why, advice };
}
