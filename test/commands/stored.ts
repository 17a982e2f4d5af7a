/** A store as a worker leaves it behind, made of stories of agents, for commands that read the store alone. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from '../../src/domain/agent.ts';
import { EMPTY_LEDGER, type Ledger } from '../../src/domain/planning/plan.ts';
import type { Policy } from '../../src/domain/policy/policy.ts';
import type { ControllerState, Pause, RecordEvent, StoredAgent } from '../../src/domain/record.ts';
import { MINUTE, SECOND, type Instant } from '../../src/domain/time/time.ts';
import type { PlatformBehaviour } from '../../src/domain/tracking/platform-behaviour.ts';
import type { AgentState } from '../../src/domain/tracking/state.ts';
import type { Candidate, Stop } from '../../src/domain/rollout/rollout.ts';
import { judgedBy, keptOf } from '../../src/policy-file/before.ts';
import type { Draft } from '../../src/policy-file/draft.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';
import type { SweepReport } from '../../src/ports/metrics.ts';
import type { Store } from '../../src/ports/store.ts';
import { rolloutNotes } from '../../src/store/rollout-note.ts';
import { openStore } from '../../src/store/sqlite/sqlite-store.ts';
import { SWEEP_NOTE, sweepNoteBody } from '../../src/store/sweep-note.ts';
import { agent, clockTime } from '../domain/build.ts';
import { story, type Story } from '../domain/story.ts';

/** Rules that tell the reasons apart. */
export const RULES = `
exempt:
  - { users: [exempt@example.com], reason: lobby screen }
  - { groups: [On call], reason: holiday cover }
profiles:
  - name: agents
    rules:
      - { id: gone, when: { presence: [available, away], routing: [off_queue] }, limit: 1h }
      - { id: reported, mode: observe, when: { presence: [meal] }, limit: 30m }
      - { id: night, when: { presence: [training] }, outside: office, limit: 10m }
calendars:
  office: { timezone: UTC, weekly: { mon-sun: "08:00-20:00" } }
`;

export interface StoreParts {
  readonly rules?: string;
  readonly mode?: 'observe' | 'enforce';
  /** Further keys of the policy. */
  readonly more?: string;
  /** When the last sweep was. */
  readonly at?: string;
  readonly pause?: Pause;
  readonly events?: readonly RecordEvent[];
  readonly standing?: Partial<ControllerState>;
  readonly ledger?: Partial<Ledger>;
  readonly sweep?: Partial<SweepReport>;
  readonly learnt?: PlatformBehaviour;
  /** The policy of the last sweep, where it is another. */
  readonly policyHash?: string;
  /** How a change to this policy is brought out. */
  readonly rollout?: BroughtOut;
}

/** The policy is brought out in the place of another. */
export interface BroughtOut {
  /** The rules of the policy that was in force for all, as they stand in its file. */
  readonly formerRules: string;
  /** Of the agents, from 0 to 1. */
  readonly share: number;
  readonly stopped?: Stop;
  readonly isFormerKept?: boolean;
}

/** Notes a rollout in a store, with the former policy and what an operator asks for. */
export async function putRollout(store: Pick<Store, 'facts' | 'setFacts'>, at: Instant): Promise<void> {
  const base = { judges: 'former', mode: 'enforce' } as const;
  const candidate: Candidate = {
    ...{ judges: 'changed', hash: 'bbbb', steps: [{ at, share: 0.2 }], watched: MINUTE, countedFrom: at },
  };
  const notes = rolloutNotes(store);
  await notes.save({ base, candidate, stopped: ['x'] }, [{ ...base, hash: 'aaaa', content: '{}' }], []);
  await notes.order({ id: 'one', what: 'abort', judges: 'changed', by: 'ada@ops-1' });
}

/** What one sweep of nobody was. */
const NO_SWEEP: SweepReport = {
  ...{ sweepId: 's1', startedAt: 0, took: 3 * SECOND, complete: true, fault: undefined, hold: undefined },
  ...{ listed: 0, seen: 0, online: 0, clockError: 0, unknown: {}, deferred: {}, breakerHolds: 0 },
  ...{ overdue: 0, engagedTooLong: 0, left: 0, nextDueAt: undefined },
  verdicts: {} as SweepReport['verdicts'],
  outcomes: { verified: 0, unverified: 0, failed: 0, dropped: 0, observed: 0 },
};

/** A folder with a policy and the store that it names. */
export class StoredCentre {
  readonly folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-stored-'));
  readonly config = join(this.folder, 'policy.yaml');
  readonly sqlite = join(this.folder, 'store.db');
  readonly policy: Policy;
  readonly hash: string;
  readonly #draft: Draft;
  readonly #memories: AgentState[] = [];
  readonly #agents: StoredAgent[] = [];
  readonly #parts: StoreParts;

  constructor(parts: StoreParts = {}) {
    const { rules = RULES, mode = 'enforce', more = '' } = parts;
    this.#parts = parts;
    const text = `version: 1
mode: ${mode}
genesys: { region: eu-west-1, client_id: a, client_secret: "\${NOT_SET_HERE}" }
store: { sqlite: ${this.sqlite} }
${rules}${more}`;
    writeFileSync(this.config, text);
    const { draft, hash } = loadPolicyText(text, this.config, { NOT_SET_HERE: 'b-secret' });
    const users = [agentOf('exempt')].map(({ id, email, username, name }) => {
      return { id, names: [email, username], ownNames: [name] };
    });
    const groups = [{ id: 'g1', names: ['On call'] }];
    const names = rules.includes('On call') ? { users, groups } : { users };
    this.policy = resolvePolicy(draft, names, new Map(), clockTime('09:00')).policy;
    this.hash = hash;
    this.#draft = draft;
  }

  /** One agent, from 09:00 on; `tell` goes on with the story up to the last sweep. */
  agent(id: string, tell: (told: Story) => Story, profile: string | null = 'agents', exempt?: string): this {
    const told = tell(story({ policy: this.policy, agent: agentOf(id) }));
    this.#memories.push(told.state());
    const { name, email } = agentOf(id);
    this.#agents.push({ id, name, email, profile: profile ?? undefined, exempt });
    return this;
  }

  /** Writes the store. The last sweep was begun by this very process. */
  async save(): Promise<this> {
    const {
      at: time = '10:00',
      pause,
      events = [],
      standing,
      ledger,
      sweep,
      policyHash,
      learnt,
    } = this.#parts;
    const at = clockTime(time);
    const store = await openStore(this.sqlite, { now: () => at });
    await store.saveAgents(this.#agents);
    const process = {
      holder: 'holder-1',
      command: 'run',
      version: '1',
      startedAt: at - 60 * MINUTE,
    } as const;
    await store.noteSweep({ ...process, sweptAt: at, interval: MINUTE });
    await store.holdLease('holder-1', at, 3 * MINUTE);
    await store.saveSweep({
      at,
      changed: [],
      notSeen: this.#memories,
      standing: {
        policyHash: policyHash ?? this.hash,
        settleLeft: 0,
        lastCompleteAt: at,
        population: this.#memories.length,
        forgottenAt: undefined,
        intervals: [MINUTE, MINUTE, MINUTE],
        ledger: { ...EMPTY_LEDGER, ...ledger },
        observedLedger: EMPTY_LEDGER,
        ...standing,
      },
      events,
    });
    if (learnt !== undefined) await store.saveLearnt(learnt);
    if (pause !== undefined) await store.setPause(pause);
    const report: SweepReport = { ...NO_SWEEP, startedAt: at, ...sweep };
    const inForce = { organisation: 'default', mode: this.policy.mode, policy: policyHash ?? this.hash };
    await store.setFacts(new Map([[SWEEP_NOTE, sweepNoteBody(report, inForce)]]));
    if (this.#parts.rollout !== undefined) await this.#bringOut(store, this.#parts.rollout);
    await store.close();
    return this;
  }

  /** As the worker notes it: begun at half past nine. */
  async #bringOut(
    store: Store,
    { formerRules, share, stopped, isFormerKept = true }: BroughtOut,
  ): Promise<void> {
    const text = readFileSync(this.config, 'utf8').replace(this.#parts.rules ?? RULES, () => formerRules);
    const former = keptOf(
      loadPolicyText(text, this.config, { NOT_SET_HERE: 'b-secret' }).draft,
      (each) => each,
    );
    const at = clockTime('09:30');
    const candidate: Candidate = {
      judges: judgedBy(this.#draft),
      ...{
        hash: this.#parts.policyHash ?? this.hash,
        steps: [{ at, share }],
        watched: 20 * MINUTE,
        countedFrom: at,
      },
      ...(stopped && { stopped }),
    };
    const base = { judges: former.judges, mode: former.mode };
    await rolloutNotes(store).save({ base, candidate, stopped: [] }, isFormerKept ? [former] : [], []);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** `idle` is called Idle Person and has idle@example.com. */
export function agentOf(id: string): Agent {
  const name = `${id.slice(0, 1).toUpperCase()}${id.slice(1)} Person`;
  return agent({ id, name, email: `${id}@example.com`, username: `${id}@example.com` });
}
