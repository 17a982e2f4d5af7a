/** Warns agents of a log-off to come. A warning counts once a receiver that can reach the agent has taken it. */
import { randomUUID } from 'node:crypto';
import type { Instant } from '../domain/time/time.ts';
import { hasUnseen } from '../texts/clean.ts';
import { spokenLength } from '../texts/spoken.ts';
import { kindOf } from './channels/registry.ts';
import { DeliveryError } from './errors.ts';
import { deadlineText } from './deadline.ts';
import type { Channel, Message, Warned } from './message.ts';
import type { Log } from '../ports/log.ts';
import type { WarningNotice } from '../ports/notifier.ts';
import type { Sender } from './send.ts';

export interface WarnerParts {
  /** The channels now. */
  readonly channels: () => readonly Channel[];
  readonly sender: Sender;
  readonly clock: { now(): Instant };
  readonly log: Log;
  /** How agents are named to programs; mail to the agent needs no name. */
  readonly identities: () => 'name' | 'id' | 'hash';
  readonly organisation: () => string;
  /** IANA zone in which an agent is told the time, where the rule has none. */
  readonly zone: () => string;
  /** The address at which an agent answers a warning; `undefined` where this one offers none. */
  readonly stayLink: (agentId: string, warning: WarningNotice) => string | undefined;
}

/**
 * Tells the agent through every channel that lists `warning` and can reach them: at their own address, or by a program,
 * which always gets the id, and the name and e-mail only where agents are named. Answers as soon as one of them has taken
 * it, or false when none did. Never rejects.
 */
export async function warnAgent(
  parts: WarnerParts,
  agent: Warned,
  warning: WarningNotice,
  signal: AbortSignal,
): Promise<boolean> {
  const { channels, sender, clock, log, identities } = parts;
  const told = toldOf(parts, agent, warning);
  const whose = { organisation: parts.organisation() };
  const reaching = channels().filter(
    (channel) => channel.enabled && channel.on.has('warning') && warnsOf(channel) !== 'no_one',
  );
  const now = clock.now();
  const tries = reaching.map(async (channel) => {
    try {
      if (warnsOf(channel) === 'agent') {
        if (!isAddress(agent.email)) throw new DeliveryError('the agent has no e-mail address');
        await sender.send(channel, { ...letterTo(told, now), ...whose }, signal, agent.email);
      } else {
        const notice = noticeOf(agent, told, now, identities() === 'name');
        await sender.send(channel, { ...notice, ...whose }, signal);
      }
    } catch (error) {
      const fault = error instanceof DeliveryError ? error.message : 'unexpected';
      log.warn({ channel: channel.name, rule: warning.ruleId, fault }, 'a warning could not be delivered');
      throw error;
    }
  });
  // A second channel that hangs must not hold up what the first has delivered.
  return Promise.any(tries).then(
    () => true,
    () => false,
  );
}

/** Whom a warning by this channel reaches. */
function warnsOf(channel: Channel): 'agent' | 'program' | 'no_one' {
  return kindOf(channel)?.warns ?? 'no_one';
}

function isAddress(text: string): boolean {
  return /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/.test(text) && !hasUnseen(text);
}

/** The facts of a warning, for people and programs. */
interface Told {
  readonly rule: string;
  readonly because: string | undefined;
  readonly limit: number;
  readonly dueIn: number;
  readonly dueAt: Instant;
  /** The same by the clocks of people, with their zone. */
  readonly at: string;
  readonly stay: string | undefined;
}

function toldOf({ zone, stayLink }: WarnerParts, { id }: Warned, warning: WarningNotice): Told {
  const { ruleId: rule, description: because, limit, dueIn, dueAt } = warning;
  const at = deadlineText(dueAt, warning.zone ?? zone());
  return { rule, because, limit, dueIn, dueAt, at, stay: stayLink(id, warning) };
}

/** The text for the agent: nothing about other agents. */
function letterTo(told: Told, now: Instant): Message {
  const { because = '', at, dueIn } = told;
  const why = because === '' ? '' : ` (${because.replace(/[.\s]+$/, '')})`;
  return {
    id: randomUUID(),
    at: now,
    kind: 'warning',
    message: `You have been idle for long${why}. You will be logged off Genesys Cloud at ${at}, in ${spokenLength(dueIn)}, unless there is a sign of you`,
    count: 1,
    items: [factsIn(told)],
  };
}

function noticeOf({ id, name, email }: Warned, told: Told, now: Instant, named: boolean): Message {
  return {
    id: randomUUID(),
    at: now,
    kind: 'warning',
    message: 'an agent will be logged off soon',
    count: 1,
    items: [{ agentId: id, ...(named ? { agent: name, email } : {}), ...factsIn(told) }],
  };
}

function factsIn({ because, stay, ...facts }: Told): Message['items'][number] {
  return {
    ...facts,
    ...(because === undefined ? {} : { because }),
    ...(stay === undefined ? {} : { stay }),
  };
}
