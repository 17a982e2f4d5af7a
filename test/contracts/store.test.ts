/** Every kind of store keeps the same promises: a new kind is one line here. */
import { storeContract } from './store/contract.ts';
import { test } from '@jest/globals';
import { NO_POSTGRES } from '../postgres/server.ts';
import { memoryPlace, postgresPlace, sqlitePlace } from './store/kinds.ts';

storeContract('a SQLite file', sqlitePlace);
storeContract('memory', memoryPlace);
if (NO_POSTGRES === undefined) storeContract('a PostgreSQL database', postgresPlace);
else test.skip(NO_POSTGRES, () => undefined);
