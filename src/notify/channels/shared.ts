/** The address of channels that are posted to. */
import { about } from '../../shapes/blocks.ts';
import { addressText } from '../../shapes/scalars.ts';

/** A secret: hooks carry their key in it. */
export const hook = about(
  addressText().regex(/^(?:https?:\/\/[^\s/]\S*)?$/, {
    error: 'must be an address that begins with http:// or https://',
  }),
  'Where to send; a secret. Empty switches the channel off.',
);
