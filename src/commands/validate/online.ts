/** `validate --online`: the names of a policy as the platform has them, and whether its exemptions and profiles fit an agent. */
import { realClock } from '../../app/clock.ts';
import { connect } from '../../app/compose.ts';
import { createLog } from '../../app/logging.ts';
import { readNames } from '../../app/names-in-use.ts';
import type { Platform } from '../../genesys/platform.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { needsOf } from '../../policy-file/needs.ts';
import { resolvePolicy, type ResolvedPolicy } from '../../policy-file/resolve.ts';
import { Reach } from '../../policy-file/unmatched.ts';
import { Metrics } from '../../server/metrics.ts';
import { openLog, type LogOption } from '../shared/log.ts';
import type { Output } from '../shared/output.ts';

/** Resolves the names of a policy by the platform. Rejects with `PolicyRefused` or with an error of the platform. */
export async function resolveOnline(
  loaded: LoadedPolicy,
  options: LogOption,
  { redactor }: Output,
): Promise<ResolvedPolicy> {
  const signal = new AbortController().signal;
  const log = createLog('warn', await openLog('stderr', options), redactor);
  const platform = connect(loaded.settings, { clock: realClock, log, metrics: new Metrics(), redactor });
  try {
    await platform.checkCredentials(signal);
    const names = await readNames(loaded.draft, platform, signal);
    const resolved = resolvePolicy(loaded.draft, names, new Map(), realClock.now());
    return { ...resolved, warnings: [...resolved.warnings, ...(await reachOf(resolved, platform, signal))] };
  } finally {
    await platform.close();
  }
}

/** Reads everyone once: an exemption or a profile that fits no agent is probably a slip. */
async function reachOf(
  { policy, reachable }: ResolvedPolicy,
  platform: Platform,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (reachable.wholes.length === 0) return [];
  platform.setNeeds(needsOf(policy));
  const reach = new Reach(reachable, policy);
  const { complete, fault } = await platform.directory.sweep((page) => {
    for (const { agent, observation } of page) reach.see(agent, observation.missing);
  }, signal);
  if (complete) return reach.warnings();
  return [
    `the exemptions and profiles were not checked against the agents: ${fault ?? 'the agents could not be read'}`,
  ];
}
