import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isId, isSameName, looseName, normaliseName } from '../../src/domain/name.ts';
import { anyCharacter } from '../texts/any-character.ts';

/** Letters that are written in several ways, and blanks of every kind. */
const LETTERS = Array.from(
  'aAäÄéÉßẞsSſiIİıﬁfσΣςΟοñÑK\u212a\u00c5\u212bＡａ１ \u00a0\u2003\u200b\u00ad\ufeff\u0307\u0308\u0301',
);
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ unit: anyCharacter, maxLength: 8 }),
);

describe('names are the same', () => {
  test.each([
    ['composed and decomposed', 'Jürgen', 'Ju\u0308rgen'],
    ['in capitals and in small letters', 'NIGHT Shift', 'night shift'],
    ['with blanks around them and without', '  Agents\t', 'Agents'],
    ['with a blank around them that does not break', '\u00a0Agents', 'Agents'],
    ['with capitals beyond ASCII', 'ÄRZTE', 'ärzte'],
    ['with a sigma at the end of the word or not', 'ΟΔΟΣ', 'οδος'],
    ['with a letter that Unicode writes twice', 'K\u00c5', '\u212a\u212b'],
  ])('%s', (_, one, other) => {
    expect(isSameName(one, other)).toBe(true);
  });

  test.each([
    ['with ß or ss', 'Straße', 'Strasse'],
    ['with a dotless i', 'ılgaz', 'ilgaz'],
    ['with a dotted capital I', 'İzmir', 'izmir'],
    ['in full-width letters', 'Ａgents', 'Agents'],
    ['with an invisible character', 'Ag\u200bents', 'Agents'],
    ['with another kind of blank inside', 'Night\u00a0Shift', 'Night Shift'],
    ['with an accent', 'José', 'Jose'],
  ])('not %s', (_, one, other) => {
    expect(isSameName(one, other)).toBe(false);
  });

  test('however often they are brought into that form, and however they were normalised before', () => {
    fc.assert(
      fc.property(text, (name) => {
        const form = normaliseName(name);
        expect(normaliseName(form)).toBe(form);
        for (const way of ['NFC', 'NFD'] as const) expect(normaliseName(name.normalize(way))).toBe(form);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the wider form, for what only protects', () => {
  test.each([
    ['ß and ss', 'Straße', 'STRASSE'],
    ['a dotless i and a dotted one', 'ılgaz', 'ILGAZ'],
    ['a dotted capital I and a small i', 'İzmir', 'izmir'],
    ['full-width letters and plain ones', 'Ａｇｅｎｔ１', 'agent1'],
    ['invisible characters and none', '\ufeffAg\u200be\u00adnts', 'agents'],
    ['blanks within invisible characters at the ends and none', '\u200b Agents \u200b', 'agents'],
    ['a blank that does not break and a plain one', 'Night\u00a0Shift', 'night shift'],
    ['ligatures and letters', 'ﬁnance', 'FINANCE'],
    ['composed and decomposed', 'Jürgen', 'JU\u0308RGEN'],
  ])('takes %s for the same', (_, one, other) => {
    expect(looseName(one)).toBe(looseName(other));
  });

  test('keeps accents apart', () => {
    expect(looseName('José')).not.toBe(looseName('Jose'));
  });

  test('never tells names apart that are the same', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const others = [a.normalize('NFC'), a.normalize('NFD'), ` ${a} `, normaliseName(a)];
        for (const other of others) expect(looseName(other)).toBe(looseName(a));
        if (isSameName(a, b)) expect(looseName(a)).toBe(looseName(b));
      }),
      { numRuns: 2_000 },
    );
  });
});

test('an id is one in either case and with blanks around it, and nothing else is', () => {
  const id = '5f1d7a52-3d0b-4a51-9a43-0a3a1f3c7a10';
  expect([id, id.toUpperCase(), ` ${id}\t`].map(isId)).toEqual([true, true, true]);
  expect([`x${id}`, `${id}x`, id.replaceAll('-', ''), ''].map(isId)).toEqual([false, false, false, false]);
});
