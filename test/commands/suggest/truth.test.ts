/** What is suggested, held against what really happened, where that is known. */
import { expect, test } from '@jest/globals';
import { formatDuration } from '../../../src/domain/time/time.ts';
import { judged, knownPast, KNOWN_POLICY } from './known-past.ts';

const ABSENT = {
  'went-home': 8,
  'locked-screen': 5,
  'overran-meal': 5,
  'comes-back': 1,
  'native-bouncer': 1,
};
const AT_WORK = {
  ordinary: 20,
  'break-flipper': 5,
  'meeting-goer': 6,
  'screen-locker': 6,
  'watching-supervisor': 4,
};
/** Who look idle to history all day: it shows no calls outside of the contact centre. */
const OFF_QUEUE = { 'off-queue-dialler': 5, reader: 4 };

test.each<[string, object, string]>([
  ['people on queue', {}, 'sup-gone -, locked 1h, gone 15m, meal 45m, meeting -'],
  ['people who work off queue as well', OFF_QUEUE, 'sup-gone -, locked 1h, gone 2h30m, meal 45m, meeting -'],
])(
  'with %s, people who are there are disturbed within the regret, and hardly an hour is given away',
  (_, more, expected) => {
    const cast = { ...AT_WORK, ...ABSENT, ...more };
    const results = judged(knownPast(5, { seed: 3, agents: 70, cast }), KNOWN_POLICY, 0.02);
    for (const { rule: id, disturbed, recovered } of results) {
      expect([id, disturbed <= 0.02, recovered >= 0.95]).toEqual([id, true, true]);
    }
    const limits = results.map(
      ({ rule: id, limit, isSuggested }) => `${id} ${isSuggested ? formatDuration(limit) : '-'}`,
    );
    expect(limits.join(', ')).toBe(expected);
  },
);
