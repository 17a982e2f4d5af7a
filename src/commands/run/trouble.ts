/** Why an organisation is not watched, and how that is said while there is no worker that would say it. */
import { tellOnce, type TellingParts } from '../../app/compose-notify.ts';
import type { StartRefusal } from '../../app/startup.ts';
import { HOUR, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { faultLine, PolicyRefused } from '../../policy-file/faults.ts';
import type { Alarm } from '../../ports/alarms.ts';
import { isDatabaseUrl } from '../../shapes/database-url.ts';
import { StoreError, type StoreErrorKind } from '../../store/errors.ts';
import { explainError } from '../shared/exit.ts';

/** What people are to be told may take so long to leave. */
const PATIENCE: Duration = SECOND;
/** What lasts is said again after this. */
const AGAIN: Duration = HOUR;
const DATABASE_PAUSE: Duration = 10 * SECOND;
const PASSING: ReadonlySet<StoreErrorKind> = new Set(['lost', 'locked', 'full']);
/** Faults that are shown; `validate` has them all. */
const FAULTS_SHOWN = 5;

export type Settings = LoadedPolicy['settings'];
export type Voice = Omit<TellingParts, 'outbox'>;

/** Why an organisation is not watched. */
export interface Trouble {
  /** A sentence without a full stop, which shows nothing of the policy. */
  readonly why: string;
  readonly faults: readonly string[];
}

/** What could not be done. */
interface Failure {
  readonly trouble: Trouble;
  readonly alarm: Alarm;
  readonly text: string;
  /** When it was said last. */
  readonly saidAt: Instant;
  /** It has to be said now. */
  readonly isNews: boolean;
}

/** What keeps one organisation from being watched, and how that is said. Mutable. */
export class Troubles {
  readonly #voice: Voice;
  readonly #subject: () => { readonly name: string; readonly settings: Settings | undefined };
  #current: Trouble | undefined;
  /** What could not be done, when it was said last. */
  #failure: Failure | undefined;

  /** `subject`: whose channels are told, under the name by which the log has it. */
  constructor(
    voice: Voice,
    subject: () => { readonly name: string; readonly settings: Settings | undefined },
  ) {
    this.#voice = voice;
    this.#subject = subject;
  }

  get current(): Trouble | undefined {
    return this.#current;
  }

  /** It is watched. */
  over(): void {
    this.#current = undefined;
    this.#failure = undefined;
  }

  /** The start is refused, and said by whoever tries it. */
  note(refusal: StartRefusal): void {
    this.#current = troubleOf(refusal);
    if (refusal instanceof PolicyRefused) this.#voice.metrics.policyRefused();
  }

  /** Its policy cannot be used: said now, and every hour until `stop`. */
  async refused(refusal: PolicyRefused, stop: AbortSignal): Promise<void> {
    this.note(refusal);
    await sayRefused(troubleOf(refusal), this.#channels, this.#voice, stop);
  }

  /** It could not be started; the same reason is said once an hour. */
  async failed(error: unknown): Promise<void> {
    const failure = failureOf(error, this.#failure, this.#voice.clock.now());
    this.#current = failure.trouble;
    this.#failure = failure;
    if (failure.isNews) await sayFailed(failure, this.#channels, this.#voice);
  }

  get #channels(): Settings | undefined {
    const { name, settings } = this.#subject();
    return settings && { ...settings, organisation: name };
  }
}

/** A refusal by the platform, or of a policy by its first place. */
function troubleOf(refusal: StartRefusal): Trouble {
  if (!(refusal instanceof PolicyRefused)) {
    const why = 'the platform refuses the client: check its id, its secret and its region';
    return { why, faults: [refusal.message] };
  }
  const [first] = refusal.faults;
  const place = first === undefined ? '' : ` at ${first.file}:${first.line}:${first.column}`;
  const more = refusal.count > 1 ? `, and ${refusal.count - 1} more` : '';
  const faults = refusal.faults.slice(0, FAULTS_SHOWN).map(faultLine);
  return { why: `its policy is refused: a fault${place}${more}`, faults };
}

/** The policy cannot be used: said now, and every hour until `stop`. Without settings no channel is known. */
async function sayRefused(
  { faults }: Trouble,
  settings: Settings | undefined,
  voice: Voice,
  stop: AbortSignal,
): Promise<void> {
  const message = 'the policy was refused: no agent of the organisation is watched';
  while (!stop.aborted) {
    await raise({ kind: 'policy_refused', message, fields: { faults } }, settings, voice);
    await voice.clock.sleep(AGAIN, stop).catch(() => undefined);
  }
}

/** A store that cannot be used, or a mistake of this program; the same one is news once an hour. */
function failureOf(error: unknown, before: Failure | undefined, now: Instant): Failure {
  const { text } = explainError(error);
  const [why = ''] = text.split('\n');
  const trouble = { why: 'it could not be started: the log says why', faults: [why] };
  const message = 'the organisation could not be started: no agent of it is watched';
  const alarm: Alarm = { kind: error instanceof StoreError ? 'store' : 'blind', message, fields: { why } };
  const isNews = before?.text !== text || Math.abs(now - before.saidAt) >= AGAIN;
  return { trouble, alarm, text, saidAt: isNews ? now : before.saidAt, isNews };
}

/** Whether waiting cures what keeps an organisation from its start: a database that is away comes back without this program. */
export function isPassing(error: unknown): boolean {
  return error instanceof StoreError && isDatabaseUrl(error.path) && PASSING.has(error.kind);
}

/** How long to wait for the next try, where it would be `pause` for what people have to mend. */
export function pauseAfter(error: unknown, pause: Duration): Duration {
  return isPassing(error) ? Math.min(pause, DATABASE_PAUSE) : pause;
}

/** Says it in the log, and to the channels of the policy. */
async function sayFailed(failure: Failure, settings: Settings | undefined, voice: Voice): Promise<void> {
  voice.log.error({ why: failure.text }, 'the organisation could not be started: trying again');
  await raise(failure.alarm, settings, voice);
}

async function raise(alarm: Alarm, settings: Settings | undefined, voice: Voice): Promise<void> {
  const { kind, message, fields } = alarm;
  if (settings !== undefined) {
    await tellOnce(settings, voice, alarm, PATIENCE);
    return;
  }
  voice.log.error({ alarm: kind, ...fields }, message);
  voice.metrics.alarm(kind);
}
