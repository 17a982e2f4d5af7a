/** Which limits of a rule are tried: some around the one that it has, as people write them, or those that the user names. */
import { DAY, parseDuration, type Duration } from '../../domain/time/time.ts';
import { UsageError } from '../shared/exit.ts';

/** Limits as people write them, each about a third longer than the one before. */
const WRITTEN: readonly Duration[] =
  '1m 2m 3m 4m 5m 7m 10m 15m 20m 30m 45m 60m 75m 90m 2h 2h30m 3h 4h 5h 6h 8h 10h 12h 16h 20h 1d 2d 3d 4d 5d 7d 10d 14d 20d 30d'
    .split(' ')
    .map((text) => parseDuration(text) ?? 0);

/** So many for each rule. */
const HOW_MANY = 12;
/** So much shorter and longer than the limit that a rule has: shorter ones are what is mostly looked for. */
const SHORTER = 6;
const LONGER = 4;
/** More than that can be named, but is hardly meant. */
const MOST_NAMED = 40;
/** No policy needs a longer one. */
const LONGEST: Duration = 30 * DAY;

/** Up to twelve limits around this one, itself among them, none of them shorter than `least`; in order. */
export function limitsAround(limit: Duration, least: Duration): readonly Duration[] {
  const apart = (other: Duration): number =>
    other < limit ? Math.log(limit / other) / Math.log(SHORTER) : Math.log(other / limit) / Math.log(LONGER);
  return WRITTEN.filter((each) => each !== limit && each >= least && apart(each) <= 1)
    .sort((a, b) => apart(a) - apart(b))
    .slice(0, HOW_MANY - 1)
    .concat(limit)
    .sort((a, b) => a - b);
}

/** Reads `--limits`; in order, each once. Throws `UsageError`. */
export function limitsOption(text: string): readonly Duration[] {
  const limits = new Set<Duration>();
  for (const each of text.split(',')) {
    const limit = parseDuration(each.trim());
    if (limit === undefined || limit <= 0 || limit > LONGEST)
      throw new UsageError(
        `--limits: "${each.trim()}" is not a limit: write durations such as 10m,30m,2h, up to 30d.`,
      );
    limits.add(limit);
  }
  if (limits.size > MOST_NAMED)
    throw new UsageError(`--limits: at most ${MOST_NAMED} limits can be tried, not ${limits.size}.`);
  return [...limits].sort((a, b) => a - b);
}

/** Reads `--regret`: `2%`, `0.5%` or `2`, as a share. Throws `UsageError`. */
export function regretOption(text: string): number {
  // A fraction without its % may mean 2 % or 0.02 %.
  const percent = Number(
    (/^(\d+(?:\.\d+)?) ?%$/.exec(text.trim()) ?? /^(\d+)$/.exec(text.trim()))?.[1] ?? NaN,
  );
  if (percent >= 0 && percent <= 50) return percent / 100;
  throw new UsageError(`--regret: "${text}" is not a share: write 2% or 0.5%, at most 50%.`);
}
