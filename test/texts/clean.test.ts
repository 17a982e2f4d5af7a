import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  clip,
  hasUnseen,
  htmlText,
  jsonText,
  markdownCell,
  oneLine,
  severalLines,
  slackText,
} from '../../src/texts/clean.ts';
import { anyCharacter } from './any-character.ts';

describe('a text from outside', () => {
  test.each([
    ['an escape sequence of terminals', 'Ana\u001b[2K\u001b[1A', 'Ana\\u001b[2K\\u001b[1A'],
    ['a carriage return', 'Ana\rdue now', 'Ana\\rdue now'],
    ['a line break', 'Ana\nBob is due', 'Ana\\nBob is due'],
    ['a tab', 'Ana\tB', 'Ana\\tB'],
    ['a sequence of C1', 'Ana\u009b31m', 'Ana\\u009b31m'],
    ['an override of the direction', 'Ana \u202egnp.exe', 'Ana \\u202egnp.exe'],
    ['an isolate of the direction', '\u2066Ana\u2069', '\\u2066Ana\\u2069'],
    ['zero width', 'A\u200bn\u200da\ufeff', 'A\\u200bn\\u200da\\ufeff'],
    ['a separator of lines', 'Ana\u2028B\u2029C\u0085', 'Ana\\u2028B\\u2029C\\u0085'],
    ['a tag', 'A\u{e0041}', 'A\\udb40\\udc41'],
    ['half a character', 'A\ud83d', 'A\\ud83d'],
    ['a letter that shows as nothing', 'A\u3164\u2800', 'A\\u3164\\u2800'],
  ])('with %s shows it and stays on its line', (_, text, shown) => {
    expect(oneLine(text)).toBe(shown);
    expect([hasUnseen(text), hasUnseen(shown)]).toEqual([true, false]);
  });

  test.each(['Ana Álvarez', 'Jürgen Müller', '山田 太郎', 'محمد', 'Zoë 🎧', 'a|b <c> & "d"'])(
    'that holds nothing of the kind stays as it is: %s',
    (text) => {
      expect([oneLine(text), severalLines(text)]).toEqual([text, text]);
    },
  );

  test('of several lines keeps its lines, and nothing else', () => {
    expect(severalLines('a\n\tb\r\u001b[31m\n')).toBe('a\n\tb\\r\\u001b[31m\n');
  });

  test('never becomes more than one line, or anything unseen, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        expect(oneLine(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  test('is cut at so many whole characters', () => {
    expect([clip('🎧🎧🎧', 3), clip('🎧🎧🎧🎧', 3), clip('abc', 3)]).toEqual(['🎧🎧🎧', '🎧🎧…', 'abc']);
  });
});

test('JSON means the same and holds nothing unseen', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: anyCharacter })), (texts) => {
      const json = jsonText({ texts }, 2);
      expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(JSON.parse(json)).toEqual({ texts });
    }),
  );
});

describe('a cell', () => {
  test.each([
    ['a|b', 'a\\|b'],
    ['a\\|b', 'a\\\\\\|b'],
    ['a\n| b |', 'a\\\\n\\| b \\|'],
    ['<img src=x>', '&lt;img src=x>'],
    ['[x](https://evil.example)', '\\[x\\](https:\\//evil.example)'],
    ['https://evil.example WWW.evil.example', 'https:\\//evil.example WWW\\.evil.example'],
    ['Ana &#x202e;gnp &lt;b> R&D', 'Ana &amp;#x202e;gnp &amp;lt;b> R&D'],
    ['~~gone~~', '\\~\\~gone\\~\\~'],
    ['`code` *bold*', '\\`code\\` \\*bold\\*'],
    ['waiting_on_queue', 'waiting_on_queue'],
  ])('of Markdown is no further cell, link or HTML: %j', (text, cell) => {
    expect(markdownCell(text)).toBe(cell);
  });
});

test('a text in HTML opens no tag and ends no attribute', () => {
  expect(htmlText(`<b onclick="a('b')">&\u202e`)).toBe(
    '&lt;b onclick=&quot;a(&#39;b&#39;)&quot;&gt;&amp;\\u202e',
  );
});

test('a text for Slack mentions no user and links nowhere', () => {
  expect(slackText('<!channel> <https://evil.example|click> & <@U1>')).toBe(
    '&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp; &lt;@U1&gt;',
  );
});
