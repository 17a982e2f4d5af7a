/** The audit log as the inquiry asks it: of each agent the entries with their address. Of some agents an address tells nothing. */
import type { Agent } from '../domain/agent.ts';
import type { SignIn } from '../domain/evidence/records.ts';
import type { AgentSignIns } from '../domain/evidence/sign-ins.ts';
import { normaliseName } from '../domain/name.ts';
import type { SignIns } from '../ports/evidence.ts';
import type { Tracker } from './tracker.ts';

/** Reads each entry once: there may be thousands, and as many agents. */
export class SignInLog {
  readonly #knownTo: SignIns['knownTo'];
  readonly #entries = new Map<string, SignIn[]>();

  constructor({ entries, knownTo }: SignIns) {
    this.#knownTo = knownTo;
    for (const entry of entries) {
      const address = normaliseName(entry.email);
      const known = this.#entries.get(address);
      if (known === undefined) this.#entries.set(address, [entry]);
      else known.push(entry);
    }
  }

  /** What of the log concerns this agent. */
  of({ email }: Pick<Agent, 'email'>): AgentSignIns {
    return { entries: this.#entries.get(normaliseName(email)) ?? [], knownTo: this.#knownTo };
  }
}

/**
 * Those of these agents of whom the log can tell: they have an address, and nobody else who is known has the same. The other one's
 * sign-in would be taken for theirs.
 */
export function toldOf(agents: readonly Agent[], population: Pick<Tracker, 'known'>): ReadonlySet<string> {
  const byAddress = new Map<string, Set<string>>();
  for (const { id, email } of agents) {
    const address = normaliseName(email);
    if (address === '') continue;
    const ids = byAddress.get(address) ?? new Set();
    byAddress.set(address, ids.add(id));
  }
  if (byAddress.size === 0) return new Set();
  for (const { id, email } of population.known()) byAddress.get(normaliseName(email))?.add(id);
  return new Set([...byAddress.values()].flatMap((ids) => (ids.size === 1 ? [...ids] : [])));
}
