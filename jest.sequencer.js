import Sequencer from '@jest/test-sequencer';

/** Trials with programs of their own, which mostly wait: so many ms, however fast the machine is. */
const TRIALS = new Map(
  Object.entries({
    'blackbox/stopping': 83_000,
    'blackbox/replicas': 72_000,
    'commands/run/isolation': 58_000,
    'blackbox/failures': 46_000,
    'blackbox/database': 44_000,
    'blackbox/frozen': 42_000,
    'blackbox/blackbox': 39_000,
    'journeys/one-bad': 38_000,
    'blackbox/zone': 29_000,
    'blackbox/identity': 23_000,
    'blackbox/operator': 18_000,
    'blackbox/shifts': 18_000,
    'blackbox/rollout': 17_000,
    'blackbox/tracing': 14_000,
    'blackbox/once': 13_000,
    'journeys/names': 15_000,
    'blackbox/unknown': 13_000,
    'blackbox/environment': 12_000,
    'app/reload-program': 8_000,
  }).map(([name, lasts]) => [`/test/${name}.test.ts`, lasts]),
);
/** So many trials at a time, where there are workers enough for what computes besides. */
const AT_A_TIME = 3;
/** Of a file of which no run is known. */
const USUAL = 1_500;

function expected({ path, duration }) {
  const [, lasts] = [...TRIALS].find(([name]) => path.endsWith(name)) ?? [];
  // The last run may have been of a few tests of the file.
  return { isTrial: lasts !== undefined, lasts: Math.max(duration ?? USUAL, lasts ?? 0) };
}

/**
 * Keeps the cores busy from the beginning to the end: some workers try what waits, while others compute. In each of the two kinds the
 * longest file is the first, so that none begins when the others are done.
 */
export default class TrialsBesideTheRest extends Sequencer {
  #workers;

  constructor(options) {
    super(options);
    this.#workers = options.globalConfig.maxWorkers;
  }

  sort(tests) {
    const all = super.sort(tests).map((test) => ({ test, ...expected(test) }));
    const trials = all.filter(({ isTrial }) => isTrial).toSorted((a, b) => b.lasts - a.lasts);
    const rest = all.filter(({ isTrial }) => !isTrial);
    const most = Math.min(AT_A_TIME, Math.ceil(this.#workers / 2));
    const workers = Array.from({ length: this.#workers }, () => ({ until: 0, isTrial: false }));
    return all.map(() => {
      const free = workers.reduce((first, each) => (each.until < first.until ? each : first));
      const tried = workers.filter(({ isTrial, until }) => isTrial && until > free.until).length;
      const from = rest.length === 0 || (trials.length > 0 && tried < most) ? trials : rest;
      const { test, isTrial, lasts } = from.shift();
      Object.assign(free, { until: free.until + lasts, isTrial });
      return test;
    });
  }
}
