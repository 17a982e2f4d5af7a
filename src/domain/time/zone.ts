/**
 * Local time in an IANA zone, both ways, on the zone data that the JavaScript engine brings (`Intl`).
 */
import { DAY, MINUTE, type Instant } from './time.ts';

/** A wall-clock reading, written as the instant at which UTC's wall clock shows the same. */
export type WallTime = number;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  return format;
}

/** What the wall clock of `zone` shows at `at`, to the second. Throws RangeError for an unknown zone. */
export function wallTime(zone: string, at: Instant): WallTime {
  // As text, 03/09/2026, 08:00:00: taking it apart costs half of what `formatToParts` does.
  const numbers = formatOf(zone).format(at).match(/\d+/g) ?? [];
  const [month = 1, day = 1, year = 0, hour = 0, minute = 0, second = 0] = numbers.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** How far the wall clock of `zone` is from UTC at `at`: `UTC-06:00`. Throws RangeError for an unknown zone. */
export function offsetText(zone: string, at: Instant): string {
  const minute = Math.floor(at / MINUTE) * MINUTE;
  const offset = wallTime(zone, minute) - minute;
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `UTC${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/**
 * The first and the last instant at which the wall clock of `zone` shows `wall` (whole minutes). They differ in an hour
 * that is repeated. A time that is skipped has one instant: that of the jump.
 */
export function localTimeAt(
  zone: string,
  wall: WallTime,
): { readonly first: Instant; readonly last: Instant } {
  const offsets = new Set<number>();
  for (const near of [wall - DAY, wall, wall + DAY]) {
    const whole = Math.floor(near / MINUTE) * MINUTE;
    offsets.add(wallTime(zone, whole) - whole);
  }
  const hits = [...offsets].map((offset) => wall - offset).filter((at) => wallTime(zone, at) === wall);
  if (hits.length > 0) return { first: Math.min(...hits), last: Math.max(...hits) };
  const jump = findJump(zone, wall, wall - Math.max(...offsets), wall - Math.min(...offsets));
  return { first: jump, last: jump };
}

/** The first instant between `low` and `high` at which the wall clock shows `wall` or later. */
function findJump(zone: string, wall: WallTime, low: Instant, high: Instant): Instant {
  let before = low - MINUTE;
  let after = high + MINUTE;
  while (after - before > 1_000) {
    const middle = Math.floor((before + after) / 2_000) * 1_000;
    if (wallTime(zone, middle) >= wall) after = middle;
    else before = middle;
  }
  return after;
}

/** The areas of the IANA list; `Etc`, `US`, and all other first parts are names of the past or fixed offsets. */
const AREAS: ReadonlySet<string> = new Set([
  'africa',
  'america',
  'antarctica',
  'arctic',
  'asia',
  'atlantic',
  'australia',
  'europe',
  'indian',
  'pacific',
]);

/**
 * Whether a text names a time zone by its place, `Area/Location`, or is `UTC`. Engines know more names, such as `BST`, `EST`
 * or `US/Eastern`: those mean other places than their writer had in mind (`BST` is Bangladesh), or know no summer time.
 */
export function isZone(zone: string): boolean {
  if (zone.toUpperCase() === 'UTC') return true;
  const [area = ''] = zone.split('/');
  return AREAS.has(area.toLowerCase()) && canonicalZone(zone) !== undefined;
}

/** The place that is most often meant by an abbreviation, where the engine's own reading is another or none. */
const MEANT: Readonly<Record<string, string>> = {
  BST: 'Europe/London',
  EST: 'America/New_York',
  EDT: 'America/New_York',
  CDT: 'America/Chicago',
  MST: 'America/Denver',
  MDT: 'America/Denver',
  PDT: 'America/Los_Angeles',
  CET: 'Europe/Berlin',
  CEST: 'Europe/Berlin',
  MET: 'Europe/Berlin',
  EEST: 'Europe/Athens',
  IST: 'Asia/Kolkata',
  AEST: 'Australia/Sydney',
  AEDT: 'Australia/Sydney',
  Z: 'UTC',
};

/** The zone that was probably meant by a name that `isZone` refuses. */
export function meantZone(name: string): string | undefined {
  const written = name.trim();
  const meant = Object.hasOwn(MEANT, written.toUpperCase()) ? MEANT[written.toUpperCase()] : undefined;
  const canonical = meant ?? canonicalZone(written);
  return canonical !== undefined && isZone(canonical) ? canonical : undefined;
}

/** Each look-up makes a formatter, and the same few zones are asked for again and again. */
const canonical = new Map<string, string | undefined>();
const MOST_KEPT = 1_000;

function canonicalZone(zone: string): string | undefined {
  if (!canonical.has(zone)) {
    if (canonical.size >= MOST_KEPT) canonical.clear();
    canonical.set(zone, lookedUp(zone));
  }
  return canonical.get(zone);
}

function lookedUp(zone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
