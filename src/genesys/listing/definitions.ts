/** The organisation's presence definitions: `GET /api/v2/presence/definitions` lists system and own ones in one answer. */
import { parseSystemPresence, type SystemPresence } from '../../domain/agent.ts';
import { HOUR, type Duration, type Instant } from '../../domain/time/time.ts';
import { asObject } from '../../http/read-json.ts';
import { asName } from '../http/json.ts';
import { entitiesOf } from './listing.ts';
import type { CallOptions, Sdk } from '../http/sdk.ts';

export interface Definition {
  /** Empty where the platform gave none. */
  readonly id: string;
  readonly names: readonly string[];
  readonly system: SystemPresence | undefined;
  /** One of the platform's own, not a label that the organisation made. */
  readonly builtIn: boolean;
}

/** Stands for an entry that says neither what it is nor how it is called. */
const NAMELESS: Definition = { id: '', names: [], system: undefined, builtIn: false };

const OPERATION = 'getPresenceDefinitions0';
const FRESH_FOR: Duration = 12 * HOUR;

/** Reads all definitions. Throws `PlatformError`. */
export async function readDefinitions(sdk: Sdk, options: CallOptions): Promise<readonly Definition[]> {
  const answer = await sdk.call(OPERATION, options, () =>
    sdk.presence.getPresenceDefinitions0({ deactivated: 'false' }),
  );
  const found: Definition[] = [];
  for (const entity of entitiesOf(answer, OPERATION).entities) {
    const raw = asObject(entity);
    const id = asName(raw?.['id']);
    if (raw?.['deactivated'] === true) continue;
    if (raw === undefined || id === undefined) {
      found.push(NAMELESS);
      continue;
    }
    const word = asName(raw['systemPresence']);
    const labels = Object.values(asObject(raw['languageLabels']) ?? {});
    const names = [...labels, raw['name']].map(asName).filter((name) => name !== undefined);
    const builtIn = asName(raw['type'])?.toUpperCase() === 'SYSTEM';
    found.push({
      id,
      names: [...new Set(names)],
      system: word === undefined ? undefined : parseSystemPresence(word),
      builtIn,
    });
  }
  return found;
}

/** Which definition stands for plain Offline; asked once and kept. */
export class OfflineDefinition {
  readonly #sdk: Sdk;
  readonly #now: () => Instant;
  #known: { readonly id: string; readonly readAt: Instant } | undefined;
  #pending: Promise<string | undefined> | undefined;
  #seen: string | undefined;

  constructor(sdk: Sdk, now: () => Instant) {
    this.#sdk = sdk;
    this.#now = now;
  }

  /** A definition that an Offline agent was seen with: it will do when the definitions cannot be read. */
  noteSeen(definitionId: string): void {
    this.#seen ??= definitionId;
  }

  /** Reads the definitions and keeps the one for Offline. Throws `PlatformError`. */
  async load(signal?: AbortSignal): Promise<string | undefined> {
    const offline = (await readDefinitions(this.#sdk, { priority: 'action', signal })).filter(
      ({ system }) => system === 'OFFLINE',
    );
    const chosen = offline.find(({ builtIn }) => builtIn) ?? offline[0];
    if (chosen !== undefined) this.#known = { id: chosen.id, readAt: this.#now() };
    return chosen?.id;
  }

  /** The id, from memory where possible; `undefined` when the platform names none. Throws `PlatformError`. */
  async id(): Promise<string | undefined> {
    const known = this.#known;
    if (known !== undefined) {
      // Log-offs do not wait for a list that hardly ever changes: it is read again beside them.
      if (Math.abs(this.#now() - known.readAt) >= FRESH_FOR) this.#refresh().catch(() => undefined);
      return known.id;
    }
    try {
      return (await this.#refresh()) ?? this.#seen;
    } catch (error) {
      if (this.#seen === undefined) throw error;
      return this.#seen;
    }
  }

  #refresh(): Promise<string | undefined> {
    this.#pending ??= this.load().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }
}
