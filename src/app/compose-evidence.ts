/** Which sources of evidence are asked, as the policy in force wants it. */
import type { Platform } from '../genesys/platform.ts';
import type { EvidenceSettings } from '../policy-file/draft.ts';
import type { EvidenceSources } from '../ports/evidence.ts';

/** None before a policy is in force. */
export function evidenceOf(
  { timeline, signIns }: Pick<Platform, 'timeline' | 'signIns'>,
  wanted: EvidenceSettings | undefined,
): EvidenceSources {
  return {
    timeline: wanted?.timeline === 'auto' ? timeline : undefined,
    signIns: wanted?.signIns === 'on' ? signIns : undefined,
  };
}
