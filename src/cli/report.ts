/** `report`: what the record of a span adds up to, from the store alone. */
import { readFile, writeFile } from 'node:fs/promises';
import { realClock } from '../clock.ts';
import { LONGEST_KEPT } from '../domain/record.ts';
import type { Instant, Interval } from '../domain/time.ts';
import { eventJson, eventTable } from '../insight/report-events.ts';
import { reportHtml } from '../insight/report-html.ts';
import { reportCsv, reportJson, reportMarkdown } from '../insight/report-text.ts';
import { buildReport, type Report } from '../insight/report.ts';
import { openStore, type SqliteStore } from '../store/sqlite-store.ts';
import { EXIT, UsageError } from './exit.ts';
import { spanOption } from './instants.ts';
import { loadConfig, type ConfigOption } from './options.ts';
import type { Output } from './output.ts';

const FORMATS = ['md', 'csv', 'json', 'html'] as const;
type Format = (typeof FORMATS)[number];

export interface ReportOptions extends ConfigOption {
  readonly from?: string;
  readonly to?: string;
  /** IANA zone of hours of the day and billing months. */
  readonly tz?: string;
  readonly format?: string;
  readonly out?: string;
  readonly events?: boolean;
  readonly json?: boolean;
}

/** Without `--from` the report covers so many days. */
const DAYS = 30;

/** Prints or writes the report, or the record itself. Throws `UsageError` or `StoreError`. */
export async function report(options: ReportOptions, output: Output): Promise<number> {
  const format = formatOf(options);
  const zone = options.tz ?? 'UTC';
  if (!isZone(zone)) throw new UsageError(`"${zone}" is not a time zone: write it like Europe/Berlin.`);
  const now = realClock.now();
  const span = spanOption(options, now, DAYS);
  const { settings } = loadConfig(options, output);
  const store = await openStore(settings.store.sqlite, { now: () => now, readOnly: true });
  try {
    const text =
      options.events === true
        ? await eventsText(store, span, options, output)
        : await render(await gather(store, span, zone, now), format);
    if (options.out === undefined) output.write(text);
    else await save(options.out, text, output);
    return EXIT.fine;
  } finally {
    await store.close();
  }
}

function formatOf({ format, json, out }: ReportOptions): Format {
  if (json === true && format !== undefined && format !== 'json')
    throw new UsageError('--json is --format json: give one of them.');
  const ending = FORMATS.find((one) => out?.toLowerCase().endsWith(`.${one}`));
  const wanted = json === true ? 'json' : (format ?? ending ?? 'md');
  const found = FORMATS.find((one) => one === wanted);
  if (found === undefined) throw new UsageError(`--format is ${FORMATS.join(', ')}, not "${wanted}".`);
  return found;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

async function gather(store: SqliteStore, span: Interval, zone: string, now: Instant): Promise<Report> {
  // How a log-off near the end of the span went on is on record after it.
  const events = await store.events({ from: span.from, to: span.to + LONGEST_KEPT });
  const counts = await store.counts(span.from, span.to);
  return buildReport({ span, events, counts, agents: await store.agents(), zone, now });
}

async function render(built: Report, format: Format): Promise<string> {
  switch (format) {
    case 'md':
      return reportMarkdown(built);
    case 'csv':
      return reportCsv(built);
    case 'json':
      return reportJson(built);
    case 'html':
      return reportHtml(built, await chartLibrary());
  }
}

/** The script of Chart.js that needs no modules. */
async function chartLibrary(): Promise<string> {
  return await readFile(new URL('./chart.umd.min.js', import.meta.resolve('chart.js')), 'utf8');
}

async function eventsText(
  store: SqliteStore,
  span: Interval,
  { json }: ReportOptions,
  { colours }: Output,
): Promise<string> {
  const events = await store.events(span);
  if (json === true) return events.map((event) => `${eventJson(event)}\n`).join('');
  if (events.length === 0) return 'Nothing is on record in this time.\n';
  const [head = '', ...lines] = eventTable(events);
  return `${[colours.bold(head), ...lines].join('\n')}\n`;
}

async function save(path: string, text: string, output: Output): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
    throw new UsageError(`${path} cannot be written (${code}).`);
  }
  output.line(`Written to ${path}.`);
}
