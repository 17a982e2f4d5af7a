/**
 * The single values of a policy: durations, numbers, shares, dates, hours, words. In their sentences `{value}` stands
 * for the value; `policy-file/issues.ts` puts in its text, or, when it came from outside the file, only where it came from.
 */
import { z } from 'zod';
import {
  parseRoutingStatus,
  parseSystemPresence,
  ROUTING_STATUSES,
  SYSTEM_PRESENCES,
} from '../domain/agent.ts';
import { hostOfRegion, REGIONS } from '../domain/region.ts';
import {
  DAY,
  formatDuration,
  HOUR,
  parseDuration,
  type Duration,
  type Instant,
} from '../domain/time/time.ts';
import { isZone } from '../domain/time/zone.ts';

const DURATION = '(?=\\d)(?:\\d+d)?(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?';
const DURATION_HELP = 'is not a duration; write 90s, 45m, 2h, 1h30m or 1d';
/** No duration of a policy has a reason to be longer. */
const LONGEST = 3_660 * DAY;

function unitMissing(input: unknown): string | undefined {
  if (typeof input !== 'number') return undefined;
  return Number.isInteger(input) && input > 0 && input < 1_000_000
    ? `{value} has no unit: write ${input}m for minutes or ${input}s for seconds`
    : `{value} ${DURATION_HELP}`;
}

/** A length of time with a unit, from `least` to `most`. */
export function duration(least: Duration, most: Duration = LONGEST) {
  return z
    .string({ error: ({ input }) => unitMissing(input) })
    .regex(new RegExp(`^${DURATION}$`), { error: `{value} ${DURATION_HELP}`, abort: true })
    .transform((text, ctx): Duration => {
      const length = parseDuration(text);
      if (length !== undefined && length >= least && length <= most) return length;
      const bounds =
        length === undefined || length > most
          ? `at most ${formatDuration(most)}`
          : `at least ${formatDuration(least)}`;
      ctx.addIssue({ code: 'custom', message: `must be ${bounds}` });
      return z.NEVER;
    });
}

/** A duration, or the word `never`. */
export function durationOrNever(least: Duration) {
  return z
    .string({ error: ({ input }) => unitMissing(input) })
    .regex(new RegExp(`^(?:never|${DURATION})$`), {
      error: `{value} ${DURATION_HELP}, or never`,
      abort: true,
    })
    .transform((text, ctx): Duration | 'never' => {
      if (text === 'never') return 'never';
      const length = parseDuration(text);
      if (length !== undefined && length >= least && length <= LONGEST) return length;
      ctx.addIssue({ code: 'custom', message: `must be at least ${formatDuration(least)}, or never` });
      return z.NEVER;
    });
}

/** A whole number within bounds; also as text, because what comes from the environment is text. */
export function whole(least: number, most: number) {
  const error = sentenceFor(`must be a whole number from ${least} to ${most}`);
  const number = z.int({ error }).min(least, { error }).max(most, { error });
  return z
    .union([number, z.string().regex(/^\d{1,9}$/, { error })], { error })
    .transform(Number)
    .refine((n) => n >= least && n <= most, { error });
}

/** A part of the whole: `25%` or `0.25`; more than nothing, at most all. */
export function share() {
  const error = sentenceFor('{value} is not a share; write 25% or 0.25: more than 0, at most 100%');
  const number = z.number({ error }).gt(0, { error }).max(1, { error });
  const written = z.string().regex(/^(?:\d{1,3}(?:\.\d+)?%|[01]?\.\d+|1)$/, { error });
  return z
    .union([number, written], { error })
    .transform((given) => {
      if (typeof given === 'number') return given;
      return given.endsWith('%') ? Number(given.slice(0, -1)) / 100 : Number(given);
    })
    .refine((part) => part > 0 && part <= 1, { error });
}

/** Yes or no; also as text, because what comes from the environment is text. */
export function flag() {
  const error = sentenceFor('must be true or false');
  return z
    .union([z.boolean({ error }), z.enum(['true', 'false'], { error })], { error })
    .transform((given) => given === true || given === 'true');
}

/** One sentence for whatever is wrong with a value, other than that it is not there. */
function sentenceFor(sentence: string): z.core.$ZodErrorMap {
  return ({ input }) => (input === undefined || input === null ? undefined : sentence);
}

/** Text that is not empty. A bare number is told to put on quotes. */
export function text(most = 500) {
  return z
    .string({
      error: ({ input }) =>
        typeof input === 'number' || typeof input === 'boolean'
          ? `{value} is read as a ${typeof input}: put it in quotes`
          : undefined,
    })
    .trim()
    .min(1, { error: 'is empty' })
    .max(most, { error: `is longer than ${most} characters` });
}

/** A text of at most 2,000 characters, which every address is; its shape is looked at only then. */
export function addressText() {
  return z.string().max(2_000, { error: 'is longer than 2000 characters', abort: true });
}

/** An address that begins with http:// or https://. */
export function address() {
  return addressText().regex(/^https?:\/\/[^\s/]\S*$/, {
    error: 'must be an address that begins with http:// or https://',
  });
}

const HOST = String.raw`(?:https?://)?(?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*/?`;
const AWS_REGION = String.raw`[A-Za-z]{2,8}(?:[-_][A-Za-z]+)+[-_]\d`;

const REGION = new RegExp(`^(?:${AWS_REGION}|${HOST})$`);

/** A host by its full name, with a port where that is not the usual one; no wildcard. */
export function host() {
  return addressText().regex(/^(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+(?::\d{1,5})?$/, {
    error: 'must be the name of a host such as bucket.s3.amazonaws.com, without https:// and without *',
  });
}

/** An AWS region name or a host. */
export function region() {
  return addressText()
    .regex(REGION, {
      error: '{value} is neither an AWS region such as eu-west-1 nor a host such as mypurecloud.ie',
    })
    .refine((given) => !REGION.test(given) || hostOfRegion(given) !== undefined, {
      error: `{value} is not a region of the platform; there are ${REGIONS.join(', ')}; or write the host`,
      params: { known: REGIONS },
    });
}

function words<Word extends string>(
  kind: string,
  all: readonly Word[],
  parse: (text: string) => Word | undefined,
) {
  const spelled = all.map((word) => word.toLowerCase());
  return z
    .string()
    .meta({ examples: spelled })
    .transform((given, ctx): Word => {
      const word = parse(given);
      if (word !== undefined) return word;
      ctx.addIssue({
        code: 'custom',
        message: `{value} is not a ${kind}; there are ${spelled.join(', ')}`,
        params: { known: spelled },
      });
      return z.NEVER;
    });
}

/** A system presence in any of the platform's spellings. */
export const systemPresence = words('system presence', SYSTEM_PRESENCES, parseSystemPresence);
/** A routing status in any spelling. */
export const routingStatus = words('routing status', ROUTING_STATUSES, parseRoutingStatus);

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

function isDate(given: string): boolean {
  const at = Date.parse(`${given}T00:00:00Z`);
  return DATE.test(given) && Number.isFinite(at) && new Date(at).toISOString().startsWith(given);
}

/** A calendar date. */
export function date() {
  return z.string().refine(isDate, { error: '{value} is not a date; write 2026-12-25' });
}

/**
 * When a protection ends. A date means until that day is over everywhere on earth: noon UTC of the next day, so that
 * no agent loses it early. A moment needs its offset from UTC.
 */
export function until() {
  return z.string().transform((given, ctx): Instant => {
    if (isDate(given)) return Date.parse(`${given}T00:00:00Z`) + DAY + 12 * HOUR;
    if (INSTANT.test(given) && isDate(given.slice(0, 10)) && !Number.isNaN(Date.parse(given)))
      return Date.parse(given);
    const message = '{value} is neither a date such as 2026-12-31 nor a moment such as 2026-12-31T18:00:00Z';
    ctx.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

const CLOCK = String.raw`(?:[01]?\d|2[0-3]):[0-5]\d`;

/** Opening hours of a day: `07:00-19:00`. An end at or before the start is on the next day. */
export function hours() {
  const error = sentenceFor('must be hours such as "07:00-19:00", in quotes; "00:00-24:00" is the whole day');
  return z.string({ error }).regex(new RegExp(String.raw`^${CLOCK}\s*-\s*(?:${CLOCK}|24:00)$`), { error });
}

const DAY_NAME = '(?:mon|tue|wed|thu|fri|sat|sun)';
const DAY_RANGE = `${DAY_NAME}(?:-${DAY_NAME})?`;

/** Days of the week: `mon`, `mon-fri`, `mon,wed`, `daily`. */
export function days() {
  return z
    .string()
    .max(60, { error: 'is too long for days of the week', abort: true })
    .regex(new RegExp(String.raw`^(?:daily|${DAY_RANGE}(?:\s*,\s*${DAY_RANGE})*)$`), {
      error: 'is not a day; write mon, mon-fri, mon,wed or daily',
    });
}

/** What an editor can tell without the list of zones: no abbreviations, no offsets. */
const ZONE = String.raw`^(?:[Uu][Tt][Cc]|[A-Za-z]+(?:/[A-Za-z0-9_+-]+)+)$`;

/** A time zone by its place, or UTC. */
export function timeZone() {
  return text()
    .meta({ pattern: ZONE })
    .refine(isZone, {
      error: '{value} is not a time zone as Area/Location, such as Europe/Berlin, nor UTC',
      params: { known: 'timezones' },
    });
}
