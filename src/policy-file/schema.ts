/**
 * The shape of the policy file: the one source of its types, defaults, descriptions and JSON Schema. What a shape
 * cannot say is checked in `check-*.ts`.
 */
import { z } from 'zod';
import type { RoutingStatus, SystemPresence } from '../domain/agent.ts';
import { ACTIONS } from '../domain/policy/actions.ts';
import { CLOCK_TABLE, CLOCKS, DEFAULT_CLOCK } from '../domain/policy/clocks.ts';
import { DEFAULT_ACTIONS } from '../domain/policy/policy.ts';
import { ACTIVITY_CATEGORIES } from '../domain/time/shifts.ts';
import { DAY, MINUTE, SECOND } from '../domain/time/time.ts';
import { cronFault } from './cron.ts';
import {
  address,
  duration,
  durationOrNever,
  flag,
  host,
  region,
  routingStatus,
  share,
  systemPresence,
  text,
  until,
  whole,
} from '../shapes/scalars.ts';
import { billing } from './schema-billing.ts';
import { calendar } from './schema-calendar.ts';
import { page } from './schema-page.ts';
import { channel } from './schema-notify.ts';
import { evidence } from './schema-evidence.ts';
import { rollout } from './schema-rollout.ts';
import { stay } from './schema-stay.ts';
import { identity } from './schema-identity.ts';
import { databaseUrl, log, organisationName, server } from './schema-process.ts';
import { about, block, listOf, nonEmpty, oneOf } from '../shapes/blocks.ts';

const names = nonEmpty(text());

const stateKeys = {
  presence: about(nonEmpty(systemPresence), 'System presences, in any spelling.').optional(),
  secondary_presence: about(names, "The organisation's own presence labels, or their ids.").optional(),
  routing: about(nonEmpty(routingStatus), 'Routing statuses.').optional(),
};

const peopleKeys = {
  users: about(names, 'Names, e-mail addresses, usernames or ids; * stands for any text.').optional(),
  groups: about(names, 'Groups by name or id.').optional(),
  roles: about(names, 'Roles by name or id.').optional(),
  divisions: about(names, 'Divisions by name or id.').optional(),
  queues: about(names, 'Queues by name or id; * stands for any text.').optional(),
  teams: about(names, 'Teams by name or id.').optional(),
};

/** In which state, with the labels of secondary presences still as text. */
export interface WhenText {
  readonly presence?: SystemPresence[] | undefined;
  readonly secondary_presence?: string[] | undefined;
  readonly routing?: RoutingStatus[] | undefined;
  readonly not?: WhenText | undefined;
}

/** Which people, with names still as text. */
export interface MatchText {
  readonly users?: string[] | undefined;
  readonly groups?: string[] | undefined;
  readonly roles?: string[] | undefined;
  readonly divisions?: string[] | undefined;
  readonly queues?: string[] | undefined;
  readonly teams?: string[] | undefined;
  readonly not?: MatchText | undefined;
}

export const when = block({
  ...stateKeys,
  get not(): z.ZodOptional<z.ZodType<WhenText>> {
    return when.optional();
  },
}).meta({
  id: 'when',
  description: 'In which state: every given key must fit, one entry of its list is enough.',
});

export const match = block({
  ...peopleKeys,
  get not(): z.ZodOptional<z.ZodType<MatchText>> {
    return match.optional();
  },
}).meta({
  id: 'match',
  description: 'Which people: every given key must fit, one entry of its list is enough.',
});

const actions = nonEmpty(oneOf(ACTIONS), 20);
const mode = oneOf(['observe', 'enforce']);

const scheduled = about(
  nonEmpty(oneOf(ACTIVITY_CATEGORIES)),
  'What workforce management schedules the agent for at the moment: categories of activities. Where that is not known, the agent is protected.',
);

export const exemption = about(
  block({
    ...peopleKeys,
    ...stateKeys,
    scheduled: scheduled.optional(),
    not: about(
      block({ ...peopleKeys, ...stateKeys }),
      'Agents who fit all of this are not protected.',
    ).optional(),
    until: about(
      until(),
      'Protects until this moment; a date protects until that day is over everywhere (noon UTC of the next day).',
    ).optional(),
    reason: about(text(), 'Why, for logs and reports.').optional(),
  }),
  'Agents or states that are left alone. Every given key must fit.',
);

export const rule = about(
  block({
    id: about(
      text().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
        error: '{value} is not an id: letters, digits, dot, dash and underscore, at most 64',
      }),
      'Names the rule in logs, metrics and reports; no two rules of the file share one.',
    ),
    description: about(text(), 'What the rule is for.').optional(),
    when: about(when, 'In which state the rule counts.'),
    clock: about(
      oneOf(CLOCKS).prefault(DEFAULT_CLOCK),
      CLOCKS.map((name) => `${name}: ${CLOCK_TABLE[name].measures}.`).join(' '),
    ),
    limit: about(duration(1 * SECOND), 'How long until the agent is logged off; at least two sweeps.'),
    during: about(text(), 'Only inside the windows of this calendar.').optional(),
    outside: about(text(), 'Only outside the windows of this calendar.').optional(),
    actions: about(actions.prefault([...DEFAULT_ACTIONS]), 'What a log-off does, in this order.'),
    mode: about(mode, 'observe: report, do nothing.').optional(),
    warn: about(duration(1 * SECOND), 'How long before the log-off the agent is told.').optional(),
    near_peak: about(
      share(),
      "The rule acts only while the organisation's head-count is at least this part of its licence peak, and observes below it: see `billing`.",
    ).optional(),
    waiting_on_queue: about(
      flag().prefault(false),
      'true: agents who wait on queue (routing idle) are meant as well. They are at work for every other rule.',
    ),
  }),
  'When an agent is due to be logged off.',
);

export const rung = about(
  block({
    wait: about(duration(0), 'How long after the return.'),
    actions: about(actions, 'The actions then.'),
  }),
  'The answer to one silent return.',
);

const returnsKeys = {
  window: about(
    duration(1 * SECOND),
    'A return within this time is attributed to the browser; at least two sweeps.',
  ),
  grace: about(duration(0), 'After a return no rule is due for this long.'),
  forget: about(
    duration(1 * SECOND),
    'Without a return for this long, the place on the ladder is forgotten.',
  ),
  ladder: about(nonEmpty(rung, 20), 'The answers to silent returns, one after the other.'),
  repeat: about(
    durationOrNever(1 * SECOND),
    'After the last rung: how often it is repeated, or never. Between repeats, a first rung that leaves the session alone is given again if it kept the agent Offline before.',
  ),
};

export const returns = about(
  block({
    window: returnsKeys.window.prefault('2m'),
    grace: returnsKeys.grace.prefault('10m'),
    forget: returnsKeys.forget.prefault('12h'),
    ladder: returnsKeys.ladder.prefault([
      { wait: '1m', actions: ['off_queue', 'offline'] },
      { wait: '5m', actions: ['off_queue', 'offline', 'revoke_tokens'] },
      { wait: '10m', actions: ['off_queue', 'offline', 'revoke_tokens', 'notify'] },
    ]),
    repeat: returnsKeys.repeat.prefault('1h'),
  }).prefault({}),
  'How returns by single sign-on are answered.',
);

export const ownReturns = about(block(returnsKeys).partial(), 'What differs from the general `returns`.');

/** A profile without its rules, which are checked one by one. */
const profileKeys = {
  name: about(text(100), 'Names the profile in logs and reports.'),
  match: about(
    match,
    'Which agents it covers; left out: all agents whom no earlier profile covers.',
  ).optional(),
  mode: about(mode, 'observe: its rules only report.').optional(),
  returns: ownReturns.optional(),
};

const profile = about(
  block({ ...profileKeys, rules: about(nonEmpty(rule, 100), 'The first rule that is due is the reason.') }),
  'The rules for one kind of people. Each agent has the first profile that fits.',
);

export const profileShell = block({ ...profileKeys, rules: z.unknown() });

export const caps = about(
  block({
    per_sweep: about(whole(1, 10_000).prefault(50), 'Most log-offs in one sweep.'),
    per_hour: about(whole(1, 1_000_000).prefault(300), 'Most log-offs in an hour.'),
    breaker: about(
      block({
        at_least: about(
          whole(1, 1_000_000).prefault(20),
          'Fewer newly due agents than this never trip the breaker.',
        ),
        share: about(
          share().prefault('25%'),
          "Part of the day's peak online that may become due in one sweep.",
        ),
        hold: about(duration(1 * SECOND).prefault('30m'), 'How long those agents are held back.'),
      }).prefault({}),
      'Holds back when too many become due at once.',
    ),
    settle: about(
      whole(0, 1_000).prefault(2),
      'Sweeps that only observe after a start without memory, an outage or a changed policy.',
    ),
    engaged_too_long: about(
      duration(1 * MINUTE).prefault('4h'),
      'Agents engaged for longer than this are reported, never logged off.',
    ),
  }).prefault({}),
  'Bounds on all actions.',
);

export const genesys = about(
  block({
    region: about(region(), 'AWS region name, or the host, such as mypurecloud.ie.'),
    client_id: about(text(), 'OAuth client (client credentials grant).'),
    client_secret: about(text(), 'Its secret; take it from the environment or a file.'),
    api_url: about(address(), 'For a gateway or the sandbox; otherwise from the region.').optional(),
    login_url: about(address(), 'For a gateway or the sandbox; otherwise from the region.').optional(),
    requests_per_minute: about(
      whole(10, 10_000).prefault(240),
      "Own ceiling; the platform's answers can only lower it. The platform allows 300 for each token.",
    ),
    timeout: about(duration(1 * SECOND, 2 * MINUTE).prefault('15s'), 'For one request.'),
    download_hosts: about(
      listOf(host(), 20).prefault([]),
      'Hosts from which large schedules may be downloaded, such as bucket.s3.amazonaws.com. The token is not sent there.',
    ),
  }),
  'How to reach the platform.',
);

export const sweep = about(
  block({
    every: about(
      z
        .string()
        .prefault('0 * * * * *')
        .superRefine((given, ctx) => {
          const fault = cronFault(given);
          if (fault !== undefined) ctx.addIssue({ code: 'custom', message: `{value} ${fault}` });
        }),
      'Cron expression, seconds first, in UTC.',
    ),
  }).prefault({}),
  'When all agents are read.',
);

const policyName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/, { error: 'is not a name for a calendar' });

export const sections = {
  exempt: about(listOf(exemption).prefault([]), 'Agents who fit any of these are never logged off.'),
  returns,
  caps,
  billing,
  calendars: about(
    z.record(policyName, calendar).prefault({}),
    'Opening hours, or shifts, by name, for `during` and `outside`.',
  ),
  notify: about(listOf(channel, 50).prefault([]), 'Which channel receives which messages.'),
  identity,
  evidence,
  sweep,
};

export { LOG_LEVELS } from './schema-process.ts';

export const root = block({
  version: about(
    z.literal(1, { error: 'must be 1, the only version of this format' }),
    'Version of the format.',
  ),
  name: about(
    organisationName,
    'Names the organisation in logs, messages, metrics and at /status; `default` unless given. A fleet keeps its memory by it.',
  ).optional(),
  mode: about(mode.prefault('observe'), 'observe: write nothing to the platform. enforce: log off.'),
  genesys,
  sweep: sections.sweep,
  exempt: sections.exempt,
  profiles: about(nonEmpty(profile, 200), 'In this order; agents who fit no profile are left alone.'),
  returns: sections.returns,
  caps: sections.caps,
  rollout: rollout.optional(),
  billing: sections.billing,
  calendars: sections.calendars,
  notify: sections.notify,
  identity: sections.identity,
  evidence: sections.evidence,
  stay: stay.optional(),
  store: about(
    block({
      sqlite: about(text().prefault('./data/idle-enforcer.db'), 'Database file.'),
      postgres: about(
        databaseUrl,
        'URL of a PostgreSQL database, in place of the file: postgres://USER:PASSWORD@HOST:5432/DATABASE.',
      ).optional(),
      retention: about(duration(1 * DAY).prefault('400d'), 'Personal data goes after this time.'),
    }).prefault({}),
    'Memory and record.',
  ),
  server,
  page,
  log,
  tests: about(
    listOf(text(), 50).prefault([]),
    'Files with tests of this policy, from its folder. They run whenever it is loaded; when one fails it is refused.',
  ),
}).meta({ title: 'Idle enforcer policy', description: 'When agents are logged off Genesys Cloud, and how.' });

export type Content = z.output<typeof root>;
export type RuleText = z.output<typeof rule>;
export type ReturnsText = z.output<typeof returns>;
export type OwnReturnsText = z.output<typeof ownReturns>;
export type ExemptionText = z.output<typeof exemption>;
