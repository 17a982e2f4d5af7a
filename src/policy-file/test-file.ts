/** The shape of a file with policy tests. What its plain words mean is for `commands/policy-test/` to read. */
import { z } from 'zod';
import { MINUTE } from '../domain/time/time.ts';
import { root } from './schema.ts';
import { date, duration, text, timeZone } from '../shapes/scalars.ts';
import { about, block, listOf, nonEmpty, oneOf } from '../shapes/blocks.ts';

const words = listOf(text());

const agent = about(
  block({
    name: about(text(), 'Name.').optional(),
    email: about(text(), 'E-mail address.').optional(),
    username: about(text(), 'Username; the e-mail address unless given.').optional(),
    id: about(text(), 'Id.').optional(),
    division: about(text(), 'Division, as the policy names it.').optional(),
    groups: about(words, 'Groups, as the policy names them.').optional(),
    roles: about(words, 'Roles, as the policy names them.').optional(),
    queues: about(words, 'Queues.').optional(),
    teams: about(words, 'Teams, as the policy names them.').optional(),
  }),
  'The agent of the timeline.',
);

const setting = {
  mode: about(oneOf(['observe', 'enforce']), 'Runs the policy as if this were its mode.').optional(),
  date: about(date(), 'Local date of 00:00; 2026-03-02, a Monday, unless given.').optional(),
  timezone: about(
    timeZone(),
    'Time zone of all times as Area/Location, such as America/Chicago; UTC unless given.',
  ).optional(),
  every: about(
    duration(1_000),
    "Time between two sweeps; that of the policy's schedule unless given.",
  ).optional(),
  native_timeout: about(
    duration(5 * MINUTE),
    "The organisation's own inactivity timeout, which ends sessions that a log-off left alone; off unless given.",
  ).optional(),
  rollout: about(
    oneOf(['changed', 'others']),
    'Judges the agent while the policy is brought out step by step, beside the one under `before`: as one to whom it has come, or as one of the others. Left out: the policy alone, as it is in force for all.',
  ).optional(),
  agent: agent.optional(),
  head_count: about(
    text().meta({ examples: ['4600 of 5000'] }),
    'How many of the organisation are online, of the licence peak of the month so far, for rules with near_peak. Left out: not known. An entry such as "09:00 head-count 4600 of 5000" changes it.',
  ).optional(),
  browser: about(
    text(),
    'How the browser answers a log-off: "returns after 8s, restores presence, token stays, 3 times". Left out: not at all.',
  ).optional(),
};

/** Entries of one timeline, and tests of one file. */
const MOST = 1_000;

const timeLine = (description: string, example: string) =>
  about(listOf(text().meta({ examples: [example] }), MOST), description);

const test = about(
  block({
    name: about(text(), 'What is expected, in a sentence.'),
    ...setting,
    timeline: about(
      nonEmpty(text().meta({ examples: ['09:00 on queue', '12:40 native timeout, back after 8s'] }), MOST),
      'What happens and when, in rising order; spans such as "shift 08:00-16:30" may stand anywhere. Before the first entry the agent is Offline.',
    ),
    expect: timeLine(
      'Verdicts of the last sweep at or before these times.',
      '12:59 waiting by screen-locked, due at 13:00',
    ).optional(),
    logoffs: timeLine(
      'All log-offs of the test, none missing and none more; [] for none.',
      '13:00 screen-locked',
    ).optional(),
    until: about(text(), 'Sweeps continue until this time, if it is later than all others.').optional(),
  }),
  'One timeline with its expected result.',
);

function policyIn(description: string) {
  const error = 'must be the path of a policy file, or a policy';
  const shape = z.union([text(), root.partial({ version: true, genesys: true })], { error });
  return about(shape, description).optional();
}

/** The keys of the file; what stands beside `tests` holds for each test that does not say otherwise. */
export const testFile = block({
  policy: policyIn(
    'The policy to be tested: its file, from the folder of this one, or the policy itself (without version and genesys if you like). Not needed when the policy names this file under `tests`.',
  ),
  before: policyIn(
    'The policy that was in force before, for tests with `rollout`: its file, from the folder of this one, or the policy itself. Its own tests are not run.',
  ),
  ...setting,
  tests: about(nonEmpty(test, MOST), 'The tests.'),
}).meta({
  title: 'Idle enforcer policy tests',
  description: 'Timelines with the results that a policy must give.',
});

/** The same as read: the policies stand for themselves. */
export const testFileBody = testFile.extend({
  policy: z.unknown().optional(),
  before: z.unknown().optional(),
});

/** What a test takes from its file unless it says otherwise. */
export const testSettings = block(setting).omit({ browser: true, head_count: true });

export type TestFileContent = z.output<typeof testFileBody>;
export type TestContent = z.output<typeof test>;
