/** `validate` of a fleet: its file, each of its policies by itself, and all of them beside each other. */
import process from 'node:process';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { faultLines, PolicyRefused, type PolicyFault } from '../../policy-file/faults.ts';
import { isFleetFile, loadFleetFile, NOT_FOR_CHECKING } from '../../policy-file/fleet.ts';
import { FilesRead } from '../../policy-file/files-read.ts';
import { refusalBeside, strangeRoles } from '../../policy-file/in-fleet.ts';
import { loadPolicyFile } from '../../policy-file/load.ts';
import { counted } from '../../texts/counted.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { fleetMeant, inTurn, oneOrganisation, worst, type FleetMeant } from '../shared/fleet.ts';
import { configPath } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { validate, type ValidateOptions } from './command.ts';

/** Checks what is named, a policy or a fleet. Throws `PolicyRefused` or `UsageError`. */
export async function validateMeant(options: ValidateOptions, output: Output): Promise<number> {
  const { file, config, organisation } = options;
  const path = file ?? configPath(options);
  if (file === '-' || !isFleetFile(path)) {
    if (organisation !== undefined && file !== undefined)
      throw new UsageError('A policy is named, and an organisation: give one of them.');
    return await validate(file === undefined ? oneOrganisation(options, '') : options, output);
  }
  if (file !== undefined && config !== undefined)
    throw new UsageError('Two policies are named: give either the file or --config.');
  const rest = { ...options, config: path, file: undefined };
  if (organisation !== undefined) return await validate(oneOrganisation(rest, '', mayBeAbsent(rest)), output);
  return await validateAll(rest, path, output);
}

/** As of a single policy: only what is checked on line needs what is not set here. */
function mayBeAbsent({ online }: ValidateOptions): ReadonlySet<unknown> | undefined {
  return online === true ? undefined : NOT_FOR_CHECKING;
}

async function validateAll(options: ValidateOptions, path: string, output: Output): Promise<number> {
  const isJson = options.json === true;
  let warnings: readonly string[];
  try {
    ({ warnings } = loadFleetFile(path, process.env, new FilesRead(), mayBeAbsent(options)));
  } catch (error) {
    if (!isJson || !(error instanceof PolicyRefused)) throw error;
    output.json({ ok: false, file: path, faults: error.faults }, 2);
    return EXIT.refused;
  }
  const fleet = fleetMeant(options, mayBeAbsent(options));
  if (fleet === undefined) return EXIT.unexpected;
  const { fault, members } = fleet;
  if (fault !== undefined) throw new UsageError(`The fleet ${path} cannot be used: ${fault}.`);
  const { told, codes } = await inTurn(options, fleet, output, (one, to) => validate(one, to));
  const faults = faultsBeside(fleet);
  const code = worst([...codes, faults.length > 0 ? EXIT.refused : EXIT.fine]);
  if (isJson) output.json({ ok: code === EXIT.fine, file: path, faults, warnings, organisations: told }, 2);
  else {
    output.line();
    for (const line of faults.flatMap(faultLines)) output.line(line);
    for (const warning of [...warnings, ...strangeNames(fleet)]) output.line(`warning: ${warning}`);
    const { green, red } = output.colours;
    if (code === EXIT.fine)
      output.line(green(`${path} is valid: ${counted(members.length, 'organisation')}.`));
    else output.line(red(`Not all organisations of ${path} can be used.`));
  }
  return code;
}

function strangeNames({ shared, members }: FleetMeant): readonly string[] {
  const names = members.map(({ name }) => name);
  const strange = shared === undefined ? [] : strangeRoles(shared, names);
  return strange.map(
    (name) => `page.sign_in.organisations names ${name}, which no organisation of the fleet is called`,
  );
}

/** What keeps policies that are good by themselves from being in one fleet. */
function faultsBeside({ members, shared }: FleetMeant): readonly PolicyFault[] {
  const all = members.flatMap(({ policy }) => (policy === undefined ? [] : (loaded(policy, shared) ?? [])));
  return all.flatMap((one) =>
    all.flatMap((other) => (one === other ? [] : (refusalBeside(one, other)?.faults ?? []))),
  );
}

/** `undefined` for what was refused, and told, by itself. */
function loaded(path: string, shared: FleetMeant['shared']): LoadedPolicy | undefined {
  const options = { mayBeAbsent: true, ...(shared !== undefined && { shared }) };
  try {
    return loadPolicyFile(path, process.env, new FilesRead(), options);
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    return undefined;
  }
}
