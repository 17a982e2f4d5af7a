/** `store copy`: the store of an organisation, taken from a file into a database or back. */
import process from 'node:process';
import { realClock } from '../../app/clock.ts';
import { UNNAMED } from '../../policy-file/draft.ts';
import { readStorePlace } from '../../policy-file/store-place.ts';
import { StoreError } from '../../store/errors.ts';
import { organisationsIn, type StoreLocation } from '../../store/open.ts';
import { isDatabaseUrl, secretsInUrl } from '../../shapes/database-url.ts';
import { transferStore, type Transferred } from '../../store/transfer/transfer.ts';
import { counted } from '../../texts/counted.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import type { ConfigOption } from '../shared/options.ts';
import { mustBePlace } from '../shared/store-place.ts';
import type { Output } from '../shared/output.ts';

export interface StoreCopyOptions extends ConfigOption {
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

/** Copies and says what was copied. Rejects with `UsageError` or `StoreError`, and has written nothing then. */
export async function storeCopy(options: StoreCopyOptions, output: Output): Promise<number> {
  const { from = '', to = '' } = options;
  mustBeMeant('--from', from, output);
  mustBeMeant('--to', to, output);
  const named = nameIn(options);
  const source = locationOf(from, named ?? (await onlyOne(from)));
  const target = locationOf(to, named ?? ('organisation' in source ? source.organisation : UNNAMED));
  if (JSON.stringify(source) === JSON.stringify(target))
    throw new UsageError('--from and --to name the same store.');
  const copied = await transferStore(source, target, () => realClock.now()).catch((error: unknown) => {
    if (!(error instanceof StoreError) || error.kind !== 'missing') throw error;
    throw new UsageError(`--from: there is no store at ${error.path}.`);
  });
  if (options.json === true) output.json(copied, 2);
  else tell(copied, output);
  return EXIT.fine;
}

function mustBeMeant(option: string, place: string, { redactor }: Output): void {
  if (place.trim() === '')
    throw new UsageError(`${option} is missing: give the path of a file, or the URL of a database.`);
  if (isDatabaseUrl(place)) for (const secret of secretsInUrl(place)) redactor.know(secret);
  if (place === ':memory:')
    throw new UsageError(`${option}: ${place} keeps nothing: give the path of a file.`);
  mustBePlace(option, place);
}

function tell(copied: Transferred, output: Output): void {
  const { memory, event } = copied.sums;
  output.line(`Copied the store ${copied.from} to ${copied.to}; counts and hashes are equal.`);
  output.line(
    `It holds the clocks of ${counted(memory?.rows ?? 0, 'agent')} and ${counted(event?.rows ?? 0, 'event')}.`,
  );
}

/** The organisation of the policy that was given. Throws `UsageError` where it does not tell. */
function nameIn({ config }: ConfigOption): string | undefined {
  if (config === undefined) return undefined;
  const place = readStorePlace(config, process.env);
  if (place.known) return place.organisation;
  throw new UsageError(`The policy ${config} does not tell which organisation is meant: ${place.why}.`);
}

async function onlyOne(place: string): Promise<string> {
  if (!isDatabaseUrl(place)) return UNNAMED;
  const [only = UNNAMED, ...others] = await organisationsIn(place);
  if (others.length === 0) return only;
  const names = [only, ...others].slice(0, 20).join(', ');
  throw new UsageError(
    `That database holds several organisations (${names}): give the policy of one with --config.`,
  );
}

function locationOf(place: string, organisation: string): StoreLocation {
  return isDatabaseUrl(place) ? { postgres: place, organisation } : { sqlite: place };
}
