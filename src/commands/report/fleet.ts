/** `report` of a fleet: each organisation in turn on a terminal or as JSON; a file, and the record itself, are about one. */
import { NOT_FOR_READING } from '../../policy-file/fleet.ts';
import { eachOrganisation, oneOrganisation } from '../shared/fleet.ts';
import type { Output } from '../shared/output.ts';
import { report, type ReportOptions } from './command.ts';

/** Reports on the organisation that is named, or on all. Throws `UsageError` with their names where it has to be one. */
export async function reportMeant(options: ReportOptions, output: Output): Promise<number> {
  const { out, format, events } = options;
  const isOne = out !== undefined || events === true || (format !== undefined && format !== 'text');
  const why = 'A file, a format and the record itself are about one organisation';
  const wanted = isOne ? oneOrganisation(options, why, NOT_FOR_READING) : options;
  return await eachOrganisation(wanted, output, report, NOT_FOR_READING);
}
