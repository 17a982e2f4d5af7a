/** E-mail by SMTP. */
import { about, nonEmpty } from '../../../shapes/blocks.ts';
import { addressText, text } from '../../../shapes/scalars.ts';
import { secretsInAddress } from '../../../texts/secret-address.ts';
import type { ChannelConfig, SettingsOf } from '../kind.ts';

const mailServer = about(
  addressText().regex(/^(?:smtps?:\/\/[^\s/]\S*)?$/, {
    error: 'must be an address that begins with smtp:// or smtps://',
  }),
  'Mail server, with user and password; a secret. Empty switches the channel off.',
);

const shape = {
  url: mailServer,
  from: about(text(), 'Sender.'),
  to: about(nonEmpty(text(), 100), 'Recipients of alarms; a warning goes to the agent concerned.').optional(),
};

/** Holds secrets: never log it. */
export type EmailSettings = SettingsOf<typeof shape>;

export const config: ChannelConfig<typeof shape> = {
  type: 'email',
  shape,
  warns: 'agent',
  secretsIn: ({ url }) => secretsInAddress(url),
  remarks: ({ to }, alarms) =>
    to !== undefined || alarms.length === 0
      ? []
      : [
          {
            severity: 'fault',
            path: ['to'],
            message: `is missing: no one would receive ${alarms.join(', ')}`,
          },
        ],
};
