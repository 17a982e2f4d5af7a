/** Puts together how people are told: alarms go to the log, the metrics and the channels, warnings to the agents. */
import process from 'node:process';
import type { Logger } from 'pino';
import type { Agent } from '../domain/agent.ts';
import type { Duration } from '../domain/time/time.ts';
import type { Alarm } from '../ports/alarms.ts';
import type { Clock } from '../ports/clock.ts';
import type { Warner } from '../ports/notifier.ts';
import { naming } from './naming.ts';
import { createNotifier, type Notifier } from '../notify/notifier.ts';
import type { Outbox } from '../ports/outbox.ts';
import { createSender, type Sender } from '../notify/send.ts';
import { runbookHeading } from '../notify/runbook.ts';
import { warnAgent, type WarnerParts } from '../notify/warner.ts';
import type { Settings } from '../policy-file/draft.ts';
import { MemoryOutbox } from '../store/memory/outbox.ts';
import type { Metrics } from '../server/metrics.ts';
import { StayLinks } from '../server/page/stay-link.ts';
import { Redactor } from '../texts/redactor.ts';

export interface TellingParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Keeps messages until they are delivered. */
  readonly outbox: Outbox;
  /** Knows what may be shown nowhere. */
  readonly redactor?: Redactor | undefined;
  /** Speaks to the receivers; HTTP and SMTP unless given. */
  readonly sender?: Sender | undefined;
}

/** Everything that tells people something, in the words of the policy in force. */
export interface Telling {
  readonly notifier: Notifier;
  readonly warner: Warner;
  /** To be told at the end of the sweep, or when `notifier.flush` is called. */
  readonly alarm: (alarm: Alarm) => void;
  /** Names an agent as `log.identities` has it now. */
  readonly name: (agent: Pick<Agent, 'id' | 'name'>) => string;
  /** Takes up other channels and another way of naming. */
  use(settings: Settings): void;
}

/** Makes it; nothing is sent yet. */
export function tellingOf(first: Settings, parts: TellingParts): Telling {
  const { clock, log, metrics, outbox, redactor = new Redactor() } = parts;
  const sender = parts.sender ?? createSender(process.env, () => clock.now());
  const onTried: Metrics['notified'] = (channel, outcome) => {
    metrics.notified(channel, outcome);
  };
  const count = ({ notify }: Settings): void => {
    metrics.notifiedBy(notify.map((channel) => channel.name));
  };
  count(first);
  const notifier = createNotifier({
    ...{ channels: first.notify, outbox, spare: new MemoryOutbox(), sender, clock, log, onTried },
    organisation: () => organisation,
  });
  let { identities } = first.log;
  let organisation = first.organisation;
  let name = naming(identities);
  let { zone } = first;
  // The page's address and secret hold until a restart.
  const stayLink = stayLinks(first, () => organisation);
  const channels = (): ReturnType<Notifier['channels']> => notifier.channels();
  const warning: WarnerParts = {
    ...{ channels, sender, clock, log, stayLink },
    organisation: () => organisation,
    identities: () => identities,
    zone: () => zone,
  };
  return {
    notifier,
    warner: { warn: (agent, notice, signal) => warnAgent(warning, agent, notice, signal) },
    alarm: ({ kind, message, fields }) => {
      log.error({ alarm: kind, organisation, runbook: runbookHeading(kind), ...fields }, message);
      metrics.alarm(kind);
      // What waits in the store, or goes to the receivers, is not seen by the log's own redaction.
      notifier.raise({ kind, message, fields: redactor.hideIn(fields) });
    },
    name: (agent) => name(agent),
    use: (settings) => {
      notifier.use(settings.notify);
      count(settings);
      ({ organisation, zone } = settings);
      ({ identities } = settings.log);
      name = naming(identities);
    },
  };
}

/** How warnings offer a stay: by a link, where there is a page that takes it. */
function stayLinks({ page: { url, secret } }: Settings, organisation: () => string): WarnerParts['stayLink'] {
  if (url === undefined || secret === undefined) return () => undefined;
  const links = new StayLinks({ url, secret });
  return (agentId, { stay, ruleId, sentAt, dueAt }) =>
    stay && links.linkFor({ ...stay, organisation: organisation(), agentId, ruleId, sentAt, dueAt });
}

/** Tells of one thing while there is no store that would keep the message: it is tried for `patience` in real time. */
export async function tellOnce(
  settings: Settings,
  parts: Omit<TellingParts, 'outbox'>,
  alarm: Alarm,
  patience: Duration,
): Promise<void> {
  const telling = tellingOf(settings, { ...parts, outbox: new MemoryOutbox() });
  telling.alarm(alarm);
  await telling.notifier.close(patience);
}
