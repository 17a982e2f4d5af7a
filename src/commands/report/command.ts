/** `report`: what the record of a span adds up to, from the store alone. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { realClock } from '../../app/clock.ts';
import { LONGEST_KEPT, type StoredEvent } from '../../domain/record.ts';
import type { Instant, Interval } from '../../domain/time/time.ts';
import { eventsAsCsv, eventsAsJson, eventsAsTable } from './events.ts';
import { reportHtml } from './html.ts';
import { reportCsv, reportJson, reportMarkdown } from './text.ts';
import { REPORTED } from './parts.ts';
import { ReportBuilder, type Report } from './report.ts';
import { StoreError } from '../../store/errors.ts';
import type { Store } from '../../ports/store.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { spanOption } from '../shared/instants.ts';
import { zoneOption } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { writePrivately } from '../shared/private-file.ts';
import { openStoreMeant, type StoreOption } from '../shared/store-place.ts';

const FORMATS = ['md', 'csv', 'json', 'html'] as const;
type Format = (typeof FORMATS)[number];

export interface ReportOptions extends StoreOption {
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
  endingMustBeKnown(options);
  const format = formatOf(options);
  const zone = zoneOption(options.tz);
  const now = realClock.now();
  const span = spanOption(options, now, DAYS);
  const store = await openStoreMeant(options, { now: () => now, readOnly: true });
  try {
    const pieces =
      options.events === true
        ? recordIn(format, store.eventPages(span), options.out === undefined ? output : undefined)
        : rendered(store, { span, zone, now }, format);
    if (options.out === undefined) await output.document(pieces);
    else await save(options.out, pieces, output);
    return EXIT.fine;
  } finally {
    await store.close();
  }
}

function formatOf({ format, json, out, events }: ReportOptions): Format {
  if (json === true && format !== undefined && format !== 'json')
    throw new UsageError('--json is --format json: give one of them.');
  const ending = FORMATS.find((one) => out?.toLowerCase().endsWith(`.${one}`));
  const wanted = json === true ? 'json' : (format ?? ending ?? 'md');
  const found = FORMATS.find((one) => one === wanted);
  if (found === undefined) throw new UsageError(`--format is ${FORMATS.join(', ')}, not "${wanted}".`);
  if (events === true && found === 'html')
    throw new UsageError('--events are a table, csv or json; html is the report that they add up to.');
  return found;
}

/** Throws `UsageError` where the ending of a file's name asks for what cannot be written; a name without an ending does not. */
function endingMustBeKnown({ format, json, out = '' }: ReportOptions): void {
  const ending = extname(out).toLowerCase();
  const isKnown = ending === '' || FORMATS.some((one) => `.${one}` === ending);
  if (isKnown || json === true || format !== undefined) return;
  const known = FORMATS.map((one) => `.${one}`).join(', ');
  throw new UsageError(`--out: the ending "${ending}" is none of ${known}: give one of them, or --format.`);
}

/** The report, from a record that is read page by page: it may be of years. */
async function* rendered(
  store: Store,
  { span, zone, now }: { readonly span: Interval; readonly zone: string; readonly now: Instant },
  format: Format,
): AsyncGenerator<string> {
  const builder = new ReportBuilder({ span, zone, now, agents: await store.agents() });
  // How a log-off near the end of the span went on is on record after it.
  const query = { from: span.from, to: span.to + LONGEST_KEPT, parts: REPORTED };
  for await (const page of store.eventPages(query)) for (const event of page) builder.event(event);
  for await (const page of store.countPages(span.from, span.to))
    for (const count of page) builder.count(count);
  yield await render(builder.build(), format);
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

/** The record itself; on `screen` the head of a table can be told from the rest. */
function recordIn(
  format: Format,
  pages: AsyncIterable<readonly StoredEvent[]>,
  screen: Output | undefined,
): AsyncIterable<string> {
  if (format === 'json') return eventsAsJson(pages);
  return format === 'csv' ? eventsAsCsv(pages) : tableIn(pages, screen);
}

async function* tableIn(
  pages: AsyncIterable<readonly StoredEvent[]>,
  screen: Output | undefined,
): AsyncGenerator<string> {
  let isHead = true;
  for await (const lines of eventsAsTable(pages)) {
    const [head = ''] = lines;
    if (isHead && screen !== undefined) screen.line(screen.colours.bold(head));
    else yield `${lines.join('\n')}\n`;
    isHead = false;
  }
  if (isHead) yield 'Nothing is on record in this time.\n';
}

async function save(path: string, pieces: AsyncIterable<string>, output: Output): Promise<void> {
  try {
    await writePrivately(path, pieces);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
    throw new UsageError(`--out: ${path} cannot be written (${code}).`);
  }
  output.line(`Written to ${path}.`);
}
