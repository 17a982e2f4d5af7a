/** How commands that read the store call agents: as `log.identities` of the policy wants it. */
import { existsSync } from 'node:fs';
import type { StoredAgent } from '../../domain/record.ts';
import { naming, type Identities } from '../../app/naming.ts';
import { readIdentities } from '../../policy-file/identities.ts';
import { configPath, type ConfigOption } from './options.ts';
import type { PolicyForReading } from './policy-for-reading.ts';

/** How agents are called. */
export interface Naming {
  readonly identities: Identities;
  readonly call: (agent: Pick<StoredAgent, 'id' | 'name'>) => string;
  /** Whether the id may stand beside what an agent is called. */
  readonly showsIds: boolean;
  /** A sentence where it cannot be told what the policy wants. */
  readonly caveat: string | undefined;
}

/** Names, ids or hashes. Where a policy is there and does not tell, ids: a name that was shown cannot be taken back. */
export function namingFor(options: ConfigOption, { loaded }: PolicyForReading): Naming {
  const file = configPath(options);
  const known =
    loaded?.settings.log.identities ?? (existsSync(file) ? readIdentities(file) : ('name' as const));
  const identities = known ?? 'id';
  const caveat =
    known === undefined
      ? 'Agents are shown by id: what log.identities of the policy says cannot be read.'
      : undefined;
  return { identities, call: naming(identities), showsIds: identities !== 'hash', caveat };
}
