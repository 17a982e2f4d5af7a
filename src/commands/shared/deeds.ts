/**
 * What an operator does to a worker through its store, whether or not the worker is running, in one store or in all of a fleet. It needs
 * nothing of the policy but the place of the store, and says which worker it reached.
 */
import pLimit from 'p-limit';
import { realClock } from '../../app/clock.ts';
import { isSameName } from '../../domain/name.ts';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { NOT_FOR_READING } from '../../policy-file/fleet.ts';
import type { Store } from '../../ports/store.ts';
import { StoreError } from '../../store/errors.ts';
import { EXIT, explainError, Incomplete, UsageError } from './exit.ts';
import { fleetMeant, listed, oneOrganisation, single, storesIn, worst, type FleetMeant } from './fleet.ts';
import type { Output } from './output.ts';
import { openStoreMeant, type StoreOption } from './store-place.ts';
import { agoWords, workerFault, workerWords } from './worker-words.ts';

/** A worker may be writing: stopping is worth some patience. */
const BUSY: Duration = 15 * SECOND;
/** In a fleet the others come first: a file is waited for in the thread that asks. */
const BUSY_AT_FIRST: Duration = SECOND;

/** What is done in one store, and told of it line by line. */
type Act = (store: Store, tell: (line: string) => void) => Promise<void>;

/** So many stores are opened at a time: one that is held by another process, or does not answer, must not keep the others waiting. */
const AT_ONCE = 16;

/** Does it in the store that is meant, or in those of a fleet. Answers the exit code. */
export async function inEachStore(options: StoreOption, output: Output, act: Act): Promise<number> {
  const fleet = fleetMeant(options, NOT_FOR_READING);
  if (fleet !== undefined) return await inFleet(fleet, options.organisation, output, act);
  await withStore(single(options), BUSY, (store) => act(store, output.line));
  return EXIT.fine;
}

/**
 * Does it in the one store that is meant, which has to be named in a fleet; `why` says so. It is handed the options of that store, with its
 * policy as far as that is known. Rejects with `UsageError` where it is not one.
 */
export async function inOneStore(
  options: StoreOption,
  why: string,
  act: (store: Store, options: StoreOption) => Promise<void>,
): Promise<void> {
  const fleet = fleetMeant(options, NOT_FOR_READING);
  const { organisation } = options;
  // Without a name the answer is which there are.
  const one =
    fleet === undefined || organisation === undefined
      ? oneOrganisation(options, why, NOT_FOR_READING)
      : (targetsIn(fleet, organisation)[0]?.store ?? options);
  await withStore(one, BUSY, (store) => act(store, one));
}

/**
 * In all stores of a fleet: a worker may still go by a policy whose file cannot be read any more, so that every store in the folder is
 * meant. A store that no policy names needs no worker.
 */
async function inFleet(
  fleet: FleetMeant,
  wanted: string | undefined,
  output: Output,
  act: Act,
): Promise<number> {
  const targets = targetsIn(fleet, wanted);
  const limit = pLimit(AT_ONCE);
  const inAll = async (those: readonly Target[], patience: Duration): Promise<readonly Done[]> =>
    await Promise.all(those.map((target) => limit(() => inOne(target, fleet.place, act, patience))));
  const first = await inAll(targets, BUSY_AT_FIRST);
  const ended = first.filter(({ isLocked }) => !isLocked);
  tellAll(ended, output);
  const held = first.filter(({ isLocked }) => isLocked).map(({ target }) => target);
  if (held.length > 0 && ended.length > 0) output.line();
  const late = await inAll(held, BUSY);
  tellAll(late, output);
  const nameless = fleet.members.filter(({ name, policy }) => name === policy);
  if (nameless.length > 0 && wanted === undefined) output.line();
  for (const { name } of wanted === undefined ? nameless : [])
    output.line(`The name in ${name} cannot be read: its store is one of these, or there is none.`);
  return worst([...ended, ...late].map(({ code }) => code));
}

/** What became of one store. */
interface Done {
  readonly target: Target;
  readonly code: number;
  readonly lines: readonly string[];
  /** Another process held it for longer than it was waited for. */
  readonly isLocked: boolean;
}

/** Never rejects. */
async function inOne(target: Target, place: string, act: Act, patience: Duration): Promise<Done> {
  const { store, isNeeded } = target;
  const lines: string[] = [];
  try {
    await withStore(store, patience, (open) => act(open, (line) => lines.push(line)));
    return { target, code: EXIT.fine, lines, isLocked: false };
  } catch (error) {
    const { code, text } = explainError(error);
    lines.push(...text.split('\n'));
    if (!isNeeded) lines.push(`No policy of ${place} is called so.`);
    const isLocked = error instanceof StoreError && error.kind === 'locked';
    return { target, code: isNeeded || !(error instanceof Incomplete) ? code : EXIT.fine, lines, isLocked };
  }
}

function tellAll(done: readonly Done[], output: Output): void {
  for (const [n, { target, lines }] of done.entries()) {
    if (n > 0) output.line();
    output.lines([output.colours.bold(target.name), ...lines]);
  }
}

interface Target {
  readonly name: string;
  readonly store: StoreOption;
  /** A worker has to be there. */
  readonly isNeeded: boolean;
}

/** Throws `UsageError` where there is nothing to be reached. */
function targetsIn(fleet: FleetMeant, wanted: string | undefined): readonly Target[] {
  const { place, stores, fault, members, shared } = fleet;
  if (stores === undefined && fault !== undefined)
    throw new UsageError(
      `The place of the stores cannot be found in ${place}: ${fault}. Give their folder with --store, or for each organisation ` +
        'the URL of the database with --store and its policy with --config.',
    );
  const all = stores === undefined ? inDatabase(members, shared) : inFolder(fleet, stores);
  const where = stores ?? 'the database';
  if (wanted !== undefined) return [targetNamed(all, wanted, where)];
  if (all.length === 0) throw new UsageError(`In ${where} there is no store of an organisation.`);
  return all;
}

/** Others in the database may be those of another fleet: only the policies of this one are meant. */
function inDatabase(members: FleetMeant['members'], shared: FleetMeant['shared']): readonly Target[] {
  return members.flatMap(({ name, policy }) =>
    policy === undefined || policy === name || shared === undefined
      ? []
      : [{ name, store: { config: policy, shared }, isNeeded: true }],
  );
}

function inFolder({ place, members, fault, shared }: FleetMeant, stores: string): readonly Target[] {
  const named = members.flatMap(({ name, store, policy }) => {
    const own = policy === undefined ? {} : { config: policy, shared };
    return store === undefined
      ? []
      : [{ name, store: { store, ...own }, isNeeded: policy !== undefined || place === stores }];
  });
  const known = new Set(named.map(({ store: { store } }) => store));
  const others = storesIn(stores)
    .filter(({ store = '' }) => !known.has(store))
    .map(({ name, store = '' }) => ({ name, store: { store }, isNeeded: fault !== undefined }));
  return [...named, ...others];
}

function targetNamed(all: readonly Target[], wanted: string, stores: string): Target {
  const found = all.find(({ name }) => isSameName(name, wanted));
  if (found !== undefined) return { ...found, isNeeded: true };
  const names = all.length === 0 ? 'none' : listed(all.map(({ name }) => name));
  throw new UsageError(
    `--organisation: there is no "${wanted}" among the policies and the stores in ${stores}: ${names}.`,
  );
}

async function withStore(
  options: StoreOption,
  busyTimeout: Duration,
  use: (store: Store) => Promise<void>,
): Promise<void> {
  const store = await openStoreMeant(options, {
    now: () => realClock.now(),
    existing: true,
    busyTimeout,
  });
  try {
    await use(store);
  } finally {
    await store.close();
  }
}

/** The worker that reads this store. Rejects with `Incomplete` when none has begun a sweep lately. */
export async function reachedIn(store: Store): Promise<string> {
  const worker = await store.worker();
  const intervals = (await store.loadStanding())?.intervals ?? [];
  const now = realClock.now();
  const fault = workerFault(worker, intervals, now);
  if (fault !== undefined || worker === undefined)
    throw new Incomplete(
      `No worker was reached: ${fault ?? ''}. A worker that uses another store continues as before: ` +
        'its log names its store at the start, and --store takes that path.',
    );
  return `${workerWords(worker)}; its last sweep began ${agoWords(worker.sweptAt, now)}`;
}
