/** The key that every connector has. */
import { HOUR } from '../../domain/time/time.ts';
import { about } from '../../shapes/blocks.ts';
import { duration } from '../../shapes/scalars.ts';

/** How long to wait; the connector's own knowledge unless given. */
export const delay = about(
  duration(0, HOUR),
  'Wait between ending the session and revoking the tokens.',
).optional();
