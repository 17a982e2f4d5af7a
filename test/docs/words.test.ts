/** Closed lists of the program stand in the documents as a whole, and links lead to headings that are there. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { REASONS } from '../../src/domain/judging/judge.ts';
import { EVENT_KINDS } from '../../src/domain/record.ts';
import { ALARM_KINDS } from '../../src/ports/alarms.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** What stands under a heading of the second level. */
function sectionOf(document: string, heading: string): string {
  return (
    read(document)
      .split(/^## /m)
      .find((section) => section.startsWith(`${heading}\n`)) ?? ''
  );
}

describe('told of is', () => {
  test.each<[string, readonly string[], string, string]>([
    ['each kind of event', EVENT_KINDS, 'docs/operations.md', 'What the record says of a log-off'],
    ['each reason of list', REASONS, 'docs/operations.md', 'The questions of a day'],
    ['each alarm', ALARM_KINDS, 'docs/operations.md', 'Runbook'],
  ])('%s', (_, words, document, heading) => {
    const section = sectionOf(document, heading);
    expect(words.filter((word) => !section.includes(`\`${word}\``))).toEqual([]);
  });
});

/** As GitHub makes it. */
function anchorOf(heading: string): string {
  const words = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '');
  return words.trim().replaceAll(' ', '-');
}

test('a link to a heading leads to one', () => {
  const documents = globSync('{*.md,docs/*.md,bench/*.md,deploy/**/*.md}', { cwd: ROOT });
  const headings = new Map(
    documents.map((document) => [
      new URL(document, ROOT).href,
      new Set([...read(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))),
    ]),
  );
  const dead = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)].flatMap(
      ([, file = '', anchor = '']) => {
        const target = new URL(file, new URL(document, ROOT)).href;
        const meant = file === '' ? new URL(document, ROOT).href : target;
        return headings.get(meant)?.has(anchor) === true ? [] : [`${document}: ${file}#${anchor}`];
      },
    ),
  );
  expect(dead).toEqual([]);
});
