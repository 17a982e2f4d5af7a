/** `list`: who is idle now, why and due when; from the store alone. */
import { policyInForce, storedInForce } from '../../app/stored-in-force.ts';
import { realClock } from '../../app/clock.ts';
import { REASONS, type Reason } from '../../domain/judging/judge.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { everyProfile, everyRule } from '../../domain/policy/when.ts';
import { shareOf, type Rollout } from '../../domain/rollout/rollout.ts';
import type { RememberedQuery } from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { nearest } from '../../policy-file/nearest.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { namingFor } from '../shared/identities.ts';
import { zoneOption } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { textTable } from '../../texts/table.ts';
import { policyForReading, type PolicyForReading } from '../shared/policy-for-reading.ts';
import { openStoreMeant, type StoreOption } from '../shared/store-place.ts';
import { exactPercentText } from '../../texts/percent.ts';
import { policyCaveat, storedState } from '../shared/stored-state.ts';
import { timesIn } from '../shared/times.ts';
import { Rows, type ListFilter } from './rows.ts';
import { headJson, headOf, rowsJson, tableOf, type Listing } from './view.ts';
import { watching } from './watch.ts';

export interface ListOptions extends StoreOption {
  readonly profile?: string;
  readonly rule?: string;
  readonly reason?: readonly string[];
  /** IANA zone of the times printed. */
  readonly tz?: string;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Prints the list once, or again and again until a signal comes. Throws `UsageError` or `StoreError`. */
export async function list(
  options: ListOptions,
  output: Output,
  clock: Pick<Clock, 'now'> = realClock,
): Promise<number> {
  const zone = zoneOption(options.tz);
  const filter = filterOf(options);
  if (options.watch !== true) {
    const listing = await listed(options, filter, output, clock.now());
    if (options.json === true) await output.jsonRows(headJson(listing), 'agents', rowsJson(listing));
    else printList(listing, zone, output);
    return EXIT.fine;
  }
  if (options.json === true)
    throw new UsageError('--watch draws for people, --json is for programs: give one of them.');
  if (!output.isTerminal)
    throw new UsageError(
      '--watch redraws a terminal, and standard output is none: call list again and again, or use --json.',
    );
  return await watching(output, async () =>
    linesOf(await listed(options, filter, output, clock.now()), zone),
  );
}

/** What is wanted. Throws `UsageError` for a reason that there is not. */
function filterOf({ profile, rule, reason = [] }: ListOptions): ListFilter {
  const reasons = reason.map((text) => {
    const known = REASONS.find((one) => one === text);
    if (known !== undefined) return known;
    const meant = nearest(text, new Set<string>(REASONS));
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw new UsageError(`--reason: "${text}" is no reason: ${REASONS.join(', ')}.${hint}`);
  });
  return { profile, rule, reasons };
}

/** Reads the store once. */
async function listed(
  options: ListOptions,
  filter: ListFilter,
  output: Output,
  now: Instant,
): Promise<Listing> {
  const policy = policyForReading(options, output);
  const naming = namingFor(options, policy);
  const store = await openStoreMeant(options, { now: () => now, readOnly: true });
  try {
    const state = await storedState(store, policy, now);
    const { standing, pause, interval } = state;
    const inForce = policy.loaded && storedInForce(policy.loaded.draft, state.facts, now);
    const judged = inForce && policyInForce(inForce, state.facts, now);
    mustBeKnown(filter, judged, policy.fault);
    const peak = state.sweep?.peak;
    const rows = new Rows({ policy: judged, standing, pause, interval, peak, now }, filter);
    for await (const page of store.rememberedPages(queryFor(filter, judged)))
      for (const each of page) rows.add(each);
    return {
      state,
      rows: rows.build(),
      notSeen: rows.notSeen,
      judged: judged !== undefined,
      wanted: wantedWords(filter, judged),
      policyFault: policy.fault,
      caveats: [
        ...caveatsOf(policy, judged, policyCaveat(state, policy)),
        ...rolloutCaveat(inForce?.rollout, judged),
      ],
      naming,
    };
  } finally {
    await store.close();
  }
}

/** Most agents of a large centre are not wanted: they are left out before anything of them is opened. */
function queryFor({ reasons }: ListFilter, policy: Policy | undefined): RememberedQuery {
  if (reasons.length > 0) return reasons.includes('offline') ? 'all' : 'online';
  const meansQueue = policy !== undefined && everyRule(policy).some((rule) => rule.waitingOnQueue);
  return meansQueue ? 'online' : 'not_at_work';
}

/** Names that the policy does not have would list nobody, and look like peace. Throws `UsageError`. */
function mustBeKnown(
  { profile, rule, reasons }: ListFilter,
  judged: Policy | undefined,
  fault: string | undefined,
): void {
  if (judged === undefined) {
    if (rule === undefined && reasons.length === 0) return;
    throw new UsageError(`--rule and --reason need the policy, which cannot be used here: ${fault ?? ''}.`);
  }
  const profiles = everyProfile(judged).map(({ name }) => name);
  const rules = everyRule(judged).map(({ id }) => id);
  known('--profile', profile, [...new Set(profiles)]);
  known('--rule', rule, [...new Set(rules)]);
}

function known(option: string, wanted: string | undefined, all: readonly string[]): void {
  if (wanted === undefined || all.includes(wanted)) return;
  const meant = nearest(wanted, new Set(all));
  const hint = meant === undefined ? `it has ${all.join(', ')}` : `did you mean ${meant}`;
  throw new UsageError(`${option}: the policy has no "${wanted}"; ${hint}${meant === undefined ? '.' : '?'}`);
}

function wantedWords({ reasons }: ListFilter, judged: Policy | undefined): string {
  if (judged === undefined) return 'online and in no interaction';
  return reasons.length === 0 ? 'idle' : `with the reason ${reasons.map(spaced).join(' or ')}`;
}

function spaced(reason: Reason): string {
  return reason.replaceAll('_', ' ');
}

/** Two policies judge, or not the one in the file. */
function rolloutCaveat(rollout: Rollout | undefined, judged: Policy | undefined): readonly string[] {
  if (rollout?.candidate === undefined) return [];
  const { hash, stopped } = rollout.candidate;
  const former = judged?.others?.profiles.length === 0 ? 'left alone' : 'judged by the former one';
  if (stopped !== undefined) return [`Policy ${hash} is stopped: agents are ${former}.`];
  const share = exactPercentText(shareOf(rollout));
  return [`Policy ${hash} is in force for ${share} of the agents so far: the others are ${former}.`];
}

function caveatsOf(
  { loaded }: PolicyForReading,
  judged: Policy | undefined,
  caveat: string | undefined,
): readonly string[] {
  const caveats = caveat === undefined ? [] : [caveat];
  if (loaded === undefined) caveats.push('No rule is weighed.');
  if (judged?.former !== undefined)
    caveats.push(
      'Names of the policy stood for other ids before, which still protect: "explain --live" tells of one agent.',
    );
  return caveats;
}

function printList(listing: Listing, zone: string, output: Output): void {
  const { head, rows } = partsOf(listing, zone);
  const shown = rows.map((line, n) => (n === 1 ? output.colours.bold(line) : line));
  output.lines([...head, ...shown]);
}

function linesOf(listing: Listing, zone: string): readonly string[] {
  const { head, rows } = partsOf(listing, zone);
  return [...head, ...rows];
}

function partsOf(
  listing: Listing,
  zone: string,
): { readonly head: readonly string[]; readonly rows: readonly string[] } {
  const times = timesIn(zone, listing.state.now);
  const rows = tableOf(listing, listing.rows, times, textTable);
  return { head: headOf(listing, times), rows: rows.length === 0 ? [] : ['', ...rows] };
}
