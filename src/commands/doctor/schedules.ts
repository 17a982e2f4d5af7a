/** Whether the agents' schedules can be read, where the policy asks for them. */
import { tell, type DoctorPlatform, type DoctorWants, type Finding, type SchedulesRead } from './ports.ts';
import { counted } from '../../texts/counted.ts';

const WHY =
  'an agent whose schedule is not known is neither during nor outside a shift, and exemptions by schedule protect them';
/** More units than these are counted. */
const LISTED = 5;

/** Reads every management unit once; nothing where the policy asks for no schedules. Before the page of agents, which then has them. */
export async function scheduleFindings(
  platform: DoctorPlatform,
  { schedules }: DoctorWants,
): Promise<readonly Finding[]> {
  if (schedules === 'none') return [];
  const answer = await tell(() => platform.schedules());
  if (!answer.told) return [{ check: 'schedules', verdict: 'unknown', found: answer.message, why: WHY }];
  return [await readFinding(platform, answer.value), ...codeFindings(answer.value)];
}

async function readFinding(
  platform: DoctorPlatform,
  { units, fault, unread, agents }: SchedulesRead,
): Promise<Finding> {
  const base = { check: 'schedules', why: WHY };
  if (units === undefined) {
    const found = `the management units could not be listed: ${fault ?? 'no answer'}`;
    return { ...base, verdict: 'warn', found, advice: ADVICE };
  }
  const seen = await shareOf(platform);
  const found = `${counted(units, 'management unit')} listed, and ${counted(agents, 'agent')} with a published shift or day off around now${seen}`;
  if (unread.length > 0) {
    const named = unread.slice(0, LISTED).map(({ unit, why }) => `${unit} (${why})`);
    const more = unread.length > LISTED ? `, and ${unread.length - LISTED} more` : '';
    return {
      ...base,
      verdict: 'warn',
      found: `${found}; not read: ${named.join(', ')}${more}`,
      advice: ADVICE,
    };
  }
  if (agents > 0) return { ...base, verdict: 'ok', found };
  return { ...base, verdict: 'warn', found, advice: 'publish a schedule, or leave calendars of shifts out' };
}

const ADVICE =
  'give the role of the client Workforce Management > Published Schedule > View, in every division and without a condition on teams';

/** How many of one page of agents have a schedule. */
async function shareOf(platform: DoctorPlatform): Promise<string> {
  const page = await tell(() => platform.firstPage());
  if (!page.told || page.value.sightings.length === 0) return '';
  const { sightings } = page.value;
  const scheduled = sightings.filter(
    ({ agent }) => (agent?.shifts?.activities.length ?? 0) + (agent?.shifts?.work.length ?? 0) > 0,
  );
  return `: ${scheduled.length} of the ${sightings.length} on the first page of agents`;
}

function codeFindings({ codesUnread }: SchedulesRead): readonly Finding[] {
  return codesUnread.slice(0, LISTED).map(({ businessUnit, why }) => ({
    check: 'activity_codes',
    verdict: 'warn',
    found: `the activity codes of the business unit ${businessUnit} could not be read: ${why}`,
    why: 'what its agents are scheduled for is not known, and exemptions by schedule protect them',
    advice: ADVICE,
  }));
}
