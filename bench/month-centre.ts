/**
 * What surrounds the worker of `month.ts`, in a process of its own: the simulated organisation, which remembers more every
 * day, and a receiver of messages that is not always well. Forked; its clock and its faults are told by messages.
 */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { DAY, HOUR, MINUTE, type Instant } from '../src/domain/time/time.ts';
import { createSandbox } from '../src/sandbox/index.ts';

/** How the simulated organisation is to be. */
export interface CentreSettings {
  readonly seed: number;
  /** Everyone who ever has an account. */
  readonly agents: number;
  /** How many of them leave, one after another, and are replaced by as many. */
  readonly turnover: number;
  readonly from: Instant;
  readonly days: number;
}

/** What it is asked. */
export type Question = { readonly windTo: Instant } | { readonly isOver: true };

/** What it answers, in the order of the questions. */
export interface Answer {
  readonly disturbed: number;
  readonly missed: number;
  readonly requests: number;
  readonly messages: number;
}

const settings = JSON.parse(process.argv[2] ?? '') as CentreSettings;
const { seed, agents, turnover, from, days } = settings;
/** Hours of the simulated day in which no message is accepted, each for a reason of its own. */
const ILL: Readonly<Record<number, 'refuses' | 'resets' | 'hangs'>> = {
  17: 'refuses',
  19: 'resets',
  21: 'hangs',
};
/** An hour a day in which the platform fails now and then. */
const BAD_HOUR = 18;

let now = from;
let messages = 0;
const hour = (): number => new Date(now).getUTCHours();
const sandbox = createSandbox({
  seed,
  agents,
  turnover: { people: turnover, withinMs: days * DAY },
  startsAt: from,
  now: () => now,
});
const receive: RequestListener = (request, response) => {
  request.resume();
  const mood = ILL[hour()];
  if (mood === 'hangs') return;
  if (mood === 'resets') request.socket.destroy();
  else if (mood === 'refuses') response.writeHead(503).end('not now\n');
  else {
    messages += 1;
    response.writeHead(204).end();
  }
};
const receiver = createServer(receive).listen(0, '127.0.0.1');
const { apiUrl } = await sandbox.listen();

process.on('message', (question: Question) => {
  if ('windTo' in question) {
    now = Math.max(now, question.windTo);
    const share = hour() === BAD_HOUR ? 0.02 : 0;
    sandbox.setFaults({ serverError: share, reset: share, droppedToken: share / 4 });
    process.send?.({});
    return;
  }
  const { disturbed, missed } = sandbox.truth({ limitFor: limitOf, slackMs: 12 * MINUTE });
  const { total: requests } = sandbox.requests;
  process.send?.({ disturbed: disturbed.length, missed: missed.length, requests, messages } satisfies Answer);
});
process.once('disconnect', () => {
  receiver.closeAllConnections();
  receiver.close();
  void sandbox.close();
});
process.send?.({ apiUrl, hookUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` });

/** How long each kind of absence may last, by the policy of `month.ts`. */
function limitOf(archetype: string): number {
  if (archetype === 'overran-meal') return 90 * MINUTE;
  return archetype === 'watching-supervisor' ? 12 * HOUR : HOUR;
}
