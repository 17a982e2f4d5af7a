/** Which agents a list of users means. */
import { describe, expect, test } from '@jest/globals';
import type { UserPatterns } from '../../../src/domain/policy/policy.ts';
import { matches } from '../../../src/domain/policy/when.ts';
import { agent, matcher } from '../build.ts';

const ID = '5f1d7a52-3d0b-4a51-9a43-0a3a1f3c7a10';

function means(
  exact: readonly string[],
  parts: Parameters<typeof agent>[0],
  more: Partial<UserPatterns> = {},
): boolean {
  const users = { exact: new Set(exact), byName: true, patterns: [], ...more };
  return matches({ ...matcher({}), users }, agent(parts));
}

describe('a list of users', () => {
  test.each([
    ['an e-mail address', { email: ' Ann@Example.com ' }],
    ['a username', { username: 'ANN@example.com' }],
  ])('that names addresses alone means the agent with such %s', (_, parts) => {
    expect(means(['bob@example.com', 'ann@example.com'], parts)).toBe(true);
    expect(means(['bob@example.com'], parts)).toBe(false);
  });

  test('does not mean an agent who took an address for a display name', () => {
    expect(means(['ann@example.com'], { name: 'ann@example.com' })).toBe(false);
    expect(means(['ann@example.com', 'bob'], { name: 'ann@example.com' })).toBe(false);
  });

  test('that names an id or a display name beside addresses means those agents too', () => {
    expect(means(['bob@example.com', ID], { id: ID.toUpperCase() })).toBe(true);
    expect(means(['bob@example.com', 'ann lee'], { name: 'Ann Lee' })).toBe(true);
    expect(means(['bob@example.com', ID], { name: ID })).toBe(false);
  });

  test('with a wildcard beside addresses means agents by display name', () => {
    const patterns = [/^wallboard/, /^lobby/];
    expect(means(['bob@example.com'], { name: 'Wallboard 3' }, { patterns })).toBe(true);
    expect(means(['bob@example.com'], { name: 'Ann Lee' }, { patterns })).toBe(false);
  });

  test('that is compared in the wider form is asked for one agent after the other', () => {
    const loosely = { loosely: true };
    expect(means(['strasse@example.com'], { email: 'straße@example.com' }, loosely)).toBe(true);
    expect(means(['strasse@example.com'], { email: 'straße@example.com' })).toBe(false);
    expect(means(['strasse@example.com'], { email: 'gasse@example.com' }, loosely)).toBe(false);
  });
});
