/** How agents are named. It stands apart from the log: a command that writes none need not load a logger. */
import { createHash } from 'node:crypto';
import type { Agent } from '../domain/agent.ts';

export type Identities = 'name' | 'id' | 'hash';

/** Names an agent in logs as `log.identities` wants it. */
export function naming(identities: Identities): (agent: Pick<Agent, 'id' | 'name'>) => string {
  switch (identities) {
    case 'name':
      return ({ name }) => name;
    case 'id':
      return ({ id }) => id;
    case 'hash':
      return ({ id }) => createHash('sha256').update(id).digest('hex').slice(0, 12);
  }
}
