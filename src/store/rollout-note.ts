/**
 * What outlives a restart of a rollout: how far it is, the policies that it needs, and what an operator asks of it. Facts of the store;
 * nothing in them is secret, and of people they name whom a policy names.
 */
import { z } from 'zod';
import {
  NO_ROLLOUT,
  type BasePolicy,
  type KeptPolicy,
  type Order,
  type Rollout,
} from '../domain/rollout/rollout.ts';
import type { RolloutNotes } from '../ports/rollout-notes.ts';
import type { Store } from '../ports/store.ts';
import { duration, instant } from './bodies.ts';

/** Under which names the facts stand. The order is written by operators, the others by the worker. */
const ROLLOUT_NOTE = 'rollout';
const KEPT_POLICIES_NOTE = 'rollout_policies';
const ORDER_NOTE = 'rollout_order';

/** The names of all of them. */
export const ROLLOUT_NOTES: readonly string[] = [ROLLOUT_NOTE, KEPT_POLICIES_NOTE, ORDER_NOTE];

const VERSION = 1;
const mark = z.string().max(64);
/** Longer than anything that an operator says, and than a sentence with that in it. */
const words = z.string().max(2_000);
const mode = z.enum(['observe', 'enforce']);
const share = z.number().min(0).max(1);

const base = z.object({ judges: mark, mode, acted: z.boolean().optional() } satisfies Readonly<
  Record<keyof BasePolicy, z.ZodType>
>);

const rollout = z.object({
  base: base.optional(),
  candidate: z
    .object({
      judges: mark,
      hash: mark,
      steps: z.array(z.object({ at: instant, share })).max(100),
      watched: duration,
      countedFrom: instant,
      stopped: z.object({ at: instant, reason: words, by: words.optional() }).optional(),
    })
    .optional(),
  stopped: z.array(mark).max(1_000),
  handled: mark.optional(),
} satisfies Readonly<Record<keyof Rollout, z.ZodType>>);

/** More than this waits for no record but that of a store which has failed for long. */
const MOST_TOLD = 100;
const told = z.object({
  told: z.array(z.object({ at: instant, reason: words, by: words.optional() })).max(MOST_TOLD),
});

const kept = z.object({
  base: base.optional(),
  policies: z.array(z.object({ judges: mark, mode, hash: mark, content: z.string() })).max(10),
});

const order = z.object({
  id: mark,
  what: z.enum(['continue', 'abort']),
  judges: mark,
  by: words,
  reason: words.optional(),
} satisfies Readonly<Record<keyof Order, z.ZodType>>);

/** The notes in a store. */
export function rolloutNotes(store: Pick<Store, 'facts' | 'setFacts'>): RolloutNotes {
  return {
    read: async () => {
      const facts = await store.facts();
      const lines = bodyOf(facts.get(ROLLOUT_NOTE), told)?.told ?? [];
      return { rollout: rolloutIn(facts), kept: keptPoliciesIn(facts), told: lines, order: orderIn(facts) };
    },
    save: (value, policies, lines) =>
      store.setFacts(
        new Map([
          [
            ROLLOUT_NOTE,
            body({
              ...value,
              told: lines.slice(-MOST_TOLD).map(({ at, reason, by }) => ({ at, reason, by })),
            }),
          ],
          [KEPT_POLICIES_NOTE, body({ base: value.base, policies: policies.filter(isWhole) })],
        ]),
      ),
    order: (value) => store.setFacts(new Map([[ORDER_NOTE, body(value)]])),
  };
}

/**
 * How far a rollout is. Where that note cannot be used, what is brought out begins anew beside the policy that was in force for all; an
 * order to go on that an operator gave before does not count again.
 */
export function rolloutIn(facts: ReadonlyMap<string, string>): Rollout {
  const text = facts.get(ROLLOUT_NOTE);
  if (text === undefined) return NO_ROLLOUT;
  const base = bodyOf(facts.get(KEPT_POLICIES_NOTE), kept)?.base;
  const last = orderIn(facts);
  return (
    bodyOf(text, rollout) ?? {
      ...NO_ROLLOUT,
      base,
      handled: last?.what === 'continue' ? last.id : undefined,
    }
  );
}

/**
 * The same facts for a store that has lost its record, by which a rollout is judged: what was stopped stays stopped, and what was being
 * brought out begins anew beside the policy that was in force for all.
 */
export function withoutRecord(facts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (!facts.has(ROLLOUT_NOTE)) return facts;
  const { candidate, ...rest } = rolloutIn(facts);
  const stopped = candidate?.stopped === undefined ? rest : { ...rest, candidate };
  return new Map([...facts, [ROLLOUT_NOTE, body({ ...stopped, told: [] })]]);
}

/** The policies that are kept, that which was in force for all first; none where the note cannot be used. */
export function keptPoliciesIn(facts: ReadonlyMap<string, string>): readonly KeptPolicy[] {
  return bodyOf(facts.get(KEPT_POLICIES_NOTE), kept)?.policies ?? [];
}

/** What an operator asked for last; nothing where the note cannot be used. */
export function orderIn(facts: ReadonlyMap<string, string>): Order | undefined {
  return bodyOf(facts.get(ORDER_NOTE), order);
}

function isWhole({ content }: KeptPolicy): boolean {
  return content !== undefined;
}

function body(value: unknown): string {
  return JSON.stringify({ v: VERSION, body: value });
}

function bodyOf<T>(text: string | undefined, shape: z.ZodType<T>): T | undefined {
  if (text === undefined) return undefined;
  try {
    return z.object({ v: z.literal(VERSION), body: shape }).parse(JSON.parse(text)).body;
  } catch {
    return undefined;
  }
}
