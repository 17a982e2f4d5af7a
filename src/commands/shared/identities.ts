/** How commands that read the store call agents: as `log.identities` of the policy wants it. */
import { existsSync } from 'node:fs';
import { normaliseName } from '../../domain/name.ts';
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
    options.shared?.log.identities ??
    loaded?.settings.log.identities ??
    (existsSync(file) ? readIdentities(file) : ('name' as const));
  const identities = known ?? 'id';
  const caveat =
    known === undefined
      ? 'Agents are shown by id: what log.identities of the policy says cannot be read.'
      : undefined;
  return { identities, call: naming(identities), showsIds: identities !== 'hash', caveat };
}

/** Of an id: enough to tell two people apart, where it does. */
const SHORT_ID = 8;

/**
 * Calls agents as `naming` does, with what tells them apart behind the names that several of these agents have: the e-mail address,
 * else a short id, else the whole one. Ids and hashes are never two people's.
 */
export function tellingApart(
  { identities, call }: Pick<Naming, 'identities' | 'call'>,
  agents: Iterable<Pick<StoredAgent, 'id' | 'name' | 'email'>>,
): Naming['call'] {
  if (identities !== 'name') return call;
  const alike = new Map<string, Pick<StoredAgent, 'id' | 'email'>[]>();
  for (const { id, name, email } of agents) {
    const key = normaliseName(name);
    const others = alike.get(key);
    if (others === undefined) alike.set(key, [{ id, email }]);
    else others.push({ id, email });
  }
  const behind = new Map([...alike.values()].flatMap((several) => [...marksOf(several)]));
  if (behind.size === 0) return call;
  return (agent) => {
    const mark = behind.get(agent.id);
    return mark === undefined ? call(agent) : `${call(agent)} (${mark})`;
  };
}

/** What tells people of one name apart, by id; nothing of one person alone. */
function marksOf(several: readonly Pick<StoredAgent, 'id' | 'email'>[]): ReadonlyMap<string, string> {
  if (several.length < 2) return new Map();
  const ways: readonly ((person: Pick<StoredAgent, 'id' | 'email'>) => string)[] = [
    ({ email }) => email.trim(),
    ({ id }) => id.slice(0, SHORT_ID),
    ({ id }) => id,
  ];
  const marks = ways.map((way) => new Map(several.map((person) => [person.id, way(person)] as const)));
  const telling = marks.find((by) => !isAnyEmpty(by) && new Set(by.values()).size === several.length);
  return telling ?? new Map();
}

function isAnyEmpty(marks: ReadonlyMap<string, string>): boolean {
  return [...marks.values()].includes('');
}
