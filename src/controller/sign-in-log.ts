/** The audit log as the inquiry asks it: of each agent the entries that name them. */
import type { Agent } from '../domain/agent.ts';
import { signedIn, type KnownAgents } from '../domain/evidence/signed-in.ts';
import type { AgentSignIn, AgentSignIns } from '../domain/evidence/sign-ins.ts';
import { normaliseName } from '../domain/name.ts';
import type { SignIns } from '../ports/evidence.ts';

type Named = Pick<Agent, 'id' | 'email'>;

/** Reads each entry once: there may be thousands, and as many agents. */
export class SignInLog {
  readonly #knownTo: SignIns['knownTo'];
  readonly #entries = new Map<string, AgentSignIn[]>();

  /** `everyone`: all agents who are known, also those who are not asked about, for an entry may be theirs. */
  constructor({ entries, knownTo }: SignIns, everyone: Iterable<Named>) {
    this.#knownTo = knownTo;
    const agents = new Names(everyone);
    for (const entry of entries) {
      const { ids, isCertain } = signedIn(entry, agents);
      for (const id of ids) {
        const known = this.#entries.get(id) ?? [];
        known.push({ at: entry.at, isCertain });
        this.#entries.set(id, known);
      }
    }
  }

  /** What of the log concerns this agent. */
  of({ id }: Pick<Agent, 'id'>): AgentSignIns {
    return { entries: this.#entries.get(id) ?? [], knownTo: this.#knownTo };
  }
}

class Names implements KnownAgents {
  readonly #ids = new Set<string>();
  readonly #byAddress = new Map<string, Set<string>>();

  constructor(everyone: Iterable<Named>) {
    for (const { id, email } of everyone) {
      this.#ids.add(id);
      const address = normaliseName(email);
      const known = this.#byAddress.get(address);
      if (known === undefined) this.#byAddress.set(address, new Set([id]));
      else known.add(id);
    }
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  withAddress(email: string): ReadonlySet<string> {
    return this.#byAddress.get(normaliseName(email)) ?? NOBODY;
  }
}

const NOBODY: ReadonlySet<string> = new Set();
