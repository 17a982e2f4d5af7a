/** `sandbox`: a simulated organisation on loopback, to try policies and programs on. */
import { createSandbox } from '../../sandbox/index.ts';
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

/** Serves until a signal comes. Answers the exit code. */
export async function sandbox(options: SandboxCommandOptions, output: Output): Promise<number> {
  const speed = wholeOption('--speed', options.speed, 1, 3_600);
  const begun = Date.now();
  const startsAt = options.start === undefined ? begun : momentOption('--start', options.start, begun);
  const organisation = createSandbox({
    seed: wholeOption('--seed', options.seed, 0, 2 ** 31),
    agents: wholeOption('--agents', options.agents, 1, 100_000),
    now: () => startsAt + (Date.now() - begun) * speed,
    startsAt,
    clientId: SANDBOX_CLIENT.id,
    clientSecret: SANDBOX_CLIENT.secret,
  });
  const { apiUrl, loginUrl } = await organisation.listen(wholeOption('--port', options.port, 0, 65_535));
  const text = `The sandbox listens. In the policy:

genesys:
  region: eu-west-1
  api_url: ${apiUrl}
  login_url: ${loginUrl}
  client_id: ${SANDBOX_CLIENT.id}
  client_secret: ${SANDBOX_CLIENT.secret}

Its clock began at ${new Date(startsAt).toISOString()} and runs ${speed === 1 ? 'as ours' : `${speed} times as fast`}. Stop it with Ctrl+C.`;
  for (const line of text.split('\n')) output.line(line);
  const ending = untilSignalled();
  const code = await ending.code;
  ending.close();
  await organisation.close();
  return code;
}
