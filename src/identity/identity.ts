/** Puts a connector together with what holds for all of them: who is meant, how many an hour, and never an exception. */
import type { Agent } from '../domain/agent.ts';
import { HOUR, type Instant } from '../domain/time/time.ts';
import { RetryingClient, type ApiHooks } from '../http/retrying.ts';
import type { Description, EndResult, Identity, SelfCheck } from '../ports/identity.ts';
import type { Connector, ConnectorWords, IdentitySettings } from './connectors/kind.ts';
import { chosenConnector } from './connectors/registry.ts';
import { faultOf, IdentityError, isKnownFailure } from './errors.ts';
import { subjectOf, templateOf } from './subject.ts';

/** What the connectors work with. */
export interface IdentityHooks extends ApiHooks {
  /** When sessions were ended before this start: the hourly cap goes on counting them. */
  readonly spentBefore?: readonly Instant[] | undefined;
}

/** Connects to the identity provider of a policy; nothing is sent yet. Throws `RangeError` when it names none. */
export function createIdentity(settings: IdentitySettings, hooks: IdentityHooks): Identity {
  const chosen = chosenConnector(settings);
  if (chosen === undefined) throw new RangeError('the policy sets up no identity provider');
  const { words } = chosen;
  const client = new RetryingClient('the identity provider', hooks);
  const { redactor } = client;
  for (const secret of chosen.secrets) redactor.know(secret);
  let connector: Promise<Connector> | undefined;
  const connected = (): Promise<Connector> => (connector ??= chosen.connect({ client, clock: hooks.clock }));
  const cap = new HourlyCap(settings.per_hour, () => hooks.clock.now(), hooks.spentBefore ?? []);
  return {
    endSession: async (agent, signal, stillMay = () => true) => {
      const way = { connected, words, cap, template: settings.subject };
      const result = await endSession(way, agent, signal, stillMay).catch((error: unknown): EndResult => ({
        ok: false,
        fault: faultOf(error, signal),
      }));
      // What a provider calls its errors, and its ids, may echo what it was sent.
      return redactor.hideIn(result);
    },
    selfCheck: async (signal) => redactor.hideIn(await selfCheck(connected, signal)),
    describe: () => describe(words, settings),
    spent: () => cap.spent(),
    close: () => client.close(),
  };
}

interface Way {
  readonly connected: () => Promise<Connector>;
  readonly words: ConnectorWords;
  readonly cap: HourlyCap;
  readonly template: string;
}

async function endSession(
  { connected, words, cap, template }: Way,
  agent: Agent,
  signal: AbortSignal,
  stillMay: () => boolean,
): Promise<EndResult> {
  signal.throwIfAborted();
  const subject = subjectOf(template, agent);
  const place = cap.take();
  const tried = { end: false };
  const mayBeSent = (): boolean => {
    const may = stillMay();
    tried.end ||= may;
    return may;
  };
  try {
    const connector = await connected();
    const target = await connector.find({ subject, agent }, stillMay, signal);
    const { delay = words.delay, correlationId } = await connector.end(target, mayBeSent, signal);
    return { ok: true, delay, correlationId };
  } catch (error) {
    // Whatever the signal or a mistake of ours interrupted may have got through; a no to an only try has not.
    const known = isKnownFailure(error) ? error : undefined;
    tried.end &&= known?.turnedAway !== true;
    if (!tried.end) throw error;
    const late = known?.kind === 'late';
    const message = `${words.provider}: not asked again, because it is too late by now`;
    const fault = late
      ? { kind: 'transient' as const, message, correlationId: undefined }
      : faultOf(error, signal);
    return { ok: false, fault: fault.kind === 'transient' ? { ...fault, delay: words.delay } : fault };
  } finally {
    if (!tried.end) cap.release(place);
  }
}

async function selfCheck(connected: () => Promise<Connector>, signal: AbortSignal): Promise<SelfCheck> {
  try {
    return await (await connected()).check(signal);
  } catch (error) {
    const { kind, message } = faultOf(error, signal);
    return { verdict: 'failed', sentence: `${message}${ADVICE[kind] ?? ''}` };
  }
}

const ADVICE: Readonly<Record<string, string | undefined>> = {
  credentials: '; check the credentials under identity',
  forbidden: '; grant the right to read users and to end their sessions',
  gone: '; check the address under identity',
  transient: '; check the address under identity and the way to it',
};

function describe(words: ConnectorWords, settings: IdentitySettings): Description {
  const { provider, url, attribute, delay, reach } = words;
  return {
    provider,
    address: originOf(url),
    mapping: `${templateOf(settings.subject)} as ${attribute}`,
    delay,
    perHour: settings.per_hour,
    reach,
  };
}

/** Paths of hooks often hold a key: only scheme and host are shown. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'an address that cannot be read';
}

/** At most so many in any sixty minutes. A place is taken before the provider is asked, and given back if it was not. */
class HourlyCap {
  readonly #perHour: number;
  readonly #now: () => Instant;
  #taken: { at: Instant }[];

  constructor(perHour: number, now: () => Instant, before: readonly Instant[]) {
    this.#perHour = perHour;
    this.#now = now;
    this.#taken = before.map((at) => ({ at }));
  }

  /** Throws `IdentityError` when the hour is used up. */
  take(): { readonly at: Instant } {
    this.#forget();
    if (this.#taken.length >= this.#perHour) {
      throw new IdentityError(
        'capped',
        `as many sessions were ended in the last hour as identity.per_hour allows`,
      );
    }
    const place = { at: this.#now() };
    this.#taken.push(place);
    return place;
  }

  release(place: { readonly at: Instant }): void {
    this.#taken = this.#taken.filter((each) => each !== place);
  }

  spent(): readonly Instant[] {
    this.#forget();
    return this.#taken.map(({ at }) => at);
  }

  #forget(): void {
    const now = this.#now();
    this.#taken = this.#taken.filter(({ at }) => at > now - HOUR);
    // A clock that ran ahead must not keep the hour used up until its time has come.
    for (const place of this.#taken) place.at = Math.min(place.at, now);
  }
}
