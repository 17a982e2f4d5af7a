/** Which sources of evidence are asked, as the policy in force wants it. */
import type { Platform } from '../genesys/platform.ts';
import type { EvidenceSettings } from '../policy-file/draft.ts';
import type { EvidenceSources } from '../ports/evidence.ts';

/** None before a policy is in force. Where push is not wanted any more, nobody is listened to any more. */
export function evidenceOf(
  { timeline, push, signIns }: Pick<Platform, 'timeline' | 'push' | 'signIns'>,
  wanted: EvidenceSettings | undefined,
): EvidenceSources {
  if (wanted?.push !== 'on') push.rest();
  return {
    push: wanted?.push === 'on' ? push : undefined,
    timeline: wanted?.timeline === 'auto' ? timeline : undefined,
    signIns: wanted?.signIns === 'on' ? signIns : undefined,
  };
}
