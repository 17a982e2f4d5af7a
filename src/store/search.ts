/** Finding agents by what people write: the same in every kind of store. */
import { normaliseName } from '../domain/name.ts';
import type { StoredAgent } from '../domain/record.ts';

/**
 * The agents that a text means: by id; else by the whole id, name or e-mail address, whatever the case; else by a part of a name
 * or address. Sorted by name, then id.
 */
export function agentsMeant(agents: readonly StoredAgent[], nameOrId: string): readonly StoredAgent[] {
  const wanted = nameOrId.trim();
  if (wanted === '') return [];
  const byId = agents.find(({ id }) => id === wanted);
  if (byId !== undefined) return [byId];
  const text = normaliseName(wanted);
  const forms = agents.map((agent) => ({ agent, id: normaliseName(agent.id), names: namesOf(agent) }));
  const exact = forms.filter(({ id, names }) => id === text || names.includes(text));
  const found =
    exact.length > 0 ? exact : forms.filter(({ names }) => names.some((name) => name.includes(text)));
  return found.map(({ agent }) => agent).sort(byNameThenId);
}

function namesOf({ name, email }: StoredAgent): readonly string[] {
  return [normaliseName(name), normaliseName(email)];
}

/** By code points, as a database without a collation sorts. */
function byNameThenId(a: StoredAgent, b: StoredAgent): number {
  return compare(a.name, b.name) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
