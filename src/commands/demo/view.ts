/** What the demo shows: a live picture on a terminal, plain lines elsewhere, and the tally. */
import { HOUR, type Instant } from '../../domain/time/time.ts';
import type { Outcome, SweepReport } from '../../ports/metrics.ts';
import type { RequestCounts, Truth } from '../../sandbox/index.ts';
import type { Output } from '../shared/output.ts';
import { textTable } from '../../texts/table.ts';
import { counted } from '../../texts/counted.ts';

export interface DemoFrame {
  readonly quiet: boolean;
  readonly agents: number;
  readonly from: Instant;
  readonly to: Instant;
}

/** A terminal is redrawn at most this often, in ms of real time. */
const REDRAW = 100;
const BAR = 40;

export class DemoView {
  readonly #output: Output;
  readonly #frame: DemoFrame;
  readonly #totals: Record<Outcome, number> = {
    verified: 0,
    unverified: 0,
    failed: 0,
    dropped: 0,
    observed: 0,
  };
  #drawn = 0;
  #drawnAt = 0;
  #saidHour = -1;

  constructor(output: Output, frame: DemoFrame) {
    this.#output = output;
    this.#frame = frame;
    if (frame.quiet) return;
    output.line(
      `A contact centre of ${counted(frame.agents, 'agent')} under single sign-on, one sweep a minute. About a fifth will leave`,
    );
    output.line(
      'without logging out; some browsers will come back by themselves. Agents who work must not be disturbed.',
    );
    output.line();
  }

  /** One sweep later. */
  show(at: Instant, report: SweepReport | undefined): void {
    if (report === undefined || this.#frame.quiet) return;
    for (const outcome of Object.keys(this.#totals) as Outcome[])
      this.#totals[outcome] += report.outcomes[outcome];
    if (this.#output.isTerminal) this.#draw(at, report);
    else this.#say(at, report);
  }

  #say(at: Instant, { online, verdicts }: SweepReport): void {
    const hour = Math.floor((at - this.#frame.from) / HOUR);
    if (hour === this.#saidHour) return;
    this.#saidHour = hour;
    const { verified, unverified } = this.#totals;
    this.#output.line(
      `${clockText(at)}  ${online} online, ${verdicts.engaged} in interactions, ${counted(verified + unverified, 'log-off')} so far`,
    );
  }

  #draw(at: Instant, { online, verdicts }: SweepReport): void {
    const now = performance.now();
    if (now - this.#drawnAt < REDRAW && at < this.#frame.to) return;
    this.#drawnAt = now;
    const { from, to } = this.#frame;
    const { colours } = this.#output;
    const done = Math.round(((at - from) / (to - from)) * BAR);
    const { verified, unverified, dropped, failed } = this.#totals;
    const rows = textTable(
      ['now', '', 'log-offs', ''],
      [
        ['online', String(online), 'verified', String(verified)],
        ['in interactions', String(verdicts.engaged), 'came back at once', String(unverified)],
        ['idle, clock runs', String(verdicts.waiting), 'dropped in time', String(dropped)],
        ['answered next', String(verdicts.ladder_waiting), 'failed', String(failed)],
      ],
    );
    const lines = [`${colours.bold(clockText(at))}  ${'█'.repeat(done)}${'░'.repeat(BAR - done)}`, ...rows];
    this.#erase();
    for (const line of lines) this.#output.line(line);
    this.#drawn = lines.length;
  }

  #erase(): void {
    if (this.#drawn > 0) this.#output.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }

  /** The end: what happened, checked against the truth. */
  tally(truth: Truth, requests: RequestCounts): void {
    const { line, colours } = this.#output;
    this.#erase();
    line();
    const rows = truth.perArchetype.map((each) => [
      each.archetype,
      String(each.people),
      String(each.loggedOff),
      String(each.silentReturns),
      String(each.disturbed),
      String(each.missed),
      each.hoursRecovered.toFixed(1),
    ]);
    const head = ['who', 'people', 'logged off', 'silent returns', 'disturbed', 'missed', 'hours recovered'];
    textTable(head, rows).forEach((text, i) => {
      line(i === 0 ? colours.bold(text) : text);
    });
    line();
    const verdict = (count: number): string =>
      count === 0 ? colours.green('0') : colours.red(String(count));
    line(`People disturbed   ${verdict(truth.disturbed.length)}`);
    line(`People missed      ${verdict(truth.missed.length)}`);
    line(`Hours recovered    ${truth.hoursRecovered.toFixed(1)}`);
    line(`Log-offs           ${truth.logoffs}`);
    line(`Silent returns     ${truth.silentReturns}`);
    if (truth.offlineShare !== undefined)
      line(
        `Absent and Offline ${(truth.offlineShare * 100).toFixed(1)} % of the time after the first log-off`,
      );
    line(`Platform requests  ${requests.total}, of which over the limit: ${requests.rateLimited}`);
    for (const { name, archetype, at, what } of truth.disturbed)
      line(`  disturbed: ${name} (${archetype}), ${clockText(at)}: ${what}`);
    for (const { name, archetype, at } of truth.missed)
      line(`  missed: ${name} (${archetype}), ${clockText(at)}`);
  }
}

function clockText(at: Instant): string {
  return new Date(at).toISOString().slice(11, 16);
}
