/** Bounds that another one always beats, so that they never count. */
import { formatDuration } from '../domain/time/time.ts';
import { entriesAt, part, readable, warn, type Checking } from './checking.ts';
import { mergeReturns } from './check-parts.ts';
import { runsInAnHour } from './cron.ts';
import { ownReturns, rule, sections, type ReturnsText } from './schema.ts';
import type { Path } from './source.ts';
import { counted } from '../texts/counted.ts';

/** Warns of caps that never count. */
export function checkCaps(checking: Checking): void {
  const { source, interval } = checking;
  const caps = readable(sections.caps, source.at(['caps']) ?? {});
  if (caps === undefined) return;
  const { per_sweep, per_hour, breaker } = caps;
  const isWritten = (...path: string[]): boolean => source.at(['caps', ...path]) !== undefined;
  const said = isWritten('per_hour') ? 'per_hour' : 'per_sweep';
  if (per_hour < per_sweep)
    warn(
      checking,
      ['caps', said],
      `per_sweep of ${per_sweep} never counts, because per_hour lets only ${counted(per_hour, 'log-off')} through; write a per_sweep of at most ${per_hour}, or a larger per_hour`,
    );
  checkHourly(checking, per_sweep, per_hour);
  if (breaker.share >= 1 && isWritten('breaker', 'share'))
    warn(
      checking,
      ['caps', 'breaker', 'share'],
      'the breaker never trips: no more agents can become due than were online; write a part such as 25%',
    );
  if (interval !== undefined && breaker.hold < interval)
    warn(
      checking,
      ['caps', 'breaker', 'hold'],
      `is over before the next sweep, so that no agent is held back; write at least ${formatDuration(interval)}`,
    );
}

function checkHourly(checking: Checking, perSweep: number, perHour: number): void {
  const { source } = checking;
  const sweep = part(sections.sweep, source.at(['sweep']));
  if (sweep === undefined || source.at(['caps', 'per_hour']) === undefined) return;
  const most = runsInAnHour(sweep.every) * perSweep;
  if (most >= perHour) return;
  warn(
    checking,
    ['caps', 'per_hour'],
    `never counts: with this sweep.every and a per_sweep of ${perSweep} an hour has at most ${counted(most, 'log-off')}; leave it out, or write a larger per_sweep`,
  );
}

/** Warns of a cap of the identity provider that the general one beats. */
export function checkIdentityCap(checking: Checking): void {
  const { source } = checking;
  const caps = readable(sections.caps, source.at(['caps']) ?? {});
  const identity = part(sections.identity, source.at(['identity']));
  if (caps === undefined || source.at(['identity', 'per_hour']) === undefined || identity === undefined)
    return;
  if (identity.per_hour <= caps.per_hour) return;
  warn(
    checking,
    ['identity', 'per_hour'],
    `never counts: caps.per_hour lets only ${counted(caps.per_hour, 'log-off')} through; write less than that`,
  );
}

/** A grace up to the default is not worth a word. */
const SHORT_GRACE = sections.returns.parse(undefined).grace;

/** Warns of a grace after which the limits of rules no longer matter. */
export function checkGrace(checking: Checking, general: ReturnsText | undefined): void {
  if (general === undefined) return;
  const { source } = checking;
  const beaten = new Map<string, { readonly path: Path; readonly lines: number[] }>();
  entriesAt(source, ['profiles']).forEach((_, i) => {
    const own = part(ownReturns, source.at(['profiles', i, 'returns']) ?? {});
    if (own === undefined) return;
    const path: Path = own.grace === undefined ? ['returns', 'grace'] : ['profiles', i, 'returns', 'grace'];
    const { grace } = mergeReturns(own, general);
    if (source.at(path) === undefined || grace <= SHORT_GRACE) return;
    entriesAt(source, ['profiles', i, 'rules']).forEach((entry, j) => {
      const fitting = part(rule, entry);
      if (fitting === undefined || fitting.limit >= grace) return;
      const key = path.join();
      const found = beaten.get(key) ?? { path, lines: [] };
      found.lines.push(source.place(['profiles', i, 'rules', j]).line);
      beaten.set(key, found);
    });
  });
  for (const { path, lines } of beaten.values())
    warn(
      checking,
      path,
      `is longer than the limit of ${rulesIn(lines)}: after any return no rule is due for so long, and the limit no longer counts; write less than the limits`,
    );
}

function rulesIn(lines: readonly number[]): string {
  const [first = 0, ...others] = lines;
  return others.length === 0
    ? `the rule in line ${first}`
    : `the rule in line ${first} and of ${others.length} more`;
}
