/** What is remembered of a source that may not be asked, and of what the others say. */
import { beforeEach, expect, test } from '@jest/globals';
import { Accounting } from '../../src/controller/accounting.ts';
import { Inquiry } from '../../src/controller/inquiry.ts';
import { Learner } from '../../src/controller/learner.ts';
import { Tracker } from '../../src/controller/tracker.ts';
import type { PresenceRecord } from '../../src/domain/evidence/records.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../src/domain/tracking/platform-behaviour.ts';
import { HOUR, MINUTE, type Instant } from '../../src/domain/time/time.ts';
import type { EvidenceFault } from '../../src/ports/evidence.ts';
import { clockTime, rule } from '../domain/build.ts';
import { story, type Story } from '../domain/story.ts';

const REFUSED: EvidenceFault = { kind: 'forbidden', permission: 'analytics:userDetail:view' };
const quiet = (): void => undefined;

let now: Instant;
let told: Story;
let learner: Learner;
let warned: string[];
let counted: string[];
let inquiry: Inquiry;
let answer: ReadonlyMap<string, readonly PresenceRecord[]> | EvidenceFault;

/** An agent whose presence moved without a newer token, after their session may have timed out. */
beforeEach(() => {
  told = story({ rules: [rule({ id: 'gone', limit: '60m' })], nativeTimeouts: ['15m'] })
    .at('09:20', { presence: 'AVAILABLE' })
    .until('09:21');
  now = clockTime('09:21');
  learner = new Learner(NO_BEHAVIOUR_KNOWN);
  [warned, counted] = [[], []];
  const meter = {
    returned: quiet,
    logoff: quiet,
    evidence: (source: string, said: string) => void counted.push(`${source} ${said}`),
  };
  const timeline = { ask: () => Promise.resolve(answer), room: () => 1 };
  inquiry = new Inquiry({
    evidence: () => ({ timeline }),
    population: new Tracker(new Map([[told.agent.id, told.state()]])),
    accounting: new Accounting(meter, learner),
    directory: { serverNow: () => now },
    log: { debug: quiet, info: quiet, error: quiet, warn: (_, message) => void warned.push(message) },
    name: ({ name }) => name,
  });
});

async function ask(of: EvidenceFault | readonly PresenceRecord[], usualInterval = MINUTE): Promise<void> {
  answer = 'kind' in of ? of : new Map([[told.agent.id, of]]);
  const context = {
    policy: told.policy,
    usualInterval,
    clockJumped: () => false,
    nativeTimeouts: () => [15 * MINUTE],
  };
  await inquiry.ask({ suspects: [told.agent], ownLogoffs: [] }, context, new AbortController().signal);
}

test('a source that may not be asked is remembered with the permission, until it is answered', async () => {
  await ask(REFUSED);
  expect(learner.source('timeline').refused).toEqual({ permission: 'analytics:userDetail:view', at: now });
  now += HOUR;
  await ask([]);
  expect(learner.source('timeline').refused).toBeUndefined();
  expect(warned).toHaveLength(1);
});

test('a question that failed for another reason leaves it as it was', async () => {
  await ask(REFUSED);
  expect(counted).toEqual([]);
  const before = learner.source('timeline');
  now += HOUR;
  await ask({ kind: 'failed', why: 'the answer holds no list of user details' });
  expect(learner.source('timeline')).toBe(before);
});

test('what a source says of a change is counted, also while it is not believed', async () => {
  await ask([]);
  expect(counted).toEqual(['timeline none']);
  expect(learner.source('timeline').answers).toEqual({ bounce: 0, person: 0, none: 1, undecided: 0 });
});

test('is asked whatever the usual interval is, also where a quarter of it is no whole number of milliseconds', async () => {
  await ask([], 5_001);
  expect(counted).toEqual(['timeline none']);
});
