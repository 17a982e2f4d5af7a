/**
 * Reading some agents again, in bulk. One agent whose data the platform cannot give must not keep all the others from being
 * read: a chunk that fails, or is too large, is asked for in parts, and a part that fails agent by agent. That takes at most 60 requests for a
 * chunk of 50 and three time-outs in a row; with nothing wrong it is one request.
 */
import { SECOND } from '../../domain/time/time.ts';
import type { Effort } from '../http/call.ts';
import { isAboutRequest, PlatformError } from '../http/errors.ts';
import type { Sighting } from '../../ports/agents.ts';

/** Asks for these agents once. Throws `PlatformError`, or the signal's reason. */
export type ReadAgents = (agentIds: readonly string[], effort: Effort) => Promise<readonly Sighting[]>;

export type Warn = (message: string, fields: object) => void;

/** 50 ids of 36 characters and the expands make a URL of some 2,200 characters, which every proxy lets pass. */
const CHUNK = 50;
/** A reading is acted on within ten seconds or not at all: a slower answer is of no use. */
const CHUNK_EFFORT: Effort = { tries: 2, within: 4 * SECOND, timeout: 8 * SECOND };
const PART_EFFORT: Effort = { tries: 1, within: 0, timeout: 4 * SECOND };
/** An agent who is asked for alone gets all the tries there are. */
const ALONE_EFFORT: Effort = { tries: 4, within: 8 * SECOND, timeout: 8 * SECOND };

/**
 * Reads these agents; those who cannot be read are absent. Throws the first `PlatformError` when none could be read, and the
 * signal's reason.
 */
export async function rereadAgents(
  agentIds: readonly string[],
  read: ReadAgents,
  warn: Warn,
): Promise<ReadonlyMap<string, Sighting>> {
  const rereading = new Rereading(read);
  const wanted = [...new Set(agentIds)];
  const chunks: string[][] = [];
  for (let at = 0; at < wanted.length; at += CHUNK) chunks.push(wanted.slice(at, at + CHUNK));
  await Promise.all(chunks.map((chunk) => rereading.chunk(chunk)));
  const { found, failed, firstError } = rereading;
  if (firstError === undefined) return found;
  if (found.size === 0) throw firstError;
  const { operation, status, code } = firstError;
  warn('agents that cannot be read are left alone', { operation, status, code, count: failed });
  return found;
}

class Rereading {
  readonly found = new Map<string, Sighting>();
  failed = 0;
  firstError: PlatformError | undefined;
  readonly #read: ReadAgents;

  constructor(read: ReadAgents) {
    this.#read = read;
  }

  async chunk(ids: readonly string[]): Promise<void> {
    const error = await this.#ask(ids, ids.length === 1 ? ALONE_EFFORT : CHUNK_EFFORT);
    if (error === undefined) return;
    if (ids.length === 1 || !isAboutRequest(error)) this.#fail(ids, error);
    else await this.#all(parts(ids, Math.ceil(Math.sqrt(ids.length))), (part) => this.#part(part));
  }

  async #part(ids: readonly string[]): Promise<void> {
    const error = await this.#ask(ids, PART_EFFORT);
    if (error === undefined) return;
    if (ids.length === 1 || !isAboutRequest(error)) this.#fail(ids, error);
    else await this.#all(parts(ids, 1), (one) => this.#part(one));
  }

  async #all(some: readonly string[][], each: (ids: readonly string[]) => Promise<void>): Promise<void> {
    await Promise.all(some.map(each));
  }

  /** Reads these; answers the error. Agents whom an answer leaves out while it holds others are asked for once more. */
  async #ask(ids: readonly string[], effort: Effort): Promise<PlatformError | undefined> {
    const answer = await this.#readOrError(ids, effort);
    if (answer instanceof PlatformError) return answer;
    const lacking = this.#take(ids, answer);
    if (lacking.length === 0 || lacking.length === ids.length) return undefined;
    const second = await this.#readOrError(lacking, PART_EFFORT);
    if (second instanceof PlatformError) this.#fail(lacking, second);
    else this.#take(lacking, second);
    return undefined;
  }

  async #readOrError(ids: readonly string[], effort: Effort): Promise<readonly Sighting[] | PlatformError> {
    try {
      return await this.#read(ids, effort);
    } catch (error) {
      if (error instanceof PlatformError) return error;
      throw error;
    }
  }

  /** Takes in agents who were asked for and are there exactly once; answers the others. Two readings of one moment contradict. */
  #take(ids: readonly string[], sightings: readonly Sighting[]): readonly string[] {
    const times = new Map<string, number>();
    for (const { agent } of sightings) times.set(agent.id, (times.get(agent.id) ?? 0) + 1);
    const asked = new Set(ids);
    for (const sighting of sightings) {
      const { id } = sighting.agent;
      if (asked.has(id) && times.get(id) === 1) this.found.set(id, sighting);
    }
    return ids.filter((id) => !this.found.has(id));
  }

  #fail(ids: readonly string[], error: PlatformError): void {
    this.failed += ids.length;
    this.firstError ??= error;
  }
}

function parts(ids: readonly string[], size: number): string[][] {
  const made: string[][] = [];
  for (let at = 0; at < ids.length; at += size) made.push(ids.slice(at, at + size));
  return made;
}
