/** `suggest`: limits for the rules of a policy, from the organisation's own past. No agent is logged off. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import type { Rule } from '../../domain/policy/policy.ts';
import type { Duration } from '../../domain/time/time.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { PolicyRefused } from '../../policy-file/faults.ts';
import { FilesRead } from '../../policy-file/files-read.ts';
import { loadPolicyText } from '../../policy-file/load.ts';
import { nearest } from '../../policy-file/nearest.ts';
import {
  calendarFor,
  loadForPast,
  offlineEnv,
  readPast,
  resolvedForPast,
  type NamedPolicy,
  type PastOptions,
} from '../backtest/past.ts';
import { assumptionsOf, traitsOf } from '../backtest/summary.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { configPath, sharedOf } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { mustBeWritable, orRefused, writePrivately } from '../shared/private-file.ts';
import { Progress } from '../shared/progress.ts';
import { suggestHtml } from './html.ts';
import { limitsOption, regretOption } from './limits.ts';
import { paste, type Pasted } from './paste.ts';
import { suggest, type Suggestions } from './suggest.ts';
import { suggestFacts, suggestLines, type About } from './text.ts';

export interface SuggestOptions extends PastOptions {
  /** The share of regret that is allowed. */
  readonly regret?: string;
  /** Only these rules. */
  readonly rule?: readonly string[];
  /** The limits to try. */
  readonly limits?: string;
  /** Write the policy with the suggested limits there. */
  readonly yaml?: string;
  readonly html?: string;
  /** IANA zone of calendar months, in place of the billing months of the policy. */
  readonly tz?: string;
  readonly json?: boolean;
}

/** Prints the suggestions. Throws `UsageError`, `PolicyRefused` or `PlatformError`. */
export async function suggestLimits(options: SuggestOptions, output: Output): Promise<number> {
  const regret = regretOption(options.regret ?? DEFAULT_REGRET);
  const limits = options.limits === undefined ? undefined : limitsOption(options.limits);
  await mustTakeFiles(options);
  const [named] = loadForPast([configPath(options)], options, output);
  if (named === undefined) throw new UsageError('There is no policy.');
  const { loaded, name } = named;
  const calendar = calendarFor([named], options.tz);
  const isWanted = wantedRules(options, loaded);
  const { history, organisation } = await readPast(options, [named], output, loaded);
  const { span } = history;
  const policy = resolvedForPast(named, organisation, span);
  const { interval } = loaded.settings.sweep;
  const progress = new Progress();
  const suggestions = suggest(history, policy, {
    ...{ interval, span, calendar, regret, limits, isWanted },
    onProgress: (share) => {
      progress.show(() => `replaying: ${Math.floor(share * 100)} %`);
    },
  });
  progress.end();
  const pasted = pasteSuggested(named, suggestions, options);
  const observes = loaded.settings.mode === 'observe';
  const traits = { name, observes, ...traitsOf(policy) };
  const about: About = {
    ...{ span, zone: calendar.zone, regret },
    agents: history.agents.length,
    policy: name,
    hash: loaded.hash,
    hasTests: loaded.settings.tests.length > 0,
    assumptions: [...CHOICE, ...assumptionsOf(history, [traits], organisation.schedules)],
  };
  if (options.json === true) output.json(suggestFacts(suggestions, about, pasted.rules), 2);
  else output.lines(suggestLines(suggestions, about, pasted));
  await writeFiles(options, suggestions, about, pasted);
  return EXIT.fine;
}

/** Throws `UsageError` for a rule that the policy does not have. */
function wantedRules({ rule: wanted }: SuggestOptions, { draft }: LoadedPolicy): (rule: Rule) => boolean {
  if (wanted === undefined) return () => true;
  const ids = new Set(draft.content.profiles.flatMap(({ rules }) => rules.map(({ id }) => id)));
  for (const id of wanted) {
    if (ids.has(id)) continue;
    const meant = nearest(id, ids);
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw new UsageError(`--rule: the policy has no rule "${id}".${hint} It has ${[...ids].join(', ')}.`);
  }
  return ({ id }) => wanted.includes(id);
}

/** The policy file with what is suggested. What does not come out as meant is left to the user. */
function pasteSuggested({ loaded }: NamedPolicy, { rules }: Suggestions, options: SuggestOptions): Pasted {
  const { source } = loaded.draft;
  const changes = rules.flatMap(({ rule, best, limit }): [string, Duration][] =>
    best === undefined || best === limit ? [] : [[rule, best]],
  );
  const limits = new Map(changes);
  const pasted = paste(source.text, limits);
  const expected = limitsIn(loaded);
  for (const [rule, limit] of limits) if (!pasted.byHand.includes(rule)) expected.set(rule, limit);
  if (isAsMeant(pasted.text, source.file, expected, options)) return pasted;
  return { text: source.text, rules: [], byHand: [...limits.keys()] };
}

function limitsIn({ draft }: LoadedPolicy): Map<string, Duration> {
  return new Map(
    draft.content.profiles.flatMap(({ rules }) => rules.map(({ id, limit }) => [id, limit] as const)),
  );
}

function isAsMeant(
  text: string,
  file: string,
  expected: ReadonlyMap<string, Duration>,
  options: SuggestOptions,
): boolean {
  const env = options.replay === undefined ? process.env : offlineEnv();
  try {
    const limits = limitsIn(loadPolicyText(text, file, env, new FilesRead(), sharedOf(options)));
    return [...expected].every(([rule, limit]) => limits.get(rule) === limit);
  } catch (error) {
    if (error instanceof PolicyRefused) return false;
    throw error;
  }
}

/** Throws `UsageError` before the work for what could not be written after it. */
async function mustTakeFiles({ yaml, html }: SuggestOptions): Promise<void> {
  if (yaml !== undefined && existsSync(yaml))
    throw new UsageError(`--yaml: ${yaml} is there already: name a new file.`);
  for (const [option, path] of Object.entries({ '--yaml': yaml, '--html': html }))
    if (path !== undefined) await orRefused(path, mustBeWritable(path), option);
}

/** Writes what options ask for. Throws `UsageError`. */
async function writeFiles(
  { yaml, html }: SuggestOptions,
  suggestions: Suggestions,
  about: About,
  pasted: Pasted,
): Promise<void> {
  if (yaml !== undefined) await orRefused(yaml, writePrivately(yaml, pasted.text), '--yaml');
  if (html !== undefined)
    await orRefused(html, writePrivately(html, suggestHtml(suggestions, about)), '--html');
}

/** How the limits are chosen, in sentences. */
const CHOICE: readonly string[] = [
  'Each rule is tried while all others stay as they are; “with all suggested limits” replays them together. Rules in observe mode are tried as if they enforced, and do nothing while others are tried.',
  'The best limit is the one under which the policy recovers most hours, of those that keep within the regret. Signs that may have been a browser’s do not count for that choice; they are among the regrets shown, as in backtest.',
  'A log-off after which no sign comes within ten minutes proves little: an agent in a meeting of an hour shows no sign for an hour. So a limit is not suggested where agents are there, but quiet: where more than four times the regret that is allowed, or 8 % where that is less, shows in some ten minutes of the next 90, or where most of those logged off show a sign before long (within the rule’s present limit, and 90 minutes at least).',
  'How sure: 95 % of a thousand draws of as many agents lie in that range.',
];

/** Unless `--regret` says otherwise. */
const DEFAULT_REGRET = '2%';
