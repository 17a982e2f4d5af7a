import Sequencer from '@jest/test-sequencer';

/** Trials that last as long as they last, whatever the machine: the longest first, so that they do not meet at the end. */
const TRIALS = [
  'blackbox/stopping',
  'blackbox/replicas',
  'blackbox/failures',
  'commands/run/isolation',
  'blackbox/database',
  'blackbox/blackbox',
  'blackbox/operator',
  'blackbox/zone',
  'blackbox/identity',
  'journeys/one-bad',
  'blackbox/unknown',
  'blackbox/once',
  'browser/journeys',
].map((name) => `/test/${name}.test.ts`);

/** Begins with the trials, which mostly wait: at first they share the cores with each other, not with what computes. */
export default class TrialsFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const at = TRIALS.findIndex((trial) => path.endsWith(trial));
      return at < 0 ? TRIALS.length : at;
    };
    return super.sort(tests).toSorted((a, b) => place(a) - place(b));
  }
}
