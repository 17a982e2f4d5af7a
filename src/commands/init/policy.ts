/** The first policy of an organisation, and its tests, as texts. */
import type { Finding } from '../doctor/ports.ts';
import { counted } from '../../texts/counted.ts';
import { clip, oneLine } from '../../texts/clean.ts';
import { commentOf, writtenNames, type Written } from './names.ts';
import type { Counted, Seen } from './seen.ts';
import { shellWord } from '../shared/shell-word.ts';

/** How the platform is reached. */
export interface Place {
  readonly region: string;
  /** For a gateway or the sandbox. */
  readonly apiUrl?: string | undefined;
  readonly loginUrl?: string | undefined;
}

/** Groups and labels beyond these are counted. */
const GROUPS_TOLD = 30;
const LABELS_TOLD = 30;
const LONGEST_LINE = 110;

/** The two files. */
export interface FirstPolicy {
  readonly policy: string;
  readonly tests: string;
}

/** Writes both. `files` are their names, as the policy, and users, call them. */
export function firstPolicy(
  seen: Seen,
  place: Place,
  findings: readonly Finding[],
  files: { readonly policy: string; readonly tests: string },
): FirstPolicy {
  const groups = writtenNames(seen.groups ?? []);
  const chosen = seen.groups?.find(({ id, agents }) => agents > 0 && groups.has(id));
  const group = chosen && groups.get(chosen.id);
  const labels = labelsWritten(seen);
  const parts = [
    head(seen, findings, files.policy),
    genesys(place),
    labelLines(seen, labels),
    profileLines(seen, chosen, group, groups),
    CLOSING,
    `tests: [${JSON.stringify(files.tests)}]\n`,
  ];
  return { policy: parts.join('\n'), tests: testLines(group) };
}

function head(seen: Seen, findings: readonly Finding[], file: string): string {
  const whose = seen.organisation === undefined ? '' : ` of ${clip(oneLine(seen.organisation), 100)}`;
  const lines = [
    `The first policy${whose}, written by \`idle-enforcer init\`. It observes: nothing is written to the platform.`,
    `${counted(seen.agents, 'agent')} listed. What was found when it was written:`,
    ...findings.map(({ verdict, check, found }) => `  ${verdict}: ${check}: ${oneLine(found)}`),
    '',
    'Next: look at the profile and its limits, then run',
    `  idle-enforcer validate --online --config ${shellWord(file)}`,
    `  idle-enforcer run --config ${shellWord(file)}`,
    'and read `idle-enforcer report` after some days. docs/tuning.md leads from here to mode: enforce.',
  ];
  return `${lines.flatMap(commented).join('\n')}\nversion: 1\nmode: observe\n`;
}

function genesys({ region, apiUrl, loginUrl }: Place): string {
  const urls = Object.entries({ api_url: apiUrl, login_url: loginUrl }).flatMap(([key, url]) =>
    url === undefined ? [] : [`  ${key}: ${JSON.stringify(url)}`],
  );
  return `${[
    'genesys:',
    `  region: ${JSON.stringify(region)}`,
    '  # Both come from the environment, so that no secret stands in this file.',
    '  client_id: ${GENESYS_CLIENT_ID}',
    '  client_secret: ${GENESYS_CLIENT_SECRET}',
    ...urls,
  ].join('\n')}\n`;
}

function labelsWritten({ labels = [] }: Seen): readonly (Counted & { readonly written: Written })[] {
  const written = writtenNames(labels);
  return labels.flatMap((label) => {
    const text = written.get(label.id);
    return text === undefined ? [] : [{ ...label, written: text }];
  });
}

/** Each label of the organisation's own protects until somebody decides what it means. */
function labelLines({ labels }: Seen, written: ReturnType<typeof labelsWritten>): string {
  if (labels === undefined)
    return (
      commented('The presence labels of the organisation could not be read, so that none is exempt.').join(
        '\n',
      ) + '\n'
    );
  if (written.length === 0)
    return commented('The organisation has no presence labels of its own.').join('\n') + '\n';
  const told = written.slice(0, LABELS_TOLD);
  const more = written.length - told.length;
  return `${[
    ...commented(
      "Presence labels of the organisation's own. Each protects until it is taken off this list: leave those that mean work, such as coaching.",
    ),
    'exempt:',
    '  - reason: a presence label of our own',
    '    secondary_presence:',
    ...told.map(
      ({ written: { text, comment }, system, agents }) =>
        `      - ${text} # ${comment === undefined ? '' : `${comment}; `}${system?.toLowerCase() ?? 'unknown'}, ${counted(agents, 'agent')} now`,
    ),
    ...(more > 0 ? commented(`and ${more} more, which are not exempt`).map((line) => `      ${line}`) : []),
  ].join('\n')}\n`;
}

function profileLines(
  { groups }: Seen,
  chosen: Counted | undefined,
  group: Written | undefined,
  written: ReadonlyMap<string, Written>,
): string {
  const listed = (groups ?? []).filter(({ agents }) => agents > 0);
  const told = listed.slice(0, GROUPS_TOLD).map((each) => {
    const { text, comment } = written.get(each.id) ?? { text: '', comment: commentOf(each.names) };
    return `  ${counted(each.agents, 'agent')}: ${[text, comment].filter(Boolean).join(' ')}`;
  });
  const more = listed.length - told.length;
  const whom =
    chosen === undefined || group === undefined
      ? ['No group with agents was found: this profile has all agents. Give it a match before you enforce.']
      : [
          'Whoever fits no profile is left alone. This one has the largest group; the groups with agents are',
          ...told,
          ...(more > 0 ? [`  and ${more} more`] : []),
        ];
  return `${[
    ...whom.flatMap(commented),
    'profiles:',
    '  - name: agents',
    ...(group === undefined
      ? []
      : [
          `    match: { groups: [${group.text}] }${group.comment === undefined ? '' : ` # ${group.comment}`}`,
        ]),
    RULES,
  ].join('\n')}\n`;
}

const RULES = `    rules:
      - id: not-responding
        description: Missed an interaction and never came back
        when: { routing: [not_responding] }
        clock: in_state
        limit: 10m
      - id: screen-locked
        when: { presence: [idle] }
        clock: in_state
        limit: 60m
      # Time since the last sign of a person: going on queue, a call, a change of presence. A browser that comes back is none.
      - id: gone
        when: { presence: [available, away, break, busy], routing: [off_queue] }
        limit: 60m
      - id: long-meal
        when: { presence: [meal] }
        limit: 90m
      - id: long-meeting
        when: { presence: [meeting, training] }
        limit: 4h`;

const CLOSING = `# Everything else has its default: how returns by single sign-on are answered, caps, the breaker, the store in ./data. The annotated
# policy, config/idle-enforcer.yaml, shows each key. The tests run whenever this policy is loaded.`;

function testLines(group: Written | undefined): string {
  const agent = group === undefined ? '' : `agent: { groups: [${group.text}] }\n`;
  return `# What the policy beside this file does to one agent, told as timelines. Change both together.
# Times are of a Monday in UTC; mode: enforce plays what enforcing would do.
mode: enforce
${agent}tests:
  - name: an hour without a sign ends the session
    timeline:
      - 09:00 available
    expect:
      - 09:59 waiting by gone, due at 10:00
    logoffs: [10:00 gone]

  - name: a call, and the queue, are work
    timeline:
      - 09:00 on queue
      - 10:00 call
      - 12:30 call ends
    expect:
      - 11:30 engaged
      - 15:00 no rule
    logoffs: []

  - name: a locked screen is logged off after an hour, unless it is unlocked
    timeline:
      - 09:00 on queue
      - 10:00 locked
      - 10:30 unlocked
      - 10:40 locked
    logoffs: [11:40 screen-locked]
    until: 11:45

  - name: a meal may take an hour and a half
    timeline:
      - 12:00 meal
      - 13:20 on queue
    logoffs: []
    until: 14:00
`;
}

/** Comment lines of one text, no longer than others. */
function commented(text: string): readonly string[] {
  const indent = /^ */.exec(text)?.[0] ?? '';
  const further = indent === '' ? '' : `${indent}  `;
  const lines: string[] = [];
  let line = indent;
  for (const word of text.trim().split(' ')) {
    if (line.trim() !== '' && line.length + word.length > LONGEST_LINE) {
      lines.push(line);
      line = further;
    }
    line = line.trim() === '' ? line + word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `# ${each}`.trimEnd());
}
