/** The shape of `stay`: what agents may answer a warning with. */
import { DAY, MINUTE } from '../domain/time/time.ts';
import { about, block } from '../shapes/blocks.ts';
import { duration, whole } from '../shapes/scalars.ts';

export const stay = about(
  block({
    for: about(duration(MINUTE, DAY).prefault('30m'), 'No rule is due for so long after a stay.'),
    per_day: about(
      whole(1, 100).prefault(2),
      'After so many of them in 24 hours a warning of this agent carries no link.',
    ),
  }),
  'A warning carries a link to the page, where the agent says "I am here". Needs page.url and page.secret. Left out: no link.',
);
