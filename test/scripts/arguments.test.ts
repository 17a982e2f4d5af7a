/** Scripts and benches say in one line what is wrong with what they were told, and end with the code of the program's commands. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { argumentsOf, oneOf, positive, whole } from '../../scripts/arguments.ts';

const ROOT = new URL('../../', import.meta.url);

describe('a script', () => {
  test.each([
    ['scripts/simulate.ts', ['--sed', '1'], "Unknown option '--sed'."],
    ['scripts/simulate.ts', ['--seeds', 'many'], "--seeds takes a whole number of at least 1, not 'many'."],
    ['scripts/simulate.ts', ['--mistake', 'none'], /^--mistake takes one of no_fence, .*, not 'none'\.$/],
    ['scripts/properties.ts', ['nowhere'], "No file with properties has 'nowhere' in its path."],
    ['scripts/generate.ts', ['--chek'], "Unknown option '--chek'."],
    ['scripts/chart-sbom.ts', [], 'Name the folder of the chart.'],
    ['scripts/generate.ts', ['now'], "Unexpected argument 'now'."],
    ['bench/fortnight.ts', ['--interval', '7'], "--interval takes a divisor of 60, not '7'."],
    ['bench/fortnight.ts', ['--days', 'two'], "--days takes a number above 0, not 'two'."],
    ['bench/fortnight.ts', ['--only', 'nobody'], /^--only takes one of .*, not 'nobody'\.$/],
    ['bench/fortnight.ts', ['--faults', '{'], /^--faults takes JSON, such as .*: .*\.$/],
    ['bench/fortnight.ts', ['--faults', '{"x":1}'], /^--faults takes one of tooManyRequests, .*, not 'x'\.$/],
    ['bench/fortnight.ts', ['--evidence', '{ push: maybe }'], /^--evidence: .*\.$/],
    ['bench/run.ts', ['domian'], /^The bench takes one of domain, .*, not 'domian'\.$/],
    ['bench/kills.ts', ['none'], "The number of kills takes a whole number of at least 1, not 'none'."],
    ['bench/blackbox.ts', ['speed'], "The kind of trial takes one of size, kills, faults, not 'speed'."],
    ['bench/replicas.ts', ['--replicas', '0'], "--replicas takes a whole number of at least 1, not '0'."],
  ] as const)('%s %j is refused in one line', (script, args, sentence) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [new URL(script, ROOT).pathname, ...args],
      {
        cwd: ROOT,
        encoding: 'utf8',
        timeout: 30_000,
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    const line = stderr.trimEnd();
    if (typeof sentence === 'string') expect(line).toBe(sentence);
    else expect(line).toMatch(sentence);
  });
});

describe('what is told on the command line', () => {
  const before = process.argv;
  let said = '';

  afterEach(() => {
    process.argv = before;
    jest.restoreAllMocks();
  });

  /** What is said where it is refused. */
  function refused(use: () => unknown): string {
    said = '';
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => (said += String(text)) !== '');
    jest.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${String(code)}`);
    });
    expect(use).toThrow('exit 2');
    return said;
  }

  const given = (...args: readonly string[]): void => {
    process.argv = ['node', 'script', ...args];
  };

  test('is taken, with defaults for what is not', () => {
    given('--agents', '7', 'word');
    expect(
      argumentsOf(
        { agents: { type: 'string', default: '5' }, early: { type: 'boolean', default: false } },
        1,
      ),
    ).toEqual({ values: { agents: '7', early: false }, words: ['word'] });
  });

  test.each([
    [['--agents'], "Option '--agents <value>' argument missing.\n"],
    [['--agents', '--early'], /^Option '--agents' argument is ambiguous\.\n$/],
    [['--early=1'], "Option '--early' does not take an argument.\n"],
    [['-x'], "Unknown option '-x'.\n"],
    [['one', 'two'], "Unexpected argument 'two'.\n"],
  ])('is refused where it is %j', (args, sentence) => {
    given(...args);
    const text = refused(() => argumentsOf({ agents: { type: 'string' }, early: { type: 'boolean' } }, 1));
    if (typeof sentence === 'string') expect(text).toBe(sentence);
    else expect(text).toMatch(sentence);
  });

  test.each(['', ' ', '-1', '1.5', 'x', '1e400'])('is no whole number where it is %j', (text) => {
    expect(refused(() => whole('--n', text))).toContain('--n takes a whole number of at least 0');
  });

  test.each(['', '0', '-1', 'x', 'Infinity'])('is no number above 0 where it is %j', (text) => {
    expect(refused(() => positive('--n', text))).toContain('--n takes a number above 0');
  });

  test('is a number, or one of the words', () => {
    expect([whole('--n', '0'), whole('--n', '12', 12), positive('--n', '0.42')]).toEqual([0, 12, 0.42]);
    expect(oneOf('--n', 'b', ['a', 'b'])).toBe('b');
  });
});
