/** In which format a report is written. */
import { describe, expect, test } from '@jest/globals';
import { formatOf, type FormatOptions } from '../../../src/commands/report/format.ts';

describe('the format', () => {
  test.each<[FormatOptions, string]>([
    [{}, 'text'],
    [{ json: true }, 'json'],
    [{ format: 'md' }, 'md'],
    [{ out: 'a.md' }, 'md'],
    [{ out: 'reports/March.HTML' }, 'html'],
    [{ out: 'a.csv', events: true }, 'csv'],
    [{ out: 'a.jsonl', events: true }, 'json'],
    [{ out: '/dev/stdout', format: 'csv' }, 'csv'],
  ])('of %j is %s', (options, format) => {
    expect(formatOf(options)).toBe(format);
  });

  test.each<[FormatOptions, RegExp]>([
    [
      { out: 'x.pdf' },
      /^--out: x\.pdf ends with \.pdf, which is no format .*, or give --format\. For a PDF write \.html/,
    ],
    [{ out: 'x.pdf', format: 'html' }, /^--out: x\.pdf would hold no PDF/],
    [{ out: 'x.xlsx' }, /^--out: x\.xlsx ends with \.xlsx/],
    [{ out: 'report' }, /^--out: report has no ending/],
    [{ out: 'x.csv', format: 'html' }, /^--out: x\.csv promises csv, and --format is html/],
    [{ out: 'x.csv', json: true }, /^--out: x\.csv promises csv, and --format is json/],
    [{ out: 'x.jsonl' }, /^--out: x\.jsonl promises one object a line/],
    [{ format: 'pdf' }, /^--format is text, md, csv, json, html, not "pdf"/],
    [{ format: 'md', json: true }, /^--json is --format json/],
    [{ events: true, out: 'x.html' }, /^--events are a table, csv or json/],
  ])('of %j is refused', (options, text) => {
    expect(() => formatOf(options)).toThrow(text);
  });
});
