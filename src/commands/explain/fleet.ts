/** `explain` where it is not said which organisation of a fleet is meant: that in which the agent is. */
import { realClock } from '../../app/clock.ts';
import type { StoredAgent } from '../../domain/record.ts';
import { NOT_FOR_READING } from '../../policy-file/fleet.ts';
import { nearest } from '../../policy-file/nearest.ts';
import type { Store } from '../../ports/store.ts';
import { agentsMeant } from '../../store/search.ts';
import { oneLine } from '../../texts/clean.ts';
import { counted } from '../../texts/counted.ts';
import { explainError, UsageError } from '../shared/exit.ts';
import {
  fleetMeant,
  jsonTo,
  mustBeKnown,
  named,
  oneOrganisation,
  optionsOf,
  type FleetMeant,
  type Member,
} from '../shared/fleet.ts';
import type { Output } from '../shared/output.ts';
import { openStoreMeant } from '../shared/store-place.ts';
import { explain, hintOf, linesOfAgents, suggestion, type ExplainOptions } from './command.ts';

/** An organisation, and what its store answers. */
interface Answer<T> {
  readonly member: Member;
  readonly found: T;
}

/** What all stores answered, and whose could not be asked. */
interface Search<T> {
  readonly answers: readonly Answer<T>[];
  readonly failed: readonly { readonly organisation: string; readonly why: string }[];
}

/** Explains an agent of the organisation that is named, or else of the one in which the agent is. Throws `UsageError` otherwise. */
export async function explainMeant(name: string, options: ExplainOptions, output: Output): Promise<number> {
  const fleet = options.organisation === undefined ? fleetMeant(options, NOT_FOR_READING) : undefined;
  if (fleet === undefined) return await explain(name, oneOrganisation(options, '', NOT_FOR_READING), output);
  mustBeKnown(fleet);
  const { answers, failed } = await asked(fleet, options, (store) => store.findAgents(name));
  // A whole name in one organisation is meant before a part of one in another.
  const meant = new Set(
    agentsMeant(
      answers.flatMap(({ found }) => found),
      name,
    ),
  );
  const fitting = answers
    .map(({ member, found }) => ({ member, found: found.filter((agent) => meant.has(agent)) }))
    .filter(({ found }) => found.length > 0);
  const [first, ...others] = fitting;
  if (first === undefined) throw await nowhere(name, fleet, options, failed);
  if (others.length > 0) throw inSeveral(name, fitting);
  const { member } = first;
  const notSearched = failed.length > 0 ? { notSearched: failed } : {};
  const own = jsonTo(output, (value) => {
    output.json({ ...named(member.name, value), ...notSearched }, 2);
  });
  if (options.json !== true) {
    output.line(output.colours.bold(member.name));
    for (const line of linesOfFailed(failed)) output.line(line);
  }
  return await explain(name, optionsOf(options, fleet, member), options.json === true ? own : output);
}

/** Asks each store in turn: a fleet may have many, and a command that reads takes no more than it needs of a database. */
async function asked<T>(
  fleet: FleetMeant,
  options: ExplainOptions,
  ask: (store: Store) => Promise<T>,
): Promise<Search<T>> {
  const answers: Answer<T>[] = [];
  const failed: { organisation: string; why: string }[] = [];
  for (const member of fleet.members) {
    try {
      const how = { now: () => realClock.now(), readOnly: true };
      const store = await openStoreMeant(optionsOf(options, fleet, member), how);
      try {
        answers.push({ member, found: await ask(store) });
      } finally {
        await store.close();
      }
    } catch (error) {
      failed.push({ organisation: member.name, why: explainError(error).text });
    }
  }
  return { answers, failed };
}

async function nowhere(
  name: string,
  fleet: FleetMeant,
  options: ExplainOptions,
  failed: Search<unknown>['failed'],
): Promise<UsageError> {
  const { answers } = await asked(fleet, options, (store) => suggestion(store, name));
  const meant = nearest(name, new Set(answers.flatMap(({ found }) => found ?? [])));
  const where = `${counted(answers.length, 'organisation')} of ${fleet.place}`;
  const sentence = `No agent that was ever seen in ${where} has the name, e-mail or id "${oneLine(name)}".${hintOf(meant)}`;
  return new UsageError([sentence, ...linesOfFailed(failed)].join('\n'));
}

function inSeveral(name: string, fitting: readonly Answer<readonly StoredAgent[]>[]): UsageError {
  const lines = fitting.flatMap(({ member, found }) => linesOfAgents(found, `${member.name}: `));
  const sentence = `"${oneLine(name)}" fits agents of ${counted(fitting.length, 'organisation')}: name one with --organisation.`;
  return new UsageError([sentence, ...lines].join('\n'));
}

function linesOfFailed(failed: Search<unknown>['failed']): readonly string[] {
  return failed.map(({ organisation, why }) => `Not searched: ${organisation}. ${why}`);
}
