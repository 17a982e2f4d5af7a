/** What every kind of store promises. */
import { afterEach, beforeEach, describe } from '@jest/globals';
import { agentsContract, pruneContract } from './agents.ts';
import { controlsContract, workerContract } from './controls.ts';
import { fenceContract, leaseContract, ownerContract } from './lease.ts';
import { memoriesContract, seenAtContract } from './memories.ts';
import { outboxContract } from './outbox.ts';
import type { MakePlace, Open, StorePlace } from './place.ts';
import { recordContract } from './record.ts';
import { staysContract } from './stays.ts';

/** Holds one kind of store against the contract; each test has a place of its own. */
export function storeContract(kind: string, makePlace: MakePlace): void {
  describe(`in ${kind}`, () => {
    let place: StorePlace;
    const open: Open = (now) => place.open(now);
    beforeEach(async () => {
      place = await makePlace();
    });
    afterEach(() => place.remove());

    memoriesContract(open);
    seenAtContract(open, makePlace);
    recordContract(open);
    leaseContract(() => place);
    ownerContract(() => place);
    fenceContract(() => place);
    workerContract(open);
    controlsContract(open);
    staysContract(open, () => place);
    agentsContract(open);
    pruneContract(open);
    outboxContract(open);
  });
}
