/** `backtest`: what up to four policies would have done in the organisation's own past. No agent is logged off. */
import { naming } from '../../app/naming.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { configPath, zoneOption } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { loadForPast, readPast, resolvedForPast, type PastOptions } from './past.ts';
import { replay } from './replay.ts';
import { compare, type ReplayedPolicy } from './summary.ts';
import { backtestJson, backtestLines } from './text.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { areShifts } from '../../domain/time/shifts.ts';
import { needsOf } from '../../policy-file/needs.ts';

export interface BacktestOptions extends PastOptions {
  /** Policies to compare; the one of `--config` without any. */
  readonly policy?: readonly string[];
  /** IANA zone of billing months. */
  readonly tz?: string;
  readonly json?: boolean;
}

const MOST_POLICIES = 4;

/** Prints the comparison. Throws `UsageError`, `PolicyRefused` or `PlatformError`. */
export async function backtest(options: BacktestOptions, output: Output): Promise<number> {
  const zone = zoneOption(options.tz);
  const paths = options.policy ?? [configPath(options)];
  if (paths.length > MOST_POLICIES)
    throw new UsageError(
      `At most ${MOST_POLICIES} policies can be compared by --policy, not ${paths.length}.`,
    );
  const policies = loadForPast(paths, options, output);
  const isOwn = options.config === undefined && options.policy !== undefined;
  const asks = isOwn ? policies[0]?.loaded : undefined;
  const { history, organisation } = await readPast(options, policies, output, asks);
  const { span } = history;
  const columns = policies.map((named): ReplayedPolicy => {
    const { name, loaded } = named;
    const { interval } = loaded.settings.sweep;
    const policy = { ...resolvedForPast(named, organisation, span), mode: 'enforce' as const };
    return {
      name,
      hash: loaded.hash,
      interval,
      observes: loaded.settings.mode === 'observe',
      warns: policy.profiles.some(({ rules }) => rules.some(({ warn }) => warn !== undefined)),
      schedules: needsOf(policy).schedules,
      byShifts: rulesByShifts(policy),
      replayed: replay(history, { policy, interval, span }),
    };
  });
  const result = compare(history, span, zone, columns, organisation.schedules);
  const called = naming(policies[0]?.loaded.settings.log.identities ?? 'name');
  const name = (regret: { readonly agentId: string; readonly agentName: string }): string =>
    called({ id: regret.agentId, name: regret.agentName });
  if (options.json === true) output.write(backtestJson(result, name));
  else for (const line of backtestLines(result, name)) output.line(line);
  return EXIT.fine;
}

function rulesByShifts({ profiles }: Policy): readonly string[] {
  const rules = profiles.flatMap((profile) => profile.rules);
  return rules.filter(({ hours }) => hours !== undefined && areShifts(hours)).map(({ id }) => id);
}
