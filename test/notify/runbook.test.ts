/** Each alarm leads to the page that says what to do about it. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { AlarmKind } from '../../src/ports/alarms.ts';
import { mailOf } from '../../src/notify/channels/email/channel.ts';
import { slackBody } from '../../src/notify/channels/slack/channel.ts';
import { teamsBody } from '../../src/notify/channels/teams/channel.ts';
import { webhookBody } from '../../src/notify/channels/webhook/channel.ts';
import { RUNBOOK, runbookHeading } from '../../src/notify/runbook.ts';
import { letterOf } from '../../src/notify/words.ts';
import { TOPICS } from '../../src/notify/channels/topics.ts';
import { ALARM_KINDS } from '../../src/ports/alarms.ts';
import { message } from './parts.ts';

const KINDS: readonly AlarmKind[] = ALARM_KINDS;
const pages = readFileSync(new URL(`../../${RUNBOOK}`, import.meta.url), 'utf8').split(/^### /m);

/** What stands under a heading of the runbook. */
function page(heading: string): string {
  return pages.find((each) => each.startsWith(`${heading}\n`)) ?? '';
}

test('every alarm that a channel can be told is one that is counted', () => {
  expect(TOPICS.filter((topic) => topic !== 'warning').sort()).toEqual([...KINDS].sort());
});

describe.each(KINDS)('the alarm %s', (kind) => {
  const heading = runbookHeading(kind) ?? '';

  test('has a page in the runbook that names it, and says what it means and what to do', () => {
    expect(page(heading)).toContain(`Alarm \`${kind}\``);
    expect(page(heading)).toContain('**What it means**');
    expect(page(heading)).toContain('**What to do**');
  });

  test('names kind, organisation and page in every channel, also where the words are the operator’s', () => {
    const own = { [kind]: { title: 'Titel', text: 'Text', line: 'Zeile', advice: 'Rat' } };
    for (const templates of [undefined, own]) {
      const told = message({ kind, organisation: 'Vienna' });
      const letter = letterOf(told, { templates });
      const bodies = [
        slackBody(letter),
        teamsBody(letter),
        webhookBody(told, letter),
        mailOf(letter, kind).text,
      ];
      for (const body of bodies) for (const word of [kind, 'Vienna', heading]) expect(body).toContain(word);
    }
  });
});

test('a message that has waited since before organisations had names is the default one’s', () => {
  const letter = letterOf(message({ kind: 'breaker' }), { templates: undefined });
  expect(letter.about).toBe(
    'Alarm breaker · organisation default · runbook: IdleEnforcerBreaker in docs/operations.md',
  );
});

test('a warning to the agent says nothing of alarms and runbooks', () => {
  const letter = letterOf(message({ kind: 'warning' }), { templates: undefined });
  expect(letter.about).toBeUndefined();
  expect(mailOf(letter, 'warning').text).not.toMatch(/runbook|organisation/);
});
