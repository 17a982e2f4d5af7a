/** The shape of the file of a fleet: several organisations in one process. */
import { z } from 'zod';
import { DAY } from '../domain/time/time.ts';
import { about, block } from '../shapes/blocks.ts';
import { duration, text } from '../shapes/scalars.ts';
import { fleetPage as page } from './schema-page.ts';
import { databaseUrl, log, server } from './schema-process.ts';

/** What all organisations of a process have in common; each has a policy of its own beside it. */
export const fleetRoot = block({
  version: about(
    z.literal(1, { error: 'must be 1, the only version of this format' }),
    'Version of the format.',
  ),
  organisations: about(
    text(),
    'Which files are policies of organisations, from the folder of this file; * stands for any text in the name of the file.',
  ),
  store: about(
    block({
      sqlite: about(
        text().prefault('./data'),
        'Folder; each organisation has a database file in it, by its name.',
      ),
      postgres: about(
        databaseUrl,
        'URL of a PostgreSQL database, in place of the folder; each organisation has its part of it, by its name.',
      ).optional(),
      retention: about(duration(1 * DAY).prefault('400d'), 'Personal data goes after this time.'),
    }).prefault({}),
    'Memory and record of all organisations.',
  ),
  server,
  page,
  log,
}).meta({
  title: 'Idle enforcer fleet',
  description: 'Several organisations in one process: where their policies are, and what they share.',
});
