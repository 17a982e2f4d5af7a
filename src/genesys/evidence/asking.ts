/** How evidence is asked for: once, soon or not at all. Whatever goes wrong is an answer, for nothing rests on a source. */
import { SECOND } from '../../domain/time/time.ts';
import { NO_ROOM, type EvidenceFault } from '../../ports/evidence.ts';
import { PlatformError } from '../http/errors.ts';
import type { CallOptions, Sdk } from '../http/sdk.ts';

/** What stands behind a source of evidence. */
export interface EvidenceParts {
  readonly sdk: Sdk;
  /** How many requests for evidence may be sent now. */
  readonly room: () => number;
}

/** One try, and no long one: what is asked for is of use in this sweep. */
export function evidenceCall(signal: AbortSignal): CallOptions {
  return {
    priority: 'evidence',
    signal,
    effort: { tries: 1, within: 10 * SECOND, timeout: 10 * SECOND },
  };
}

/** Makes a fault of whatever stands between a question and its answer. Throws only the signal's reason. */
export async function faultless<T>(
  permission: string,
  signal: AbortSignal,
  ask: () => Promise<T | EvidenceFault>,
): Promise<T | EvidenceFault> {
  try {
    return await ask();
  } catch (error) {
    signal.throwIfAborted();
    return faultOf(error, permission);
  }
}

/** A fault in one sentence. */
export function failed(why: string): EvidenceFault {
  return { kind: 'failed', why };
}

function faultOf(error: unknown, permission: string): EvidenceFault {
  if (!(error instanceof PlatformError)) {
    // Its message may hold anything: a library's error carries tokens.
    return failed(`an unexpected ${error instanceof Error ? error.name : typeof error}`);
  }
  if (error.kind === 'forbidden') return { kind: 'forbidden', permission };
  return failed(error.kind === 'late' ? NO_ROOM : error.message);
}
