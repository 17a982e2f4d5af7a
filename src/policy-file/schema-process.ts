/** Keys that are those of a process: a policy that is alone has them itself, several organisations have them in the file of their fleet. */
import { z } from 'zod';
import { about, block, oneOf } from '../shapes/blocks.ts';
import { addressText, text, whole } from '../shapes/scalars.ts';

/** How much is logged, most first. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** What an organisation may be called: a label of metrics, and the name of a file. */
export const organisationName = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9])?$/, {
  error: '{value} is not a name: letters from a to z, digits, blank, dot, dash and underscore, at most 64',
});

/** Where a PostgreSQL database is. */
export const databaseUrl = addressText().regex(/^postgres(?:ql)?:\/\/\S+$/, {
  error: 'must be an address that begins with postgres://',
});

export const server = about(
  block({
    host: about(text().prefault('127.0.0.1'), 'Address to listen on; 0.0.0.0 in a container.'),
    port: about(
      whole(0, 65_535).prefault(8080),
      'Port of health, metrics and status; 0 lets the system choose.',
    ),
  }).prefault({}),
  'Health, metrics and status.',
);

export const log = about(
  block({
    level: about(oneOf(LOG_LEVELS).prefault('info'), 'How much.'),
    identities: about(oneOf(['name', 'id', 'hash']).prefault('name'), 'How agents are named in the log.'),
  }).prefault({}),
  'The log.',
);
