/** `sandbox`: a simulated organisation on loopback, to try policies and programs on. */
import { DAY, HOUR, type Duration, type Instant } from '../../domain/time/time.ts';
import { createSandbox, type Sandbox } from '../../sandbox/index.ts';
import { cannotListen } from '../../server/listen-error.ts';
import { momentOption } from '../shared/instants.ts';
import { wholeOption } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { untilSignalled } from '../shared/signals.ts';

export interface SandboxCommandOptions {
  readonly agents: string;
  readonly seed: string;
  readonly port: string;
  readonly speed: string;
  readonly start?: string;
}

/** What the sandbox takes as credentials; it is no secret. */
export const SANDBOX_CLIENT = { id: 'sandbox-client', secret: 'sandbox-secret' } as const;

/** So much of the people's shift is over when the sandbox starts: those who leave without logging out have left. */
const BEGUN_BEFORE: Duration = 3 * HOUR;
const SHIFT: Duration = 8 * HOUR;

/** Serves until a signal comes. Answers the exit code. */
export async function sandbox(options: SandboxCommandOptions, output: Output): Promise<number> {
  const speed = wholeOption('--speed', options.speed, 1, 3_600);
  const now = Date.now();
  const start = options.start === undefined ? undefined : momentOption('--start', options.start, now);
  const startsAt = shiftStart(start, speed, now);
  const organisation = createSandbox({
    seed: wholeOption('--seed', options.seed, 0, 2 ** 31),
    agents: wholeOption('--agents', options.agents, 1, 100_000),
    // A clock that ran away from the worker's would make the worker hold all action.
    now: () => Date.now(),
    startsAt,
    shiftMs: SHIFT,
    pace: speed,
    clientId: SANDBOX_CLIENT.id,
    clientSecret: SANDBOX_CLIENT.secret,
  });
  const { apiUrl, loginUrl } = await listening(organisation, wholeOption('--port', options.port, 0, 65_535));
  const text = `The sandbox listens. In the policy:

genesys:
  region: eu-west-1
  api_url: ${apiUrl}
  login_url: ${loginUrl}
  client_id: ${SANDBOX_CLIENT.id}
  client_secret: ${SANDBOX_CLIENT.secret}

${shiftWords(startsAt, speed, now)} Stop it with Ctrl+C.`;
  for (const line of text.split('\n')) output.line(line);
  const ending = untilSignalled();
  const code = await ending.code;
  ending.close();
  await organisation.close();
  return code;
}

async function listening(organisation: Sandbox, port: number): ReturnType<Sandbox['listen']> {
  try {
    return await organisation.listen(port);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === '') throw error;
    const change = { port: '--port, which may be 0 for any' };
    throw cannotListen({ host: '127.0.0.1', port, other: 'sandbox', change }, code);
  }
}

/**
 * When the shift that is told first begins. Shifts begin every day of the people, so that a start of long ago stands for the
 * newest of those that followed it. Without a start the shift is three hours old, by the people's own time.
 */
export function shiftStart(start: Instant | undefined, speed: number, now: Instant): Instant {
  if (start === undefined) return now - BEGUN_BEFORE / speed;
  const day = DAY / speed;
  return start > now ? start : now - ((now - start) % day);
}

/** Which time it is for the people, in a sentence or two. */
export function shiftWords(startsAt: Instant, speed: number, now: Instant): string {
  const time = (at: Instant): string => new Date(at).toISOString().slice(0, 19) + 'Z';
  const clock = `Its clock is that of this machine${speed === 1 ? '' : `, and its people live ${speed} times as fast`}.`;
  const endsAt = startsAt + SHIFT / speed;
  const next = `the next begins at ${time(startsAt + DAY / speed)}`;
  if (startsAt > now)
    return `${clock} The first shift begins at ${time(startsAt)}; until then everyone is Offline.`;
  if (endsAt > now)
    return `${clock} The shift began at ${time(startsAt)} and ends at ${time(endsAt)}; ${next}.`;
  return `${clock} The shift that began at ${time(startsAt)} is over; ${next}.`;
}
