/**
 * `rollout`: how a changed policy is being brought out, from the store alone; and what an operator asks of the worker about it, which it
 * does with its next sweep. Of the policy it needs the place of the store, and says more where it can read the steps.
 */
import { randomUUID } from 'node:crypto';
import { realClock } from '../../app/clock.ts';
import { RolloutCounts } from '../../controller/rollout-counts.ts';
import type { RolloutTerms } from '../../domain/policy/policy.ts';
import { ordered, shareOf, type Candidate, type Order } from '../../domain/rollout/rollout.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import { rolloutNotes } from '../../store/rollout-note.ts';
import { exactPercentText } from '../../texts/percent.ts';
import { inOneStore, reachedIn } from '../shared/deeds.ts';
import { ONE_ROLLOUT } from '../shared/definitions.ts';
import { EXIT, Incomplete, UsageError } from '../shared/exit.ts';
import { withNulls } from '../shared/json.ts';
import { reasonOption, whoAmI } from '../shared/operator.ts';
import { zoneOption } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { textTable } from '../../texts/table.ts';
import { policyChanges } from '../shared/policy-changes.ts';
import { policyForReading } from '../shared/policy-for-reading.ts';
import { storedRollout, type StoredRollout } from '../shared/rollout-words.ts';
import { openStoreMeant, type StoreOption } from '../shared/store-place.ts';
import { storedState, usedPolicy, workerJson } from '../shared/stored-state.ts';
import { timesIn } from '../shared/times.ts';
import { standingJson, standingLines, stoppedAlready, termsOf, type RolloutStanding } from './standing.ts';

export type RolloutAction = 'status' | Order['what'];

export interface RolloutOptions extends StoreOption {
  readonly reason?: string;
  /** IANA zone of the times printed. */
  readonly tz?: string;
  readonly json?: boolean;
}

/** Prints how the rollout of one organisation stands. Answers 1 where no worker sweeps the store. Rejects with `UsageError` or `StoreError`. */
export async function rolloutStatus(
  options: RolloutOptions,
  output: Output,
  clock: Pick<Clock, 'now'> = realClock,
): Promise<number> {
  if (options.reason !== undefined)
    throw new UsageError('--reason goes with `rollout continue` and `rollout abort`, which are on record.');
  const zone = zoneOption(options.tz);
  const now = clock.now();
  const store = await openStoreMeant(options, { now: () => now, readOnly: true });
  try {
    const standing = await counted(await standingIn(store, options, output, now), store);
    if (options.json === true) output.json(standingJson(standing), 2);
    else output.lines(standingLines(standing, timesIn(zone, now), textTable));
    return standing.state.workerFault === undefined ? EXIT.fine : EXIT.unexpected;
  } finally {
    await store.close();
  }
}

/**
 * Asks the worker to go on with a rollout, or to take it back. Answers the exit code. Rejects with `UsageError` where there is nothing to be
 * asked, and with `Incomplete`, after it was written, where it reached no worker.
 */
export async function rolloutOrder(
  what: Order['what'],
  options: RolloutOptions,
  output: Output,
  clock: Pick<Clock, 'now'> = realClock,
): Promise<number> {
  const reason = reasonOption(options.reason);
  const zone = zoneOption(options.tz);
  await inOneStore(options, ONE_ROLLOUT, async (store, one) => {
    const now = clock.now();
    const standing = await standingIn(store, one, output, now);
    const { candidate } = standing.stored.rollout;
    if (candidate === undefined) throw new UsageError(nothingWords(standing, store.place));
    const already = what === 'abort' ? stoppedAlready(candidate, timesIn(zone, now)) : undefined;
    if (already !== undefined) throw new UsageError(already);
    const order: Order = { id: randomUUID(), what, judges: candidate.judges, by: whoAmI(), reason };
    await rolloutNotes(store).order(order);
    const share = shareAfter(standing, order, now);
    if (options.json === true)
      output.json(
        {
          ...orderFacts(order, candidate),
          ...withNulls({ share }),
          store: store.place,
          worker: workerJson(standing.state),
        },
        2,
      );
    else output.line(`${orderedWords(order, candidate)}, in the store ${store.place}.`);
    await expectStillMeant(store, order, candidate);
    const reached = await reachedIn(store);
    if (options.json !== true) output.line(`Reached: ${reached}. ${nextWords(what, standing.stored, share)}`);
  });
  return EXIT.fine;
}

async function standingIn(
  store: Store,
  options: RolloutOptions,
  output: Output,
  now: Instant,
): Promise<RolloutStanding> {
  const policy = policyForReading(options, output);
  const state = await storedState(store, policy, now);
  const stored = storedRollout(state.facts);
  const { candidate, handled } = stored.rollout;
  const { order } = await rolloutNotes(store).read();
  const isOpen = order !== undefined && order.id !== handled && order.judges === candidate?.judges;
  return {
    state,
    policy,
    stored,
    order: isOpen ? order : undefined,
    counts: undefined,
    forAllSince: (await policyChanges(store, usedPolicy(state))).forAllSince,
  };
}

/** With what the record says of both groups: an order does not wait for that. */
async function counted(standing: RolloutStanding, store: Store): Promise<RolloutStanding> {
  const { candidate } = standing.stored.rollout;
  return { ...standing, counts: candidate && (await new RolloutCounts(store).of(candidate)) };
}

function nothingWords({ state }: RolloutStanding, place: string): string {
  const hash = usedPolicy(state);
  const inForce =
    hash === undefined ? 'no policy has been used yet' : `policy ${hash} is in force for all agents`;
  return `Nothing is brought out in the store ${place}: ${inForce}.`;
}

/** The share of the agents for whom the changed policy is then in force; `undefined` where the steps that tell cannot be read. */
function shareAfter({ stored, policy }: RolloutStanding, order: Order, now: Instant): number | undefined {
  const terms: RolloutTerms | undefined = termsOf(policy);
  const { candidate } = stored.rollout;
  const goesOn =
    order.what === 'continue' && !(candidate?.stopped !== undefined && candidate.steps.length > 0);
  if (goesOn && terms === undefined) return undefined;
  return shareOf(ordered(stored.rollout, order, terms, now).rollout);
}

/** A step may have ended, or the file have changed, in the same moment: then the order is about nothing. */
async function expectStillMeant(store: Store, order: Order, { hash }: Candidate): Promise<void> {
  const { candidate, handled } = (await rolloutNotes(store).read()).rollout;
  if (candidate?.judges === order.judges || handled === order.id) return;
  throw new Incomplete(
    `The rollout of policy ${hash} ended in this very moment, and the order came too late. "rollout status" says which policy is in force.`,
  );
}

function orderedWords({ what, by, reason }: Order, { hash }: Candidate): string {
  const why = reason === undefined ? '' : ` (${reason})`;
  return `Asked the worker to ${what} the rollout of policy ${hash}, by ${by}${why}`;
}

function nextWords(
  what: Order['what'],
  { rollout: { candidate }, isFormerKept }: StoredRollout,
  share: number | undefined,
): string {
  const next = 'From the next sweep on';
  if (what === 'abort')
    return `No log-off begins until the next sweep. ${next} ${isFormerKept ? 'the former policy is in force for all agents' : 'all agents are left alone, for the former policy is not kept'}. The changed one stays stopped until it changes, or until "rollout continue".`;
  if (share === undefined)
    return `${next} the step after this one is in force, as the worker's policy has it.`;
  if (share >= 1) return `${next} the changed policy is in force for all agents.`;
  const again = candidate?.stopped === undefined ? '' : ' again, and log-offs are counted anew';
  return `${next} the changed policy is in force for ${exactPercentText(share)} of the agents${again}.`;
}

function orderFacts({ what, by, reason }: Order, { hash }: Candidate): Readonly<Record<string, unknown>> {
  return { ordered: what, policy: hash, ...withNulls({ by, reason }) };
}
