/** Whether what a sweep asks for does arrive: one page of agents, read with the sweep's own expands. */
import type { Observation } from '../../domain/agent.ts';
import { tell, type AgentsPage, type DoctorPlatform, type Finding } from './ports.ts';
import { counted } from '../../texts/counted.ts';

const BASE = {
  check: 'agents',
  why: 'an agent of whom a part is missing is never logged off: what is unknown protects',
} as const;

/** One finding; nothing is changed on the platform. */
export async function pageFinding(platform: DoctorPlatform): Promise<Finding> {
  const answer = await tell(() => platform.firstPage());
  if (answer.told) return fromPage(answer.value);
  const isRefused = answer.kind === 'forbidden' || answer.kind === 'refused';
  const found = `one page of agents could not be read: ${answer.message}`;
  if (!isRefused) return { ...BASE, verdict: 'unknown', found };
  const advice = 'give the role of the client Directory > User > View in every division';
  return { ...BASE, verdict: 'fail', found, advice };
}

function fromPage({ by, expands, sightings }: AgentsPage): Finding {
  const count = sightings.length;
  const way = by === 'cursor' ? '' : ', page by page, because the listing in one go is refused';
  if (count === 0) {
    const advice = 'give the client rights in the divisions of the agents, or activate the agents';
    return { ...BASE, verdict: 'warn', found: `no active agent is listed${way}`, advice };
  }
  const found = `one page of ${counted(count, 'agent')} was read with ${expands.join(', ')}${way}`;
  const lacking = [...lackingIn(sightings.map(({ observation }) => observation))];
  if (lacking.length === 0) return { ...BASE, verdict: 'ok', found };
  const isHopeless = lacking.some(([part, agents]) => agents === count && part !== TOKEN);
  const parts = lacking.map(([part, agents]) => `${part} of ${agents}`).join(', ');
  const advice =
    'give the client rights in the divisions of these agents; if it has them, ask Genesys Cloud why parts are left out';
  return { ...BASE, verdict: isHopeless ? 'fail' : 'warn', found: `${found}; missing: ${parts}`, advice };
}

const TOKEN = 'lasttokenissued';

/** How many agents lack each part. Agents who never logged in have no token; of those who are online one at least must show it. */
function lackingIn(readings: readonly Observation[]): ReadonlyMap<string, number> {
  const count = new Map<string, number>();
  const note = (part: string): void => {
    count.set(part, (count.get(part) ?? 0) + 1);
  };
  for (const { presence, routing, conversations, missing, faults = [] } of readings) {
    const parts = { presence, routingStatus: routing, conversationSummary: conversations };
    const absent = Object.entries(parts).flatMap(([part, value]) => (value === undefined ? [part] : []));
    for (const part of new Set([...absent, ...missing, ...faults.map((fault) => fault.part)])) note(part);
  }
  const online = readings.filter(({ presence }) => presence !== undefined && presence.system !== 'OFFLINE');
  if (online.length > 0 && online.every(({ tokenIssuedAt }) => tokenIssuedAt === undefined))
    count.set(TOKEN, online.length);
  return count;
}
