/** What is suggested, held against what really happened, where that is known. */
import { expect, test } from '@jest/globals';
import { formatDuration } from '../../../src/domain/time/time.ts';
import { matcher, policy, profile, rule } from '../../domain/build.ts';
import { judged, knownPast } from './known-past.ts';

const POLICY = policy({
  profiles: [
    profile({
      name: 'supervisors',
      match: matcher({ groups: ['Supervisors'] }),
      rules: [rule({ id: 'sup-gone', when: { presence: ['AVAILABLE'] }, limit: '12h' })],
    }),
    profile({
      match: matcher({ groups: ['Agents'] }),
      rules: [
        rule({ id: 'locked', when: { presence: ['IDLE'] }, clock: 'in_state', limit: '60m' }),
        rule({
          id: 'gone',
          when: { presence: ['AVAILABLE', 'AWAY', 'BREAK', 'BUSY'], routing: ['OFF_QUEUE'] },
          limit: '60m',
        }),
        rule({ id: 'meal', when: { presence: ['MEAL'] }, limit: '90m' }),
        rule({ id: 'meeting', when: { presence: ['MEETING', 'TRAINING'] }, limit: '4h' }),
      ],
    }),
  ],
});

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
    const results = judged(knownPast(5, { seed: 3, agents: 70, cast }), POLICY, 0.02);
    for (const { rule: id, disturbed, recovered } of results) {
      expect([id, disturbed <= 0.02, recovered >= 0.95]).toEqual([id, true, true]);
    }
    const limits = results.map(
      ({ rule: id, limit, isSuggested }) => `${id} ${isSuggested ? formatDuration(limit) : '-'}`,
    );
    expect(limits.join(', ')).toBe(expected);
  },
);
