/** `explain`: why one agent is, or is not, logged off; from the store alone unless asked to look. */
import { realClock } from '../../app/clock.ts';
import { peakShareOf } from '../../domain/licence/near-peak.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../domain/tracking/platform-behaviour.ts';
import { contextFor, evaluate } from '../../domain/judging/evaluate.ts';
import type { Due } from '../../domain/judging/judge.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type { StoredAgent } from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
import { learntSentences } from './behaviour-words.ts';
import { usualInterval } from '../../controller/controller-state.ts';
import { explainAgent as explainAgent, type ExplainInput, type Explanation } from './explain.ts';
import { COMMON_KINDS, recordedAt } from './record.ts';
import { eventLines, linesOf } from './view.ts';
import { timesIn, type Times } from '../shared/times.ts';
import { judgingIn } from '../../domain/rollout/in-force.ts';
import { policyInForce, storedInForce, type StoredInForce } from '../../app/stored-in-force.ts';
import { createLog } from '../../app/logging.ts';
import { askedSources } from '../../policy-file/asked-sources.ts';
import type { Draft, LoadedPolicy } from '../../policy-file/draft.ts';
import { nearest } from '../../policy-file/nearest.ts';
import { nameKey, namesNeeded } from '../../policy-file/names.ts';
import { needsOf } from '../../policy-file/needs.ts';
import { rememberedFrom, resolveNames, type RememberedNames } from '../../policy-file/remembered-names.ts';
import { Metrics } from '../../server/metrics.ts';
import { SWEEP_NOTE, sweepNoteOf } from '../../store/sweep-note.ts';
import type { Store } from '../../ports/store.ts';
import { oneLine } from '../../texts/clean.ts';
import { secondsOf } from '../../texts/printed.ts';
import { readNames } from '../../app/names-in-use.ts';
import { connect } from '../../app/compose.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { momentOption } from '../shared/instants.ts';
import { loadConfig, zoneOption } from '../shared/options.ts';
import { openLog, type LogOption } from '../shared/log.ts';
import type { Output } from '../shared/output.ts';
import { textTable } from '../../texts/table.ts';
import { policyForReading, type PolicyForReading } from '../shared/policy-for-reading.ts';
import { openStoreMeant, type StoreOption } from '../shared/store-place.ts';

export interface ExplainOptions extends StoreOption, LogOption {
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

/** Prints what is known of one agent. Answers the exit code; throws `UsageError` when no agent, or several, fit. */
export async function explain(name: string, options: ExplainOptions, output: Output): Promise<number> {
  const now = realClock.now();
  const at = options.at === undefined ? undefined : momentOption('--at', options.at, now);
  if (at !== undefined && options.live === true)
    throw new UsageError('--at looks back, --live looks now: give one of them.');
  if (at !== undefined && at > now)
    throw new UsageError(
      '--at looks back, and that time is to come: leave it out to learn what is due next.',
    );
  const times = timesIn(zoneOption(options.tz), at ?? now);
  // A look through the platform needs all of the policy.
  const policy =
    options.live === true ? { loaded: loadConfig(options, output) } : policyForReading(options, output);
  const store = await openStoreMeant(options, { now: () => now, readOnly: true });
  try {
    const agent = await findOne(store, name);
    if (at === undefined && policy.loaded !== undefined)
      await tell(store, policy.loaded, agent, times, options, output);
    else await tellRecord(store, policy, agent, at ?? now, times, options, output);
    return EXIT.fine;
  } finally {
    await store.close();
  }
}

async function findOne(store: Store, name: string): Promise<StoredAgent> {
  const found = await store.findAgents(name);
  const [first] = found;
  if (first === undefined)
    throw new UsageError(
      `No agent that was ever seen has the name, e-mail or id "${oneLine(name)}".${hintOf(await suggestion(store, name))}`,
    );
  if (found.length === 1) return first;
  const lines = linesOfAgents(found);
  throw new UsageError(`"${name}" fits ${found.length} agents: give the id of one.\n${lines.join('\n')}`);
}

/** Agents who may be meant, one a line. */
export function linesOfAgents(found: readonly StoredAgent[], where = ''): readonly string[] {
  const lines = found
    .slice(0, LISTED)
    .map((agent) => oneLine(`  ${where}${agent.id}  ${agent.name} <${agent.email}>`));
  return found.length > LISTED ? [...lines, `  … and ${found.length - LISTED} more`] : lines;
}

/** What may have been meant, as the end of a sentence. */
export function hintOf(meant: string | undefined): string {
  return meant === undefined ? '' : ` Did you mean "${oneLine(meant)}"?`;
}

/** The closest name or e-mail address, among those that share the beginning of a word with what was asked for. */
export async function suggestion(store: Store, name: string): Promise<string | undefined> {
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

/** What the record says: of an earlier time, or because the policy cannot be used. */
async function tellRecord(
  store: Store,
  { loaded, fault }: PolicyForReading,
  agent: StoredAgent,
  at: Instant,
  times: Times,
  options: ExplainOptions,
  output: Output,
): Promise<void> {
  const rules = loaded?.draft.content.profiles.flatMap((profile) => profile.rules) ?? [];
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
    output.json({ ...recorded, policyFault: fault }, 2);
    return;
  }
  if (fault !== undefined)
    output.line(`The policy cannot be used, so its rules are not weighed: ${fault}.\n`);
  const lines = [...recorded.sentences, '', ...eventLines(recorded.events, times, textTable)];
  if (recorded.common.length > 0)
    lines.push('', 'Of all agents:', ...eventLines(recorded.common, times, textTable).slice(1));
  for (const line of lines) output.line(line);
}

async function tell(
  store: Store,
  loaded: LoadedPolicy,
  agent: StoredAgent,
  times: Times,
  options: ExplainOptions,
  output: Output,
): Promise<void> {
  const now = realClock.now();
  const facts = await store.facts();
  const inForce = storedInForce(loaded.draft, facts, now);
  const stored = await storedInput(store, loaded, inForce, agent, now);
  const memory = await store.loadMemory(agent.id);
  const input: ExplainInput =
    options.live === true
      ? { ...stored, ...(await look(loaded, inForce, agent, memory, facts, stored, options, output)) }
      : { ...stored, memory, policy: policyInForce(inForce, facts, now) };
  const explanation = explainAgent(input);
  if (options.json === true) output.json(forJson(explanation), 2);
  else for (const line of linesOf(explanation, times, textTable)) output.line(line);
}

/** What is known of an agent as of the last sweep, with what their memory and the policy make of it. */
export async function explainStored(
  store: ExplainStore,
  loaded: LoadedPolicy,
  agent: StoredAgent,
  now: Instant,
): Promise<Explanation> {
  const facts = await store.facts();
  const inForce = storedInForce(loaded.draft, facts, now);
  const stored = await storedInput(store, loaded, inForce, agent, now);
  const policy = policyInForce(inForce, facts, now);
  return explainAgent({ ...stored, memory: await store.loadMemory(agent.id), policy });
}

/** What of a store an explanation is made of. */
export type ExplainStore = Pick<
  Store,
  'loadStanding' | 'facts' | 'learnt' | 'pause' | 'events' | 'loadMemory'
>;

async function storedInput(
  store: ExplainStore,
  loaded: LoadedPolicy,
  { draft, rollout }: StoredInForce,
  agent: StoredAgent,
  now: Instant,
): Promise<Omit<ExplainInput, 'memory' | 'policy' | 'live'>> {
  const standing = await store.loadStanding();
  const facts = await store.facts();
  const learnt = (await store.learnt()) ?? NO_BEHAVIOUR_KNOWN;
  return {
    agent,
    standing,
    pause: await store.pause(),
    events: await store.events({ agentId: agent.id, limit: KNOWN_EVENTS }),
    gaps: await store.events({ kinds: ['gap'], limit: 20 }),
    learnt: learntSentences(learnt, loaded.draft.content.returns.window),
    sources: { known: learnt.evidence, asked: askedSources(loaded.settings.evidence) },
    labels: labelsOf(draft, rememberedFrom(facts)),
    rollout,
    peak: sweepNoteOf(facts.get(SWEEP_NOTE))?.peak,
    interval: usualInterval(loaded.settings.sweep.interval, standing?.intervals ?? []),
    now,
    held: loaded.settings.held,
  };
}

/** The organisation's own presences by id, as the policy writes them. */
function labelsOf(draft: Draft, { ids, former }: RememberedNames): ReadonlyMap<string, string> {
  return new Map(
    namesNeeded(draft).presences.flatMap((name) => {
      const key = nameKey('presences', name);
      return [...(former.get(key) ?? []), ...(ids.get(key) ?? [name])].map((id) => [id, name] as const);
    }),
  );
}

/** One look through the platform, folded into memory and judged as a sweep would; nothing is written anywhere. */
async function look(
  loaded: LoadedPolicy,
  { draft, rollout }: StoredInForce,
  { id, name }: StoredAgent,
  memory: AgentState | undefined,
  facts: ReadonlyMap<string, string>,
  { interval, peak }: Pick<ExplainInput, 'interval' | 'peak'>,
  options: ExplainOptions,
  { redactor }: Output,
): Promise<Required<Pick<ExplainInput, 'policy' | 'live'>> & Pick<ExplainInput, 'memory'>> {
  const { signal } = new AbortController();
  const log = createLog('warn', await openLog('stderr', options), redactor);
  const platform = connect(loaded.settings, { clock: realClock, log, metrics: new Metrics(), redactor });
  try {
    await platform.checkCredentials(signal);
    const names = await readNames(draft, platform, signal);
    const resolved = resolveNames(draft, names, rememberedFrom(facts), realClock.now());
    platform.setNeeds(needsOf(resolved.policy));
    const policy = judgingIn(rollout, resolved.policy);
    await platform.readMembers(signal);
    const sighting = (await platform.directory.reread([id], signal)).get(id);
    if (sighting === undefined)
      throw new UsageError(`The platform does not list ${oneLine(name)} (${id}) any more.`);
    const peakShare = peakShareOf(peak);
    const watch = {
      policy,
      usualInterval: interval,
      clockJumped: false,
      nativeTimeouts: await platform.nativeTimeouts(signal),
      peakShare,
    };
    const { agent, observation } = sighting;
    const evaluation = evaluate(memory, observation, contextFor(agent, watch), policy);
    return { policy, live: sighting, memory: evaluation.state };
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
