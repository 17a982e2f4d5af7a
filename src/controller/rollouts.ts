/**
 * Brings a changed policy out: says which policies are in force for whom, and goes on or stops by how the log-offs of the new one went. All
 * that it knows stands in the store, so that another process goes on from there.
 */
import { judgingIn } from '../domain/rollout/in-force.ts';
import { isAbortOpen, takenUp } from '../domain/rollout/orders.ts';
import {
  NO_ROLLOUT,
  ordered,
  progressed,
  shareOf,
  wanting,
  type KeptPolicy,
  type Moved,
  type Rollout,
  type Stop,
} from '../domain/rollout/rollout.ts';
import type { Policy } from '../domain/policy/policy.ts';
import type { ControllerState, RecordEvent } from '../domain/record.ts';
import type { Instant } from '../domain/time/time.ts';
import type { NameLookups } from '../ports/names.ts';
import type { Alarm } from '../ports/alarms.ts';
import type { RolloutStanding } from '../ports/metrics.ts';
import type { RolloutNotes, StoredRollout, Told } from '../ports/rollout-notes.ts';
import type { Store } from '../ports/store.ts';
import type { InForce } from './in-force.ts';
import { saveStep, type SavingCrew } from './save.ts';
import type { Watched } from './watched.ts';
import { RolloutCounts } from './rollout-counts.ts';

export interface RolloutParts {
  /** Without them a change comes into force for all at once. */
  readonly rollouts?: RolloutNotes;
  readonly store: Pick<Store, 'events' | 'eventPages'>;
  readonly names: NameLookups;
}

/** No longer time between two sweeps counts as watched, in usual intervals. */
const LONGEST_WATCHED = 3;
const NOTHING_STORED: StoredRollout = { rollout: NO_ROLLOUT, kept: [], told: [], order: undefined };

/** Mutable; one for each run of the program. */
export class Rollouts {
  readonly #parts: RolloutParts;
  readonly #counts: RolloutCounts;
  #rollout: Rollout;
  #kept: readonly KeptPolicy[];
  /** As it stands in the store. */
  #saved: { readonly rollout: Rollout; readonly kept: readonly KeptPolicy[]; readonly told: number };
  /** What the sweep under way goes by. */
  #swept: Rollout;
  /** For the record, and not on it yet. */
  #told: readonly (RecordEvent & Told)[] = [];
  #alarm: Alarm | undefined;

  private constructor(parts: RolloutParts, { rollout, kept, told }: StoredRollout, untold: readonly Told[]) {
    this.#parts = parts;
    this.#counts = new RolloutCounts(parts.store);
    this.#rollout = rollout;
    this.#kept = kept;
    this.#saved = { rollout, kept, told: told.length };
    this.#swept = rollout;
    const { candidate } = rollout;
    if (untold.length > 0 && candidate?.stopped !== undefined)
      this.#alarmOf(candidate.hash, candidate.stopped);
    this.#tell(untold);
  }

  /** Takes up where the last run ended, and tells what that one did not come to tell. Rejects when the store cannot be read. */
  static async load(parts: RolloutParts): Promise<Rollouts> {
    const stored = await readNotes(parts);
    return new Rollouts(parts, stored, await notOnRecord(parts, stored.told));
  }

  /**
   * A sweep begins under this policy, and does what an operator has asked for since the last one. Answers the standing with which it
   * begins. Rejects when the store is lost: then the sweep, which acts on no agent, judges by the new policy, and the next one takes it up.
   */
  async begin({ policy, kept }: InForce, now: Instant, standing: ControllerState): Promise<ControllerState> {
    if (kept === undefined) return standing;
    const { hash, mode, rollout: terms } = policy;
    const wanted = { judges: kept.judges, mode, hash, terms };
    const before = this.#rollout;
    this.#swept = wanting(before, wanted, now).rollout;
    const order = before.candidate === undefined ? undefined : (await readNotes(this.#parts)).order;
    this.#take(takenUp(before, wanted, order, now), now);
    this.#keep(kept);
    this.#swept = this.#rollout;
    return this.#settled(before, policy, standing);
  }

  /** Agents who have another policy than before are watched for a while, as after any change. */
  #settled(before: Rollout, { caps }: Policy, standing: ControllerState): ControllerState {
    if (shareOf(before) === shareOf(this.#rollout)) return standing;
    return { ...standing, settleLeft: Math.max(standing.settleLeft, caps.settle) };
  }

  /** The policies that may be needed: that which was in force for all, and the one that is wanted. */
  #keep(wanted: KeptPolicy): void {
    const { base } = this.#rollout;
    const former =
      base?.judges === wanted.judges ? wanted : this.#kept.find((one) => one.judges === base?.judges);
    const kept = [former, wanted].filter((one) => one !== undefined);
    const all = former === wanted ? [wanted] : kept;
    if (JSON.stringify(all) !== JSON.stringify(this.#kept)) this.#kept = all;
  }

  /** The policies that judge, with their names as they are known now. Never rejects. */
  async policy(wanted: Policy, occasion: 'sweep' | 'log_off', signal: AbortSignal): Promise<Policy> {
    const { base } = this.#swept;
    const isForSome = shareOf(this.#swept) < 1;
    const latest = await this.#parts.names.latest(wanted, occasion, signal, isForSome ? base : undefined);
    return judgingIn(this.#swept, latest);
  }

  /** What is to be put on record, and is not yet. */
  get told(): readonly RecordEvent[] {
    return this.#told;
  }

  /** Writes what is new. Rejects when the store is lost. */
  async save(): Promise<void> {
    const [rollout, kept, told] = [this.#rollout, this.#kept, this.#told];
    const { rollout: savedRollout, kept: savedKept, told: savedTold } = this.#saved;
    if (rollout === savedRollout && kept === savedKept && told.length === savedTold) return;
    await this.#parts.rollouts?.save(rollout, kept, told);
    this.#saved = { rollout, kept, told: told.length };
  }

  /** These are on record. */
  recorded(events: readonly RecordEvent[]): void {
    this.#told = this.#told.filter((event) => !events.includes(event));
  }

  /**
   * Goes on, or stops, after a complete sweep that is stored, before anything is done; and puts that on record. Answers the standing with
   * which the worker goes on. Rejects when the store is lost.
   */
  async goOn(
    crew: SavingCrew,
    swept: Watched,
    policy: Policy,
    before: ControllerState,
  ): Promise<ControllerState> {
    const started = this.#rollout;
    const standing = await this.#progress(swept, policy, before);
    await this.save();
    if (shareOf(this.#rollout) > shareOf(started)) await this.#heedAbort(started, swept.now);
    await this.save();
    const told = this.#told;
    if (told.length === 0) return standing;
    await saveStep(crew, [], told, standing);
    this.recorded(told);
    return standing;
  }

  async #progress(
    { now, hold, context }: Watched,
    policy: Policy,
    standing: ControllerState,
  ): Promise<ControllerState> {
    const before = this.#rollout;
    const { candidate } = before;
    const { rollout: terms, mode } = policy;
    // A sweep that could not take up its policy knows nothing of how that goes.
    if (before !== this.#swept || candidate === undefined || candidate.stopped !== undefined) return standing;
    if (await this.#heedAbort(before, now)) return this.#settled(before, policy, standing);
    if (terms === undefined) return standing;
    const { changed } = await this.#counts.of(candidate);
    const since = Math.min(standing.intervals.at(-1) ?? 0, LONGEST_WATCHED * context.usualInterval);
    // While the breaker holds agents back, what the policy does to them is still to come.
    const acts = hold === undefined && mode === 'enforce' && standing.ledger.broken.size === 0;
    const watched = acts ? since : 0;
    this.#take(progressed(before, terms, { now, watched, changed }), now);
    return this.#settled(before, policy, standing);
  }

  /** Takes back what this rollout brings out, where an operator has asked for it meanwhile. Answers whether that is so. Rejects when the store is lost. */
  async #heedAbort(rollout: Rollout, now: Instant): Promise<boolean> {
    const { order } = await readNotes(this.#parts);
    if (order === undefined || !isAbortOpen(rollout, order)) return false;
    this.#take(ordered(rollout, order, undefined, now), now);
    return true;
  }

  /**
   * Whether an operator has asked, since the last sweep began, to take back what it judged some agents by: until the next one, which
   * does it, no log-off begins. Rejects when the store is lost.
   */
  async isAborted(): Promise<boolean> {
    const { candidate } = this.#swept;
    if (candidate === undefined || candidate.stopped !== undefined) return false;
    return isAbortOpen(this.#swept, (await readNotes(this.#parts)).order);
  }

  /** The policy by which the sweep under way judges some agents has been stopped since it began. */
  get isStopping(): boolean {
    return shareOf(this.#rollout) < shareOf(this.#swept);
  }

  /** `undefined` where one policy is in force for all. */
  get standing(): RolloutStanding | undefined {
    const { candidate } = this.#rollout;
    if (candidate === undefined) return undefined;
    const { hash, stopped } = candidate;
    return { share: shareOf(this.#rollout), policy: hash, stopped: stopped?.reason };
  }

  /** Raises the alarm of a stop that nobody asked for, once. */
  raise(alarm: (alarm: Alarm) => void): void {
    if (this.#alarm !== undefined) alarm(this.#alarm);
    this.#alarm = undefined;
  }

  #take({ rollout, told }: Moved, at: Instant): void {
    const { candidate } = rollout;
    const stop = candidate?.stopped;
    const isNew = stop !== undefined && stop !== this.#rollout.candidate?.stopped;
    if (isNew) this.#alarmOf(candidate?.hash, stop);
    this.#rollout = rollout;
    this.#tell(told.map((line) => ({ ...line, at })));
  }

  /** A user who stopped it needs no alarm. */
  #alarmOf(policy: string | undefined, { reason, by }: Stop): void {
    const message = 'the rollout was stopped: the changed policy is taken back';
    if (by === undefined) this.#alarm = { kind: 'rollout', message, fields: { policy, reason } };
  }

  #tell(lines: readonly Told[]): void {
    const events = lines.map(
      ({ at, reason, by }) => ({ kind: 'policy', at, reason, ...(by && { by }) }) as const,
    );
    this.#told = [...this.#told, ...events];
  }
}

async function readNotes({ rollouts }: RolloutParts): Promise<StoredRollout> {
  return rollouts === undefined ? NOTHING_STORED : await rollouts.read();
}

async function notOnRecord({ store }: RolloutParts, told: readonly Told[]): Promise<readonly Told[]> {
  if (told.length === 0) return told;
  const from = Math.min(...told.map(({ at }) => at));
  const events = await store.events({ from, kinds: ['policy'] });
  return told.filter(({ at, reason }) => !events.some((event) => event.at === at && event.reason === reason));
}
