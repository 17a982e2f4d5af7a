/** Warns agents of a log-off to come. A warning counts once a receiver that can reach the agent has taken it. */
import { randomUUID } from 'node:crypto';
import { formatDuration, type Instant } from '../domain/time/time.ts';
import { hasUnseen } from '../texts/clean.ts';
import { kindOf } from './channels/registry.ts';
import { DeliveryError } from './errors.ts';
import type { Channel, Message, Warned, Warning } from './message.ts';
import type { Log } from '../ports/log.ts';
import type { Sender } from './send.ts';

export interface WarnerParts {
  /** The channels now. */
  readonly channels: () => readonly Channel[];
  readonly sender: Sender;
  readonly clock: { now(): Instant };
  readonly log: Log;
  /** How agents are named to programs; mail to the agent needs no name. */
  readonly identities: () => 'name' | 'id' | 'hash';
}

/**
 * Tells the agent through every channel that lists `warning` and can reach them: at their own address, or by a program,
 * which always gets the id, and the name and e-mail only where agents are named. Answers as soon as one of them has taken
 * it, or false when none did. Never rejects.
 */
export async function warnAgent(
  parts: WarnerParts,
  agent: Warned,
  warning: Warning,
  signal: AbortSignal,
): Promise<boolean> {
  const { channels, sender, clock, log, identities } = parts;
  const reaching = channels().filter(
    (channel) => channel.enabled && channel.on.has('warning') && warnsOf(channel) !== 'no_one',
  );
  const now = clock.now();
  const tries = reaching.map(async (channel) => {
    try {
      if (warnsOf(channel) === 'agent') {
        if (!isAddress(agent.email)) throw new DeliveryError('the agent has no e-mail address');
        await sender.send(channel, letterTo(warning, now), signal, agent.email);
      } else await sender.send(channel, noticeOf(agent, warning, now, identities() === 'name'), signal);
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

/** The text for the agent: nothing about other agents. */
function letterTo({ ruleId, limit, dueIn }: Warning, now: Instant): Message {
  return {
    id: randomUUID(),
    at: now,
    kind: 'warning',
    message: `You have been idle for long. You will be logged off Genesys Cloud in ${formatDuration(dueIn)} unless there is a sign of you`,
    count: 1,
    items: [{ rule: ruleId, limit, dueIn }],
  };
}

function noticeOf(
  { id, name, email }: Warned,
  { ruleId, limit, dueIn }: Warning,
  now: Instant,
  named: boolean,
): Message {
  return {
    id: randomUUID(),
    at: now,
    kind: 'warning',
    message: 'an agent will be logged off soon',
    count: 1,
    items: [{ agentId: id, ...(named ? { agent: name, email } : {}), rule: ruleId, limit, dueIn }],
  };
}
