/** `report`: what the record of a span adds up to, from the store alone. */
import { readFile } from 'node:fs/promises';
import { realClock } from '../../app/clock.ts';
import { VERSION } from '../../app/version.ts';
import { LONGEST_KEPT, type StoredEvent } from '../../domain/record.ts';
import type { Billing } from '../../domain/licence/billing.ts';
import type { Instant, Interval } from '../../domain/time/time.ts';
import { aggregateOf, aggregateShown } from './aggregate.ts';
import { aggregateCsv, aggregateJson } from './aggregate-text.ts';
import { chartData } from './charts.ts';
import { eventsAsCsv, eventsAsJson, eventsAsTable, IN_TABLE, namedBy } from './events.ts';
import { formatOf, type Format } from './format.ts';
import { reportHtml } from './html.ts';
import { REPORTED } from './parts.ts';
import { ReportBuilder } from './report.ts';
import { shownOf, type CallPerson, type Origin, type Shown } from './sections.ts';
import { reportCsv, reportJson, reportLines, reportMarkdown } from './text.ts';
import { toBilling } from '../../policy-file/schema-billing.ts';
import { severalLines } from '../../texts/clean.ts';
import type { Store } from '../../ports/store.ts';
import { SWEEP_NOTE, sweepNoteOf } from '../../store/sweep-note.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { namingFor, tellingApart, type Naming } from '../shared/identities.ts';
import { spanOption } from '../shared/instants.ts';
import { wholeOption, zoneOption } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { policyForReading } from '../shared/policy-for-reading.ts';
import { orRefused, writePrivately } from '../shared/private-file.ts';
import { openStoreMeant, type StoreOption } from '../shared/store-place.ts';

export interface ReportOptions extends StoreOption {
  readonly from?: string;
  readonly to?: string;
  /** IANA zone of all times and hours of the day, and of billing months where the policy has no `billing`. */
  readonly tz?: string;
  readonly format?: string;
  readonly out?: string;
  readonly events?: boolean;
  /** No group of fewer people; `true` for the default. */
  readonly aggregate?: string | true;
  readonly json?: boolean;
}

/** Without `--from` the report covers so many days. */
const DAYS = 30;
/** Fewer people than this are no group, unless another number is given. */
const SMALLEST_GROUP = 5;

/** How a report is made. */
interface How {
  readonly span: Interval;
  readonly zone: string;
  /** That of the policy, where it can be read and says so. */
  readonly billing: Billing | undefined;
  readonly now: Instant;
  readonly format: Format;
  readonly naming: Naming;
  /** `undefined`: with everyone in it. */
  readonly smallest: number | undefined;
}

/** Prints or writes the report, or the record itself. Throws `UsageError` or `StoreError`. */
export async function report(options: ReportOptions, output: Output): Promise<number> {
  const now = realClock.now();
  const policy = policyForReading(options, output);
  const billing = policy.loaded?.draft.content.billing;
  const how: How = {
    format: formatOf(options),
    zone: zoneOption(options.tz),
    smallest: smallestOf(options),
    now,
    span: spanOption(options, now, DAYS),
    naming: namingFor(options, policy),
    billing: billing && toBilling(billing),
  };
  const store = await openStoreMeant(options, { now: () => now, readOnly: true });
  try {
    const screen = options.out === undefined ? output : undefined;
    const pieces = options.events === true ? recordIn(store, how, screen) : rendered(store, how);
    if (options.out === undefined) await output.document(pieces);
    else await save(options.out, pieces, output);
    return EXIT.fine;
  } finally {
    await store.close();
  }
}

/** Throws `UsageError`. */
function smallestOf({ aggregate, events }: ReportOptions): number | undefined {
  if (aggregate === undefined) return undefined;
  if (events === true)
    throw new UsageError('--events are of single people, --aggregate leaves them out: give one of them.');
  return aggregate === true ? SMALLEST_GROUP : wholeOption('--aggregate', aggregate, 2, 10_000);
}

/** The report, from a record that is read page by page: it may be of years. */
async function* rendered(store: Store, how: How): AsyncGenerator<string> {
  const { span, zone, billing, now, naming, smallest } = how;
  const agents = await store.agents();
  const builder = new ReportBuilder({ span, zone, billing, now, agents });
  // How a log-off near the end of the span went on is on record after it.
  const query = { from: span.from, to: span.to + LONGEST_KEPT, parts: REPORTED };
  for await (const page of store.eventPages(query)) for (const event of page) builder.event(event);
  for await (const page of store.countPages(span.from, span.to))
    for (const count of page) builder.count(count);
  const origin = originOf(sweepNoteOf((await store.facts()).get(SWEEP_NOTE)), now);
  const names = new Map(agents.map(({ id, name }) => [id, name]));
  const callApart = tellingApart(naming, agents);
  const call: CallPerson = ({ agentId: id }) => callApart({ id, name: names.get(id) ?? id });
  yield smallest === undefined
    ? await wholeReport(builder, origin, call, how)
    : aggregated(builder, origin, smallest, how.format);
}

function originOf(sweep: ReturnType<typeof sweepNoteOf>, madeAt: Instant): Origin {
  const { organisation, mode, policy } = sweep ?? {};
  return { organisation, mode, policy, version: VERSION, madeAt };
}

async function wholeReport(
  builder: ReportBuilder,
  origin: Origin,
  call: CallPerson,
  { format, naming }: How,
): Promise<string> {
  const built = builder.build();
  if (format === 'csv') return reportCsv(built, origin, call);
  if (format === 'json') return reportJson(built, origin, call, naming.showsIds);
  const shown = shownOf(built, origin, call);
  if (format !== 'html') return textIn(format, shown);
  return reportHtml(shown, { data: chartData(built), library: await chartLibrary() });
}

function aggregated(builder: ReportBuilder, origin: Origin, smallest: number, format: Format): string {
  const built = builder.build();
  const aggregate = aggregateOf(built, builder.groups(), smallest);
  if (format === 'csv') return aggregateCsv(aggregate);
  if (format === 'json') return aggregateJson(aggregate, built, origin);
  const shown = aggregateShown(aggregate, built, origin);
  return format === 'html' ? reportHtml(shown) : textIn(format, shown);
}

function textIn(format: 'md' | 'text', shown: Shown): string {
  return format === 'md' ? reportMarkdown(shown) : severalLines(`${reportLines(shown).join('\n')}\n`);
}

/** The script of Chart.js that needs no modules. */
async function chartLibrary(): Promise<string> {
  return await readFile(new URL('./chart.umd.min.js', import.meta.resolve('chart.js')), 'utf8');
}

/** The record itself; on `screen` the head of a table can be told from the rest. */
async function* recordIn(
  store: Store,
  { format, span, naming }: How,
  screen: Output | undefined,
): AsyncGenerator<string> {
  if (format === 'json') yield* eventsAsJson(namedBy(naming, store.eventPages(span)));
  else if (format === 'csv') yield* eventsAsCsv(namedBy(naming, store.eventPages(span)));
  else {
    // Programs tell people of one name apart by the id beside it.
    const call = tellingApart(naming, await store.agents());
    yield* tableIn(namedBy(naming, store.eventPages({ ...span, parts: IN_TABLE }), call), screen);
  }
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
  await orRefused(path, writePrivately(path, pieces), '--out');
  output.line(`Written to ${path}.`);
}
