/** `explain`: why one agent is, or is not, logged off; from the store alone unless asked to look. */
import { realClock } from '../clock.ts';
import { learntFrom } from '../domain/learnt.ts';
import { fold } from '../domain/fold.ts';
import { profileOf, type Due } from '../domain/judge.ts';
import type { Memory } from '../domain/memory.ts';
import type { Policy } from '../domain/policy.ts';
import type { StoredAgent } from '../domain/record.ts';
import type { Instant } from '../domain/time.ts';
import { LEARNT_FACT } from '../enforcer/learner.ts';
import { learntSentences } from '../insight/learnt-words.ts';
import { usualInterval } from '../enforcer/standing.ts';
import { explain as explainAgent, type ExplainInput, type Explanation } from '../insight/explain.ts';
import { COMMON_KINDS, recordedAt } from '../insight/explain-record.ts';
import { eventLines, linesOf } from '../insight/explain-view.ts';
import { timesIn, type Times } from '../insight/times.ts';
import { createLog } from '../logging.ts';
import type { LoadedPolicy } from '../policy/draft.ts';
import { nearest } from '../policy/nearest.ts';
import { NAME_KINDS, namesNeeded, type Named, type NameKind, type Names } from '../policy/names.ts';
import { needsOf } from '../policy/needs.ts';
import { resolvePolicy } from '../policy/resolve.ts';
import { Metrics } from '../server/metrics.ts';
import { oneLine } from '../texts/clean.ts';
import { secondsOf } from '../texts/printed.ts';
import { openStore, type SqliteStore } from '../store/sqlite-store.ts';
import { connect, knownNames, readNames } from '../wiring.ts';
import { EXIT, UsageError } from './exit.ts';
import { momentOption } from './instants.ts';
import { loadConfig, type ConfigOption } from './options.ts';
import { table, type Output } from './output.ts';

export interface ExplainOptions extends ConfigOption {
  readonly json?: boolean;
  /** As of the record at that time. */
  readonly at?: string;
  /** IANA zone of the times printed. */
  readonly tz?: string;
  /** Read the agent once through the platform. */
  readonly live?: boolean;
}

/** Ten events are shown; earlier ones tell what a ladder began with. */
const KNOWN_EVENTS = 100;

/** More matches than this are counted, not listed. */
const LISTED = 20;

/** Prints what is known of one agent. Answers the exit code; throws `UsageError` when nobody, or several, fit. */
export async function explain(name: string, options: ExplainOptions, output: Output): Promise<number> {
  const loaded = loadConfig(options, output);
  const now = realClock.now();
  const at = options.at === undefined ? undefined : momentOption(options.at, now);
  if (at !== undefined && options.live === true)
    throw new UsageError('--at looks back, --live looks now: give one of them.');
  const times = timesOf(options.tz ?? 'UTC', at ?? now);
  const store = await openStore(loaded.settings.store.sqlite, { now: () => now, readOnly: true });
  try {
    const agent = await findOne(store, name);
    if (at !== undefined) await tellRecord(store, loaded, agent, at, times, options, output);
    else await tell(store, loaded, agent, times, options, output);
    return EXIT.fine;
  } finally {
    await store.close();
  }
}

function timesOf(zone: string, today: Instant): Times {
  try {
    return timesIn(zone, today);
  } catch {
    throw new UsageError(`"${zone}" is not a time zone: write it like UTC or America/Chicago.`);
  }
}

async function findOne(store: SqliteStore, name: string): Promise<StoredAgent> {
  const found = await store.findAgents(name);
  const [first] = found;
  if (first === undefined) {
    const meant = await suggestion(store, name);
    const hint = meant === undefined ? '' : ` Did you mean "${oneLine(meant)}"?`;
    throw new UsageError(`No agent that was ever seen has the name, e-mail or id "${oneLine(name)}".${hint}`);
  }
  if (found.length === 1) return first;
  const lines = found
    .slice(0, LISTED)
    .map((agent) => oneLine(`  ${agent.id}  ${agent.name} <${agent.email}>`));
  if (found.length > LISTED) lines.push(`  … and ${found.length - LISTED} more`);
  throw new UsageError(`"${name}" fits ${found.length} agents: give the id of one.\n${lines.join('\n')}`);
}

/** The closest name or e-mail address, among those that share the beginning of a word with what was asked for. */
async function suggestion(store: SqliteStore, name: string): Promise<string | undefined> {
  const words = name.split(/[\s@.,]+/).filter((word) => word.length > 1);
  const known = new Set<string>();
  for (const word of words) {
    for (const agent of await store.findAgents(word.slice(0, 3))) {
      known.add(agent.name);
      known.add(agent.email);
      for (const part of agent.name.split(' ')) known.add(part);
    }
  }
  return nearest(name, known);
}

async function tellRecord(
  store: SqliteStore,
  loaded: LoadedPolicy,
  agent: StoredAgent,
  at: Instant,
  times: Times,
  options: ExplainOptions,
  output: Output,
): Promise<void> {
  const rules = loaded.draft.content.profiles.flatMap((profile) => profile.rules);
  const recorded = recordedAt(
    {
      agent,
      at,
      events: await store.events({ agentId: agent.id, to: at + 1, limit: KNOWN_EVENTS }),
      common: await store.events({ kinds: COMMON_KINDS, to: at + 1, limit: 5 }),
      memory: await store.loadMemory(agent.id),
      clocks: new Map(rules.map(({ id, clock }) => [id, clock])),
    },
    times,
  );
  if (options.json === true) {
    output.json(recorded, 2);
    return;
  }
  const lines = [...recorded.sentences, '', ...eventLines(recorded.events, times, table)];
  if (recorded.common.length > 0)
    lines.push('', 'Of everybody:', ...eventLines(recorded.common, times, table).slice(1));
  for (const line of lines) output.line(line);
}

async function tell(
  store: SqliteStore,
  loaded: LoadedPolicy,
  agent: StoredAgent,
  times: Times,
  options: ExplainOptions,
  output: Output,
): Promise<void> {
  const standing = await store.loadStanding();
  const known = await knownNames(store);
  const stored = {
    agent,
    standing,
    pause: await store.pause(),
    events: await store.events({ agentId: agent.id, limit: KNOWN_EVENTS }),
    gaps: await store.events({ kinds: ['gap'], limit: 20 }),
    learnt: learntSentences(
      learntFrom((await store.facts()).get(LEARNT_FACT)),
      loaded.draft.content.returns.window,
    ),
    labels: labelsOf(loaded, known),
    interval: usualInterval(loaded.settings.sweep.interval, standing?.intervals ?? []),
    now: realClock.now(),
  };
  const memory = await store.loadMemory(agent.id);
  const input: ExplainInput =
    options.live === true
      ? { ...stored, ...(await look(loaded, agent, memory, known, stored.interval, output)) }
      : { ...stored, memory, policy: policyFromFacts(loaded, known, stored.now) };
  const explanation = explainAgent(input);
  if (options.json === true) output.json(forJson(explanation), 2);
  else for (const line of linesOf(explanation, times, table)) output.line(line);
}

/** The organisation's own presences by id, as the policy writes them. */
function labelsOf(loaded: LoadedPolicy, known: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    namesNeeded(loaded.draft).presences.map((name) => [
      known.get(`presences:${name.trim().toLowerCase()}`) ?? name,
      name,
    ]),
  );
}

/** The policy with the ids that earlier runs learnt; a name that none of them knew stands for itself. */
export function policyFromFacts(
  loaded: LoadedPolicy,
  known: ReadonlyMap<string, string>,
  now: Instant,
): Policy {
  const needed = namesNeeded(loaded.draft);
  const names: Partial<Record<NameKind, readonly Named[]>> = {};
  for (const kind of NAME_KINDS) {
    if (needed[kind].length > 0) names[kind] = needed[kind].flatMap((name) => namedFrom(kind, name, known));
  }
  return resolvePolicy(loaded.draft, merged(names), known, now).policy;
}

function namedFrom(kind: NameKind, name: string, known: ReadonlyMap<string, string>): readonly Named[] {
  const ids = known.get(`${kind}:${name.trim().toLowerCase()}`)?.split(' ') ?? [name];
  return ids.map((id) => ({ id, names: [name] }));
}

/** Two names of one thing are one entry, so that none of them is ambiguous. */
function merged(names: Names): Names {
  const result: Partial<Record<NameKind, readonly Named[]>> = {};
  for (const kind of NAME_KINDS) {
    const all = names[kind];
    if (all === undefined) continue;
    const byId = new Map<string, string[]>();
    for (const { id, names: texts } of all) byId.set(id, [...(byId.get(id) ?? []), ...texts]);
    result[kind] = [...byId].map(([id, texts]) => ({ id, names: texts }));
  }
  return result;
}

/** One look through the platform, folded into memory and judged as a sweep would; nothing is written anywhere. */
async function look(
  loaded: LoadedPolicy,
  { id, name }: StoredAgent,
  memory: Memory | undefined,
  known: ReadonlyMap<string, string>,
  interval: number,
  { redactor }: Output,
): Promise<Required<Pick<ExplainInput, 'policy' | 'live'>> & Pick<ExplainInput, 'memory'>> {
  const { signal } = new AbortController();
  const log = createLog('warn', 'stderr', redactor);
  const platform = connect(loaded.settings, { clock: realClock, log, metrics: new Metrics(), redactor });
  try {
    await platform.checkCredentials(signal);
    const { policy } = resolvePolicy(
      loaded.draft,
      await readNames(loaded, platform, signal),
      known,
      realClock.now(),
    );
    platform.setNeeds(needsOf(policy));
    const sighting = (await platform.directory.reread([id], signal)).get(id);
    if (sighting === undefined)
      throw new UsageError(`The platform does not list ${oneLine(name)} (${id}) any more.`);
    const profile = profileOf(sighting.agent, policy);
    const folded = fold(memory, sighting.observation, {
      profile,
      usualInterval: interval,
      clockJumped: false,
      nativeTimeouts: await platform.nativeTimeouts(signal),
    });
    return { policy, live: sighting, memory: folded?.memory };
  } finally {
    await platform.close();
  }
}

/** The same, ready for `printed`: elsewhere `overdue` is a number of agents. */
function forJson(explanation: Explanation): unknown {
  const { verdict } = explanation;
  const dueJson = ({ overdue, ...due }: Due): object => ({ ...due, overdue_seconds: secondsOf(overdue) });
  if (verdict === undefined) return explanation;
  const { due, observed } = verdict;
  return {
    ...explanation,
    verdict: { ...verdict, due: due && dueJson(due), observed: observed.map(dueJson) },
  };
}
