/** Which sources of evidence a policy asks. */
import { EVIDENCE_SOURCES, type EvidenceSource } from '../domain/evidence/calibration.ts';
import type { EvidenceSettings } from './draft.ts';

/** Those that are switched on. Whether the client may ask them is for the platform to say. */
export function askedSources({ timeline, push, signIns }: EvidenceSettings): readonly EvidenceSource[] {
  const isOn = { timeline: timeline === 'auto', push: push === 'on', sign_ins: signIns === 'on' };
  return EVIDENCE_SOURCES.filter((source) => isOn[source]);
}
