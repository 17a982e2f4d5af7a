/** What is said of a command line that cannot be understood: which option, what it was given, and what it accepts. */
import { describe, expect, test } from '@jest/globals';
import { build, main } from '../../../src/commands/program.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';

/** The program's own words about a command line. */
async function saidOf(...words: readonly string[]): Promise<string> {
  let said = '';
  const output = outputTo(() => undefined);
  const program = build(output, () => undefined);
  const take = (text: string): void => {
    said += text;
  };
  for (const command of [program, ...program.commands])
    command.configureOutput({ writeOut: take, writeErr: take });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return 'understood';
  } catch (error) {
    return said === '' ? (error as Error).message : said.trim();
  }
}

const store = ['--store', '/nowhere/store.db'];

describe('a value that an option cannot have is refused with the option, the value and what it accepts', () => {
  test.each<[string, readonly string[], string]>([
    [
      'no duration',
      ['pause', ...store, '--for', 'soon'],
      '--for: "soon" is not a duration: write 90s, 45m, 2h, 1h30m or 1d, at most 366d.',
    ],
    ['no time at all', ['pause', ...store, '--for', '0s'], '--for: "0s" is not a duration'],
    [
      'years',
      ['pause', ...store, '--for', '4000d'],
      '--for: "4000d" is not a duration: write 90s, 45m, 2h, 1h30m or 1d, at most 366d.',
    ],
    ['no deadline', ['once', '--deadline', '5'], '--deadline: "5" is not a duration'],
    ['no time', ['explain', 'Ada', ...store, '--at', 'noon'], '--at: "noon" is not a time: write 2026-03-02'],
    [
      'a day that no calendar has',
      ['report', ...store, '--from', '2026-02-30'],
      '--from: "2026-02-30" is not a time',
    ],
    [
      'an hour that no day has',
      ['report', ...store, '--to', '2026-02-03T25:00:00Z'],
      '--to: "2026-02-03T25:00:00Z" is not a time',
    ],
    [
      'a time before all records',
      ['report', ...store, '--from', '99999999d'],
      '--from: "99999999d" is not a time',
    ],
    [
      'a time without a zone',
      ['sandbox', '--start', '2026-03-02T08:00'],
      '--start: "2026-03-02T08:00" is not a time',
    ],
    [
      'a span the wrong way round',
      ['report', ...store, '--from', '2026-03-02', '--to', '2026-03-01'],
      '--from must be before --to',
    ],
    ['no zone', ['report', ...store, '--tz', 'BST'], '--tz: "BST" is not a time zone'],
    [
      'no number',
      ['sandbox', '--agents', 'many'],
      '--agents: "many" is not a whole number between 1 and 100000.',
    ],
    [
      'a number beyond its bounds',
      ['sandbox', '--port', '70000'],
      '--port: "70000" is not a whole number between 0 and 65535.',
    ],
    [
      'a number with a sign',
      ['demo', '--hours', '-1'],
      '--hours: "-1" is not a whole number between 1 and 16.',
    ],
    [
      'no format',
      ['report', ...store, '--format', 'pdf'],
      "option '--format <format>' argument 'pdf' is invalid. Allowed choices are text, md, csv, json, html.",
    ],
    [
      'an ending that is no format',
      ['report', ...store, '--out', 'x.pdf'],
      '--out: x.pdf ends with .pdf, which is no format of a report: use .txt, .md,',
    ],
    [
      'no format of the log',
      ['run', '--log-format', 'xml'],
      "option '--log-format <format>' argument 'xml' is invalid. Allowed choices are pretty, json.",
    ],
    ['no shell', ['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish.'],
    [
      'too many policies',
      ['backtest', ...[1, 2, 3, 4, 5].flatMap((n) => ['--policy', `${n}.yaml`])],
      'At most 4 policies can be compared by --policy, not 5.',
    ],
    [
      'a value twice',
      ['pause', ...store, '--for', '1h', '--for', '2h'],
      "option '--for <duration>' is given 2 times: give it once",
    ],
    [
      'a value in its short and its long form',
      ['run', '-c', 'a.yaml', '--config', 'b.yaml'],
      "option '-c, --config <file>' is given 2 times: give it once",
    ],
    [
      'an empty value',
      ['run', '--config', ''],
      "option '-c, --config <file>' is empty: give it a value, or leave it out",
    ],
    ['an empty value behind an equals sign', ['pause', '--store='], "option '--store <file>' is empty"],
    ['no value', ['pause', '--for'], "option '--for <duration>' argument missing"],
    [
      'an option that does not exist',
      ['run', '--confg', 'a'],
      "unknown option '--confg'\n(Did you mean --config?)",
    ],
    ['a command that does not exist', ['paus'], "unknown command 'paus'\n(Did you mean pause?)"],
    ['no argument', ['explain'], "missing required argument 'agent'"],
    ['an empty argument', ['explain', '', ...store], "argument 'agent' is empty"],
    ['an argument too many', ['run', 'now'], "too many arguments for 'run'"],
  ])('%s', async (_, words, sentence) => {
    expect(await saidOf(...words)).toContain(sentence);
  });
});

test('an option that may be repeated, and a flag that is given twice, are understood', async () => {
  expect(await saidOf('backtest', '--policy', 'a.yaml', '--policy', 'b.yaml', '--help')).toContain('Usage');
  expect(await saidOf('validate', '--json', '--json', '--help')).toContain('Usage');
});

describe('a command line that cannot be understood ends with 2', () => {
  test.each<[readonly string[], string]>([
    [['pause', '--for', '1h', '--for', '2h'], 'is given 2 times'],
    [['sandbox', '--port', 'x'], '--port: "x" is not a whole number'],
    [['--config', 'a.yaml', 'status'], "option '--config' stands behind the command that it is for"],
    [['-c=a.yaml', 'status'], "option '-c' stands behind the command that it is for"],
    [['--jsn', 'status'], "unknown option '--jsn'"],
    [['help', 'staus'], "unknown command 'staus'; idle-enforcer --help lists all of them"],
    [['store', 'move'], "value 'move' is invalid for argument 'action'"],
    [['store'], "missing required argument 'action'"],
    [
      ['store', 'copy', '--to', 'a.db'],
      '--from is missing: give the path of a file, or the URL of a database.',
    ],
  ])('%j', async (words, sentence) => {
    const write = process.stderr.write.bind(process.stderr);
    let said = '';
    process.stderr.write = (text) => (said += String(text)) !== '';
    try {
      expect(await main(words)).toBe(2);
    } finally {
      process.stderr.write = write;
    }
    expect(said).toContain(sentence);
  });
});
