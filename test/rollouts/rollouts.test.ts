/** Changes of a policy that log off agents at work, brought out by a whole controller; `npm run bench -- rollouts` plays a thousand. */
import { expect, test } from '@jest/globals';
import { playChange } from './play.ts';
import { kindsOf } from './policies.ts';

const AGENTS = 600;
/** Of each kind of slip. */
const TIMES = 2;

test('each slip that logs off agents at work is stopped among the agents of the first steps, and the former policy is in force again', async () => {
  for (let n = 0; n < TIMES * kindsOf('harmful'); n += 1) {
    const { kind, isStopped, reached, outside, afterStop, alarms } = await playChange('harmful', n, AGENTS);
    expect({ kind, isStopped, outside, afterStop, alarms }).toEqual({
      kind,
      isStopped: true,
      outside: 0,
      afterStop: 0,
      alarms: 1,
    });
    expect(reached).toBeLessThanOrEqual(0.1);
  }
});

test('changes that do no harm come to all agents', async () => {
  for (let n = 0; n < kindsOf('harmless'); n += 1)
    expect(await playChange('harmless', n, AGENTS)).toMatchObject({ isDone: true, regrets: 0, alarms: 0 });
});
