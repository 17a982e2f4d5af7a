/** Exit codes, as documented: they are a contract. */
export const EXIT = {
  fine: 0,
  unexpected: 1,
  refused: 2,
  failedActions: 3,
  /** The same code: what was asked for was done, and something in it failed, or not all of it in time. */
  failedTests: 3,
  late: 3,
  hungUp: 129,
  interrupted: 130,
  quit: 131,
  terminated: 143,
} as const;

/** The same for people. */
export const EXIT_MEANINGS: readonly (readonly [codes: string, meaning: string])[] = [
  ['0', 'fine'],
  ['1', 'unexpected'],
  ['2', 'refused: usage, policy, credentials, a store of a newer version or of another organisation'],
  ['3', 'finished with failed actions or tests, or not in time'],
  ['129, 130, 131, 143', 'ended by a signal'],
];
