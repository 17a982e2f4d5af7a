/** `doctor`: whether the policy could be enforced in this organisation, and what gets in its way. */
import { realClock } from '../../app/clock.ts';
import { NO_BEHAVIOUR_KNOWN, type PlatformBehaviour } from '../../domain/tracking/platform-behaviour.ts';
import { MINUTE, type Duration } from '../../domain/time/time.ts';
import type { Platform } from '../../genesys/platform.ts';
import { createIdentity } from '../../identity/identity.ts';
import { locationOf, openStore } from '../../store/open.ts';
import { diagnose } from './doctor.ts';
import type { CheckVerdict, Diagnosis, DoctorPlatform, DoctorWants, Finding } from './ports.ts';
import { createLog } from '../../app/logging.ts';
import { askedSources } from '../../policy-file/asked-sources.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { needsOf } from '../../policy-file/needs.ts';
import { resolvePolicy } from '../../policy-file/resolve.ts';
import { namesNeeded } from '../../policy-file/names.ts';
import { Metrics } from '../../server/metrics.ts';
import { connect } from '../../app/compose.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { loadConfig, type ConfigOption } from '../shared/options.ts';
import { openLog, type LogOption } from '../shared/log.ts';
import type { Output } from '../shared/output.ts';

export interface DoctorOptions extends ConfigOption, LogOption {
  readonly json?: boolean;
}

/** A person waits for the answer: what takes longer counts as unreachable. */
const DOCTOR_TIMEOUT: Duration = 2 * MINUTE;

/** Prints what was found. Answers the exit code: 2 when enforcing could not work. */
export async function doctor(options: DoctorOptions, output: Output): Promise<number> {
  const { redactor } = output;
  const loaded = loadConfig(options, output);
  // Fatal only: what the platform refuses is told as a finding.
  const log = createLog('fatal', await openLog('stderr', options), redactor);
  const platform = connect(loaded.settings, { clock: realClock, log, metrics: new Metrics(), redactor });
  const { identity: connector } = loaded.settings;
  const identity =
    connector === undefined
      ? undefined
      : createIdentity(connector, { clock: realClock, env: process.env, redactor });
  // Members of queues and teams are no part of a page.
  platform.setNeeds({ ...needsOf(policyWithout(loaded)), queues: [], teams: [] });
  const signal = AbortSignal.timeout(DOCTOR_TIMEOUT);
  try {
    const provider = identity && { ...identity, selfCheck: () => identity.selfCheck(signal) };
    const diagnosis = await diagnose(
      asked(platform, signal),
      wantsOf(loaded),
      provider,
      await learntBefore(loaded),
    );
    if (options.json === true) output.json(diagnosis, 2);
    else print(diagnosis, output);
    return diagnosis.canEnforce ? EXIT.fine : EXIT.refused;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new UsageError(
      'The platform did not answer within two minutes: check the network, HTTPS_PROXY and genesys.region.',
    );
  } finally {
    await identity?.close();
    await platform.close();
  }
}

/** The policy before its names are looked up: it tells which kinds of names there are. */
function policyWithout({ draft }: Pick<LoadedPolicy, 'draft'>): Policy {
  return resolvePolicy(draft, undefined, new Map(), realClock.now()).policy;
}

/** What the worker has learnt so far, where it has run on this machine already. */
async function learntBefore({ settings }: LoadedPolicy): Promise<PlatformBehaviour> {
  const found = await openStore(locationOf(settings), { now: () => realClock.now(), readOnly: true }).catch(
    () => undefined,
  );
  if (found === undefined) return NO_BEHAVIOUR_KNOWN;
  try {
    return (await found.learnt()) ?? NO_BEHAVIOUR_KNOWN;
  } finally {
    await found.close();
  }
}

/** What the policy asks of the platform. */
export function wantsOf({ settings, draft }: LoadedPolicy): DoctorWants {
  const { profiles, returns } = draft.content;
  const rules = profiles.flatMap((profile) => profile.rules);
  const ladders = [returns, ...profiles.flatMap((profile) => profile.returns ?? [])].map(
    ({ ladder }) => ladder ?? [],
  );
  const needed = namesNeeded(draft);
  const kinds = (['roles', 'queues', 'teams'] as const).filter((kind) => needed[kind].length > 0);
  return {
    mode: settings.mode,
    actions: new Set([...rules, ...ladders.flat()].flatMap(({ actions }) => actions)),
    kinds: new Set(kinds),
    limits: rules.map(({ id, limit }) => ({ rule: id, limit })),
    returnWindow: returns.window,
    interval: settings.sweep.interval,
    requestsPerMinute: settings.genesys.requestsPerMinute,
    connector: settings.identity !== undefined,
    evidence: askedSources(settings.evidence),
    schedules: needsOf(policyWithout({ draft })).schedules,
  };
}

/** The platform as the doctor asks it. */
export function asked(platform: Platform, signal: AbortSignal): DoctorPlatform {
  const { inspection } = platform;
  return {
    checkCredentials: () => platform.checkCredentials(signal),
    organisation: () => inspection.organisation(signal),
    firstPage: () => platform.firstPage(signal),
    divisions: () => platform.names('divisions', signal),
    ownGrants: () => inspection.ownGrants(signal),
    probe: (permission) => inspection.probe(permission, signal),
    tokenTimeout: () => platform.tokenTimeout(signal),
    ownTokenIdles: () => inspection.ownTokenIdles(signal),
    presenceSettings: () => platform.presenceSettings(signal),
    authenticationSettings: () => inspection.authenticationSettings(signal),
    identityProviders: () => inspection.identityProviders(signal),
    rateLimit: () => inspection.rateLimit(signal),
    allowedPerMinute: () => inspection.allowedPerMinute(),
    clockError: () => inspection.clockError(),
    serverNow: () => platform.directory.serverNow(),
    schedules: async () => {
      await platform.schedules.readAll(signal);
      return platform.schedules.known();
    },
  };
}

const MARKS: Readonly<
  Record<CheckVerdict, readonly [colour: 'green' | 'yellow' | 'red' | 'dim', mark: string]>
> = {
  ok: ['green', 'ok     '],
  warn: ['yellow', 'warn   '],
  fail: ['red', 'fail   '],
  unknown: ['dim', 'unknown'],
};

function print({ findings, canEnforce }: Diagnosis, output: Output): void {
  for (const finding of findings) printFinding(finding, output);
  output.line();
  const count = (verdict: CheckVerdict): number =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const { colours, line } = output;
  const tally = `${count('ok')} ok, ${count('warn')} to look at, ${count('unknown')} unknown`;
  if (canEnforce) line(colours.green(`The policy could be enforced: ${tally}.`));
  else line(colours.red(`Enforcing could not work: ${count('fail')} failed, ${tally}.`));
}

function printFinding({ check, verdict, found, why, advice }: Finding, { colours, line }: Output): void {
  const [colour, mark] = MARKS[verdict];
  line(`${colours[colour](mark)}  ${colours.bold(check)}: ${found}`);
  if (verdict === 'ok') return;
  line(`         why it matters: ${why}`);
  if (advice !== undefined) line(`         what to do: ${advice}`);
}
