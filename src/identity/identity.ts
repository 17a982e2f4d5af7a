/** Puts a connector together with what holds for all of them: who is meant, how many an hour, and never an exception. */
import type { Agent } from '../domain/agent.ts';
import { HOUR, type Instant } from '../domain/time/time.ts';
import { entra } from './connectors/entra/connector.ts';
import { faultOf, IdentityError } from './errors.ts';
import { Http, type HttpHooks } from './http.ts';
import { keycloak } from './connectors/keycloak/connector.ts';
import { okta } from './connectors/okta/connector.ts';
import type { Connector } from './connector.ts';
import type { Description, EndResult, Identity, SelfCheck } from '../ports/identity.ts';
import type { IdentitySettings } from './settings.ts';
import { subjectOf, templateOf } from './subject.ts';
import { webhook } from './connectors/webhook/connector.ts';

/** What the connectors work with. */
export interface IdentityHooks extends HttpHooks {
  /** When sessions were ended before this start: the hourly cap goes on counting them. */
  readonly spentBefore?: readonly Instant[] | undefined;
}

/** Connects to the identity provider of a policy; nothing is sent yet. Throws `RangeError` when it names none. */
export function createIdentity(settings: IdentitySettings, hooks: IdentityHooks): Identity {
  const http = new Http(hooks);
  const { redactor } = http;
  for (const secret of secretsIn(settings)) redactor.know(secret);
  const connector = connectorOf(settings, http, hooks);
  const cap = new HourlyCap(settings.per_hour, () => hooks.clock.now(), hooks.spentBefore ?? []);
  return {
    endSession: async (agent, signal, stillMay = () => true) => {
      const way = { connector, cap, template: settings.subject };
      const result = await endSession(way, agent, signal, stillMay).catch((error: unknown): EndResult => ({
        ok: false,
        fault: faultOf(error, signal),
      }));
      // What a provider calls its errors, and its ids, may echo what it was sent.
      return redactor.hideIn(result);
    },
    selfCheck: async (signal) => redactor.hideIn(await selfCheck(connector, signal)),
    describe: () => describe(connector, settings),
    spent: () => cap.spent(),
    close: () => http.close(),
  };
}

function secretsIn({ okta: o, entra: e, keycloak: k, webhook: w }: IdentitySettings): readonly string[] {
  const secrets = [o?.api_token, o?.private_key, e?.client_secret, k?.client_secret, w?.secret];
  return secrets.filter((secret) => secret !== undefined);
}

function connectorOf(settings: IdentitySettings, http: Http, { clock }: HttpHooks): Connector {
  if (settings.okta !== undefined) return okta(settings.okta, http, clock);
  if (settings.entra !== undefined) return entra(settings.entra, http, clock);
  if (settings.keycloak !== undefined) return keycloak(settings.keycloak, settings.subject, http, clock);
  if (settings.webhook !== undefined) return webhook(settings.webhook, http, clock);
  throw new RangeError('the policy sets up no identity provider');
}

interface Way {
  readonly connector: Connector;
  readonly cap: HourlyCap;
  readonly template: string;
}

async function endSession(
  { connector, cap, template }: Way,
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
    const target = await connector.find({ subject, agent }, stillMay, signal);
    const { delay = connector.delay, correlationId } = await connector.end(target, mayBeSent, signal);
    return { ok: true, delay, correlationId };
  } catch (error) {
    // Whatever the signal or a mistake of ours interrupted may have got through; a no to an only try has not.
    const turnedAway = error instanceof IdentityError && error.turnedAway;
    tried.end &&= !turnedAway;
    if (!tried.end) throw error;
    const late = error instanceof IdentityError && error.kind === 'late';
    const message = `${connector.provider}: not asked again, because it is too late by now`;
    const fault = late
      ? { kind: 'transient' as const, message, correlationId: undefined }
      : faultOf(error, signal);
    return { ok: false, fault: fault.kind === 'transient' ? { ...fault, delay: connector.delay } : fault };
  } finally {
    if (!tried.end) cap.release(place);
  }
}

async function selfCheck(connector: Connector, signal: AbortSignal): Promise<SelfCheck> {
  try {
    return await connector.check(signal);
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

function describe(connector: Connector, settings: IdentitySettings): Description {
  const { provider, url, attribute, delay, reach } = connector;
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
  #taken: { readonly at: Instant }[];

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
    const from = this.#now() - HOUR;
    this.#taken = this.#taken.filter(({ at }) => at > from);
  }
}
