/** Where `backtest` gets its history from: the platform, with or without a recording of it, or a recording alone. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { realClock } from '../../app/clock.ts';
import type { Agent } from '../../domain/agent.ts';
import { noShifts } from '../../domain/time/shifts.ts';
import { DAY, type Interval } from '../../domain/time/time.ts';
import { PlatformError } from '../../genesys/http/errors.ts';
import type { HistoryPage, HistoryPlace } from '../../genesys/history/history.ts';
import type { Platform } from '../../genesys/platform.ts';
import { HistoryBuilder, type History } from './history.ts';
import {
  readRecording,
  RecordingFault,
  RecordingWriter,
  type RecordedName,
  type RecordedOrganisation,
} from './recording.ts';
import { minuteText } from '../report/sections.ts';
import type { LogStream } from '../../app/log-stream.ts';
import { createLog } from '../../app/logging.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { NAME_KINDS } from '../../domain/policy/policy.ts';
import { namesNeeded } from '../../policy-file/names.ts';
import type { Needs } from '../../policy-file/needs.ts';
import { needsOf } from '../../policy-file/needs.ts';
import { resolvePolicy } from '../../policy-file/resolve.ts';
import { Metrics } from '../../server/metrics.ts';
import { connect } from '../../app/compose.ts';
import type { Redactor } from '../../texts/redactor.ts';
import { UsageError } from '../shared/exit.ts';
import { Progress } from '../shared/progress.ts';
import { counted } from '../../texts/counted.ts';

/** History, and the organisation whose it is. */
export interface HistorySource {
  readonly history: History;
  readonly organisation: RecordedOrganisation;
}

/** Reads a recording. Throws `UsageError` when there is none, or less in it than is wanted. */
export async function fromRecording(path: string, wanted: Partial<Interval>): Promise<HistorySource> {
  const builder = new HistoryBuilder();
  const recording = await recordingOrUsage(
    readRecording(path, (users) => {
      for (const user of users) builder.add(user);
    }),
  );
  const { organisation, place, span, complete } = recording;
  const end = complete ? span.to : (place?.doneTo ?? span.from);
  if (!complete)
    throw new UsageError(
      `${path} is not complete: it has history up to ${minuteText(end)}, but ${minuteText(span.to)} was asked for. Run the backtest that recorded it again with the same --record: it continues.`,
    );
  const cut = { from: wanted.from ?? span.from, to: wanted.to ?? span.to };
  if (cut.from < span.from || cut.to > span.to || cut.from >= cut.to)
    throw new UsageError(
      `${path} holds ${minuteText(span.from)} to ${minuteText(span.to)}: --from and --to must lie within.`,
    );
  return { history: builder.build(cut, organisation.agents), organisation };
}

/** What is wanted of the platform. */
export interface HistoryWanted {
  readonly span: Interval;
  /** The span was given by its dates; otherwise one counted from now, which a recording begun earlier decides. */
  readonly exact: boolean;
  readonly record: string | undefined;
  /** Where warnings go. */
  readonly log: LogStream;
}

/** Reads from the platform; with `record` also into a file, or on from where that file ends. */
export async function fromPlatform(
  connection: LoadedPolicy,
  policies: readonly LoadedPolicy[],
  wanted: HistoryWanted,
  redactor: Redactor,
): Promise<HistorySource> {
  const { record } = wanted;
  const builder = new HistoryBuilder();
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort(new UsageError('Stopped.'));
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const platform = connect(connection.settings, {
    clock: realClock,
    log: createLog('warn', wanted.log, redactor),
    metrics: new Metrics(),
    redactor,
  });
  const progress = new Progress();
  let pages = 0;
  try {
    await platform.checkCredentials(stop.signal);
    const begun = await begin(platform, policies, wanted, builder, stop.signal);
    const { organisation, writer, span } = begun;
    try {
      const take = async (page: HistoryPage): Promise<void> => {
        await writer?.append(page);
        for (const user of page.users) builder.add(user);
        pages += 1;
        progress.show(() => reading(page.place, span, pages));
      };
      await platform.history.read(span, begun.place, take, stop.signal);
    } catch (error) {
      throw explained(error, record);
    } finally {
      progress.end();
      await writer?.close();
    }
    return { history: builder.build(span, organisation.agents), organisation };
  } catch (error) {
    throw error instanceof RecordingFault ? new UsageError(`--record: ${error.message}`) : error;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    await platform.close();
  }
}

interface Begun {
  readonly span: Interval;
  readonly organisation: RecordedOrganisation;
  readonly writer: RecordingWriter | undefined;
  readonly place: HistoryPlace | undefined;
}

async function begin(
  platform: Platform,
  policies: readonly LoadedPolicy[],
  { span, exact, record }: HistoryWanted,
  builder: HistoryBuilder,
  signal: AbortSignal,
): Promise<Begun> {
  if (record !== undefined && existsSync(record)) {
    const recording = await readRecording(record, (users) => {
      for (const user of users) builder.add(user);
    });
    const same = recording.span.from === span.from && recording.span.to === span.to;
    if (exact && !same)
      throw new UsageError(
        `${record} is a recording of ${minuteText(recording.span.from)} to ${minuteText(recording.span.to)}: give the same --from and --to to continue it, replay it with --replay, or name another file.`,
      );
    const writer = await RecordingWriter.resume(record, recording);
    return { span: recording.span, organisation: recording.organisation, writer, place: recording.place };
  }
  const organisation = await readOrganisation(platform, policies, span, signal);
  const writer = record === undefined ? undefined : await RecordingWriter.create(record, span, organisation);
  return { span, organisation, writer, place: undefined };
}

/** Everyone, and whatever policies name: all of it where it may be read, so that a recording serves other policies too. */
async function readOrganisation(
  platform: Platform,
  policies: readonly LoadedPolicy[],
  span: Interval,
  signal: AbortSignal,
): Promise<RecordedOrganisation> {
  const names: Record<string, readonly RecordedName[]> = {};
  const needed = policies.map(({ draft }) => namesNeeded(draft));
  for (const kind of NAME_KINDS) {
    if (kind === 'users') continue;
    try {
      names[kind] = await platform.names(kind, signal);
    } catch (error) {
      const isNeeded = needed.some((each) => each[kind].length > 0);
      if (isNeeded || !(error instanceof PlatformError) || error.kind !== 'forbidden') throw error;
    }
  }
  const needs = unionOf(
    policies.map(({ draft }) => needsOf(resolvePolicy(draft, { ...names }, new Map(), span.from).policy)),
  );
  platform.setNeeds({ ...needs, schedules: 'none' });
  const agents: Agent[] = [];
  const summary = await platform.directory.sweep((page) => {
    // Whose groups did not come may be exempt, or in another profile: they are left out like a stranger.
    for (const { agent, observation } of page) if (observation.missing.length === 0) agents.push(agent);
  }, signal);
  signal.throwIfAborted();
  if (!summary.complete)
    throw new UsageError(`The users could not be listed: ${summary.fault ?? 'unknown'}. Try again.`);
  const { groups, roles, queues, teams } = needs;
  const read = { groups, roles, queues, teams };
  const { schedules } = needs;
  if (schedules === 'none') return { agents, names, read };
  const { agents: found, unread } = await platform.schedules.ofThePast(span, schedules, signal);
  const none = unread.length === 0 ? noShifts(span.to) : undefined;
  const scheduled = agents.map((agent) => ({ ...agent, shifts: found.get(agent.id) ?? none }));
  return { agents: scheduled, names, read, schedules: { read: schedules, unread: unread.length } };
}

function unionOf(all: readonly Needs[]): Needs {
  const ids = (kind: 'queues' | 'teams'): string[] => [...new Set(all.flatMap((needs) => needs[kind]))];
  return {
    names: all.some(({ names }) => names),
    groups: true,
    roles: all.some(({ roles }) => roles),
    queues: ids('queues'),
    teams: ids('teams'),
    tokens: false,
    schedules: mostOf(all.map(({ schedules }) => schedules)),
  };
}

function mostOf(all: readonly Needs['schedules'][]): Needs['schedules'] {
  if (all.includes('activities')) return 'activities';
  return all.includes('shifts') ? 'shifts' : 'none';
}

function explained(error: unknown, record: string | undefined): unknown {
  if (!(error instanceof PlatformError) && !(error instanceof UsageError)) return error;
  const hint =
    record === undefined
      ? 'With --record FILE a reading that breaks off can be taken up again.'
      : `What was read is in ${record}: the same command continues from there.`;
  if (error instanceof UsageError) return new UsageError(`${error.message} ${hint}`);
  const { kind, operation, status, code, contextId, correlationId, retryAfter } = error;
  const facts = { kind, operation, status, code, contextId, correlationId, retryAfter };
  return new PlatformError(`History could not be read to its end: ${error.message}. ${hint}`, facts);
}

async function recordingOrUsage<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof RecordingFault ? new UsageError(`--replay: ${error.message}`) : error;
  }
}

/** How far the reading is. */
function reading({ doneTo, within }: HistoryPlace, { from, to }: Interval, pages: number): string {
  const days = ((Math.min(doneTo, to) - from) / DAY).toFixed(1);
  const stretch = within === undefined ? '' : `, now the days to ${minuteText(within.to)}`;
  return `history: ${days} of ${((to - from) / DAY).toFixed(1)} days read, ${counted(pages, 'page')}${stretch}`;
}
