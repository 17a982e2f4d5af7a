/** Every kind of store keeps the same promises: a new kind is one line here. */
import { storeContract } from './store/contract.ts';
import { memoryPlace, sqlitePlace } from './store/kinds.ts';

storeContract('a SQLite file', sqlitePlace);
storeContract('memory', memoryPlace);
