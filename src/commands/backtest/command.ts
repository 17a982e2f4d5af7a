/** `backtest`: what up to four policies would have done in the organisation's own past. No agent is logged off. */
import { naming } from '../../app/naming.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { configPath } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { calendarFor, loadForPast, readPast, resolvedForPast, type PastOptions } from './past.ts';
import type { History } from './history.ts';
import { replay } from './replay.ts';
import { compare, traitsOf, type ReplayedPolicy } from './summary.ts';
import { backtestJson, backtestLines } from './text.ts';

export interface BacktestOptions extends PastOptions {
  /** Policies to compare; the one of `--config` without any. */
  readonly policy?: readonly string[];
  /** IANA zone of calendar months, in place of the billing months of the policy. */
  readonly tz?: string;
  readonly json?: boolean;
}

const MOST_POLICIES = 4;

/** Prints the comparison. Throws `UsageError`, `PolicyRefused` or `PlatformError`. */
export async function backtest(options: BacktestOptions, output: Output): Promise<number> {
  const paths = options.policy ?? [configPath(options)];
  if (paths.length > MOST_POLICIES)
    throw new UsageError(
      `At most ${MOST_POLICIES} policies can be compared by --policy, not ${paths.length}.`,
    );
  const policies = loadForPast(paths, options, output);
  const calendar = calendarFor(policies, options.tz);
  const isOwn = options.config === undefined && options.policy !== undefined;
  const asks = isOwn ? policies[0]?.loaded : undefined;
  const { history, organisation } = await readPast(options, policies, output, asks);
  const columns = policies.flatMap((named) => {
    const { name, loaded } = named;
    const policy = { ...resolvedForPast(named, organisation, history.span), mode: 'enforce' as const };
    const whole = columnFor(name, loaded, policy, history);
    if (!whole.waitsForPeak) return [whole];
    return [whole, columnFor(`${name}, at any head-count`, loaded, withoutPeak(policy), history)];
  });
  const result = compare(history, history.span, calendar, columns, organisation.schedules);
  const called = naming(policies[0]?.loaded.settings.log.identities ?? 'name');
  const name = (regret: { readonly agentId: string; readonly agentName: string }): string =>
    called({ id: regret.agentId, name: regret.agentName });
  if (options.json === true) output.write(backtestJson(result, name));
  else for (const line of backtestLines(result, name)) output.line(line);
  return EXIT.fine;
}

function columnFor(
  name: string,
  { settings, hash }: LoadedPolicy,
  policy: Policy,
  history: History,
): ReplayedPolicy {
  const { interval } = settings.sweep;
  return {
    ...{ name, hash, interval },
    observes: settings.mode === 'observe',
    ...traitsOf(policy),
    replayed: replay(history, { policy, interval, span: history.span }),
  };
}

/** What the same limits come to without `near_peak`, for comparison. */
function withoutPeak(policy: Policy): Policy {
  const profiles = policy.profiles.map((profile) => ({
    ...profile,
    rules: profile.rules.map((rule) => ({ ...rule, nearPeak: undefined })),
  }));
  return { ...policy, profiles };
}
