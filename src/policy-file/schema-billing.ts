/** The shape of `billing`, and what it means. */
import type { z } from 'zod';
import type { Billing } from '../domain/licence/billing.ts';
import { about, block } from '../shapes/blocks.ts';
import { timeZone, whole } from '../shapes/scalars.ts';

export const billing = about(
  block({
    starts_on: about(
      whole(1, 31).prefault(1),
      'Day of the month on which a billing month begins; the last day of months that have no such day.',
    ),
    timezone: about(
      timeZone().prefault('UTC'),
      'Time zone of the bill as Area/Location, such as America/Chicago.',
    ),
    expected_peak: about(
      whole(1, 1_000_000),
      'The licence peak that a month is expected to have. Without it rules with `near_peak` only observe for the first three days of a month.',
    ).optional(),
  }).optional(),
  'How concurrent licences are billed, for `near_peak` and reports. Calendar months in UTC unless given.',
);

/** The billing months that a policy means. */
export function toBilling({
  starts_on,
  timezone,
  expected_peak,
}: NonNullable<z.output<typeof billing>>): Billing {
  return { startsOn: starts_on, zone: timezone, expectedPeak: expected_peak };
}
