/**
 * History in a file, so that it can be replayed without the platform, and so that a reading that broke off goes on where it
 * was. One JSON value a line: first what was read and from whom, then page by page what the platform said, each with the
 * place after it. A line that was cut by a crash is dropped when the file is taken up again.
 */
import { createReadStream } from 'node:fs';
import { open, truncate, type FileHandle } from 'node:fs/promises';
import type { Agent, SystemPresence } from '../../domain/agent.ts';
import type { Instant, Interval } from '../../domain/time/time.ts';
import { FileFault, openPlainFile } from '../../files/plain-file.ts';
import type { HistorySpan, UserHistory } from './history.ts';
import { unwritten } from '../shared/private-file.ts';

/** One thing that a policy may name. */
export interface RecordedName {
  readonly id: string;
  readonly names: readonly string[];
  readonly system?: SystemPresence;
  readonly builtIn?: boolean;
}

/** Who was there when history was read, and what policies may name. */
export interface RecordedOrganisation {
  readonly agents: readonly Agent[];
  /** By kind, as the policy knows them; a kind that was not read is absent. */
  readonly names: Readonly<Record<string, readonly RecordedName[]>>;
  /** What of the agents' schedules was read; they stand with the agents. Absent where no policy asked for them. */
  readonly schedules?: {
    readonly read: 'shifts' | 'activities';
    /** Units that could not be read. */
    readonly unread: number;
  };
  /** Which memberships of the agents were read. Ids of queues and teams. */
  readonly read: {
    readonly groups: boolean;
    readonly roles: boolean;
    readonly queues: readonly string[];
    readonly teams: readonly string[];
  };
}

/** How far the reading had come: handed back to the reader unchanged. */
export interface RecordedPlace {
  readonly doneTo: Instant;
}

/** One page of history. */
export interface RecordedPage<P extends RecordedPlace = RecordedPlace> {
  readonly users: readonly UserHistory[];
  readonly place: P;
}

/** What a file holds, apart from the pages. */
export interface Recording {
  readonly span: Interval;
  readonly organisation: RecordedOrganisation;
  /** After the last whole page; `undefined` before the first. */
  readonly place: RecordedPlace | undefined;
  /** Everything that was asked for is there. */
  readonly complete: boolean;
  /** Where the last whole line ends. */
  readonly bytes: number;
}

/** The file is no recording, or cannot be read or written: the sentence says why. */
export class RecordingFault extends Error {
  override readonly name = 'RecordingFault';
}

const FORMAT = 'idle-enforcer history';
const VERSION = 1;
/** What is read of people is for the owner of the file alone. */
const OWN = 0o600;
const OTHERS = 0o077;
/** Stands for a record without an end. */
const OPEN = -1;

interface Header {
  readonly format: string;
  readonly version: number;
  readonly from: string;
  readonly to: string;
  readonly organisation: RecordedOrganisation;
}

/** Flat: from, length, number of the word; from, length, … */
type PageLine = {
  readonly words: readonly (readonly [number, string, string?])[];
  readonly place: RecordedPlace;
  readonly users: readonly (readonly [string, readonly number[], readonly number[]])[];
};

/** Reads a file page by page. Rejects with `RecordingFault`. */
export async function readRecording(
  path: string,
  onPage: (users: readonly UserHistory[]) => void,
): Promise<Recording> {
  const words: (readonly [string, string | undefined])[] = [];
  let header: Header | undefined;
  let place: RecordedPlace | undefined;
  let bytes = 0;
  for await (const { text, end, whole } of linesOf(path)) {
    const value = parsed(text);
    if (value === undefined) {
      if (!whole) break;
      if (header === undefined) throw notOurs(path);
      throw new RecordingFault(`${path} is damaged after ${bytes} bytes: that line is no JSON.`);
    }
    if (!whole) break;
    bytes = end;
    if (header === undefined) {
      header = headerIn(value, path);
      continue;
    }
    const page = value as PageLine;
    for (const [number, state, definitionId] of page.words) words[number] = [state, definitionId];
    onPage(page.users.map((user) => userOf(user, words)));
    place = page.place;
  }
  if (header === undefined) throw notOurs(path);
  const span = { from: Date.parse(header.from), to: Date.parse(header.to) };
  const complete = place !== undefined && place.doneTo >= span.to;
  return { span, organisation: header.organisation, place, complete, bytes };
}

function notOurs(path: string): RecordingFault {
  return new RecordingFault(`${path} is no recording of history made by backtest --record.`);
}

function headerIn(value: object, path: string): Header {
  const header = value as Partial<Header>;
  if (header.format !== FORMAT) throw notOurs(path);
  if (header.version !== VERSION)
    throw new RecordingFault(
      `${path} was made by another version of the program (format ${String(header.version)}): record again.`,
    );
  if (header.from === undefined || header.to === undefined || header.organisation === undefined)
    throw new RecordingFault(`${path} is damaged: its first line is not whole.`);
  return header as Header;
}

function userOf(
  [userId, presence, routing]: PageLine['users'][number],
  words: readonly (readonly [string, string | undefined])[],
): UserHistory {
  const spans = (flat: readonly number[]): HistorySpan[] => {
    const list: HistorySpan[] = [];
    for (let i = 0; i + 2 < flat.length; i += 3) {
      const from = flat[i] ?? 0;
      const length = flat[i + 1] ?? OPEN;
      const [state = '', definitionId] = words[flat[i + 2] ?? 0] ?? [];
      list.push({ from, to: length === OPEN ? undefined : from + length, state, definitionId });
    }
    return list;
  };
  return { userId, presence: spans(presence), routing: spans(routing) };
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Line {
  readonly text: string;
  readonly end: number;
  /** It ends as a line does. */
  readonly whole: boolean;
}

/** No line of a recording is longer, in bytes: the first one names all agents. */
const LONGEST_LINE = 256 * 1024 * 1024;

async function* linesOf(path: string): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let length = 0;
  let end = 0;
  try {
    const fd = openPlainFile(path);
    for await (const chunk of createReadStream(path, { fd, highWaterMark: 1 << 20 })) {
      let rest = chunk as Buffer;
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
        const text = Buffer.concat([...parts, rest.subarray(0, at)]).toString();
        end += Buffer.byteLength(text) + 1;
        yield { text, end, whole: true };
        [parts, length] = [[], 0];
        rest = rest.subarray(at + 1);
      }
      if (rest.length > 0) parts.push(rest);
      length += rest.length;
      if (length > LONGEST_LINE) throw notOurs(path);
    }
  } catch (error) {
    if (error instanceof RecordingFault) throw error;
    const why = error instanceof FileFault ? error.why : codeOf(error);
    throw new RecordingFault(`${path} cannot be read (${why}).`);
  }
  if (parts.length > 0) yield { text: Buffer.concat(parts).toString(), end, whole: false };
}

/** Writes a file line by line; what is written is whole after each page. */
export class RecordingWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #numbers = new Map<string, number>();

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Begins a file that must not be there yet. Rejects with `RecordingFault`. */
  static async create(
    path: string,
    { from, to }: Interval,
    organisation: RecordedOrganisation,
  ): Promise<RecordingWriter> {
    const writer = new RecordingWriter(path, await opened(path, 'wx'));
    const header: Header = {
      format: FORMAT,
      version: VERSION,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      organisation,
    };
    await writer.#line(header);
    return writer;
  }

  /** Goes on after the last whole line of a file. Words are numbered anew, which readers take as it comes. */
  static async resume(path: string, { bytes }: Recording): Promise<RecordingWriter> {
    try {
      await truncate(path, bytes);
    } catch (error) {
      throw new RecordingFault(unwritten(path, error));
    }
    return new RecordingWriter(path, await opened(path, 'a'));
  }

  async append({ users, place }: RecordedPage): Promise<void> {
    const words: [number, string, string?][] = [];
    const number = ({ state, definitionId }: HistorySpan): number => {
      // With the length of the word, so that no two pairs have the same key.
      const key = `${state.length}:${state}${definitionId === undefined ? '' : `=${definitionId}`}`;
      const known = this.#numbers.get(key);
      if (known !== undefined) return known;
      const next = this.#numbers.size;
      this.#numbers.set(key, next);
      words.push(definitionId === undefined ? [next, state] : [next, state, definitionId]);
      return next;
    };
    const flat = (spans: readonly HistorySpan[]): number[] =>
      spans.flatMap((span) => [
        span.from,
        span.to === undefined ? OPEN : Math.max(0, span.to - span.from),
        number(span),
      ]);
    const lines = users.map(
      ({ userId, presence, routing }) => [userId, flat(presence), flat(routing)] as const,
    );
    const page: PageLine = { words, place, users: lines };
    await this.#line(page);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #line(value: object): Promise<void> {
    try {
      await this.#file.appendFile(`${JSON.stringify(value)}\n`);
    } catch (error) {
      throw new RecordingFault(unwritten(this.#path, error));
    }
  }
}

async function opened(path: string, flags: 'wx' | 'a'): Promise<FileHandle> {
  try {
    const file = await open(path, flags, OWN);
    const stats = await file.stat();
    // One that was begun by an earlier version, or copied, may be open to others.
    if (stats.isFile() && (stats.mode & OTHERS) !== 0) await file.chmod(OWN);
    return file;
  } catch (error) {
    throw new RecordingFault(unwritten(path, error));
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
}
