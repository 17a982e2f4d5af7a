/** `doctor`: what stands between the policy and a log-off that works. Everything it asks changes nothing. */
import { MINUTE, SECOND } from '../../domain/time/time.ts';
import { NO_BEHAVIOUR_KNOWN, type PlatformBehaviour } from '../../domain/tracking/platform-behaviour.ts';
import { learntSentences } from '../explain/behaviour-words.ts';
import { evidenceFindings } from './evidence.ts';
import { identityFinding, type DoctorIdentity } from './identity.ts';
import { pageFinding } from './page.ts';
import { permissionFindings } from './permissions.ts';
import { scheduleFindings } from './schedules.ts';
import { tell, type Diagnosis, type DoctorPlatform, type DoctorWants, type Finding } from './ports.ts';
import { reconnectFinding, signInFinding, timeoutFindings, universalLogoutFinding } from './settings.ts';
import { counted } from '../../texts/counted.ts';

/** The service warns, and holds all action, from these on. */
const CLOCK_WARN = 30 * SECOND;
const CLOCK_HOLD = 5 * MINUTE;
/** Log-offs cost up to four requests each, a sweep one for each 500 agents: with less there is no room for both. */
const FEW_REQUESTS = 60;

/** Looks at everything; `identity` where the policy has a connector. Rejects only with what is no answer of the platform. */
export async function diagnose(
  platform: DoctorPlatform,
  wants: DoctorWants,
  identity?: DoctorIdentity,
  learnt: PlatformBehaviour = NO_BEHAVIOUR_KNOWN,
): Promise<Diagnosis> {
  const credentials = await credentialsFinding(platform);
  if (credentials.verdict === 'fail') return conclude([credentials]);
  return conclude([
    credentials,
    ...(await organisationFindings(platform)),
    clockFinding(platform),
    ...(await permissionFindings(platform, wants)),
    ...(await scheduleFindings(platform, wants)),
    await pageFinding(platform),
    await rateFinding(platform, wants),
    ...(await timeoutFindings(platform, wants)),
    await reconnectFinding(platform, wants),
    await universalLogoutFinding(platform),
    await signInFinding(platform, wants),
    ...(identity === undefined ? [] : [await identityFinding(identity)]),
    ...(await evidenceFindings(platform, wants, learnt)),
    ...learntSentences(learnt, wants.returnWindow).map(learntFinding),
  ]);
}

function learntFinding(found: string): Finding {
  const why =
    'the behaviour of browsers and the platform is not documented: the worker learnt it from its own log-offs';
  return { check: 'learnt', verdict: 'ok', found, why };
}

function conclude(findings: readonly Finding[]): Diagnosis {
  return { findings, canEnforce: findings.every(({ verdict }) => verdict !== 'fail') };
}

async function credentialsFinding(platform: DoctorPlatform): Promise<Finding> {
  const check = 'credentials';
  const why = 'without a token the service can read nothing and take no action';
  const answer = await tell(() => platform.checkCredentials());
  if (answer.told) return { check, verdict: 'ok', found: 'the platform gives this client a token', why };
  const advice =
    answer.kind === 'credentials'
      ? 'correct genesys.region, genesys.client_id and genesys.client_secret; the client must be of the kind "client credentials"'
      : 'check the network, HTTPS_PROXY, and genesys.region; then ask again';
  return { check, verdict: 'fail', found: answer.message, why, advice };
}

async function organisationFindings(platform: DoctorPlatform): Promise<readonly Finding[]> {
  const why = 'credentials of the wrong organisation, such as a test one, work as well';
  const answer = await tell(() => platform.organisation());
  if (!answer.told) return [{ check: 'organisation', verdict: 'unknown', found: answer.message, why }];
  const { name, hipaa } = answer.value;
  const found = `the client belongs to the organisation ${name ?? 'without a name'}`;
  const organisation: Finding = { check: 'organisation', verdict: 'ok', found, why };
  if (hipaa !== true) return [organisation];
  return [
    organisation,
    {
      check: 'hipaa',
      verdict: 'warn',
      found: 'the organisation is held to HIPAA',
      why: "the platform's own inactivity timeout may be capped there, and a session that timed out asks for credentials: fewer returns are silent",
      advice: 'compare the limits of the policy with the native timeout below',
    },
  ];
}

function clockFinding(platform: DoctorPlatform): Finding {
  const check = 'clock';
  const why =
    'idle time is measured against the platform’s stamps; when the clocks are five minutes apart, no action is taken';
  const error = platform.clockError();
  if (error === undefined) return { check, verdict: 'unknown', found: 'no answer told the time', why };
  const apart = Math.abs(error);
  const found = `this machine's clock is ${(apart / SECOND).toFixed(1)} s ${error > 0 ? 'ahead of' : 'behind'} the platform's`;
  if (apart <= CLOCK_WARN) return { check, verdict: 'ok', found, why };
  const advice = 'let the machine keep time by NTP';
  return { check, verdict: apart > CLOCK_HOLD ? 'fail' : 'warn', found, why, advice };
}

async function rateFinding(platform: DoctorPlatform, wants: DoctorWants): Promise<Finding> {
  const check = 'rate_limit';
  const why = 'sweeps and log-offs share the requests that one token may make in a minute';
  const limit = await tell(() => platform.rateLimit());
  const allowed = platform.allowedPerMinute() ?? (limit.told ? limit.value : undefined);
  const own = wants.requestsPerMinute;
  if (allowed === undefined) return { check, verdict: 'unknown', found: 'the platform names no limit', why };
  const found = `the platform allows ${counted(allowed, 'request')} a minute, genesys.requests_per_minute takes ${own}`;
  if (Math.min(allowed, own) < FEW_REQUESTS) {
    return { check, verdict: 'warn', found, why, advice: 'raise the limit, or expect log-offs to wait' };
  }
  if (own <= allowed) return { check, verdict: 'ok', found, why };
  return { check, verdict: 'warn', found, why, advice: `set genesys.requests_per_minute below ${allowed}` };
}
