/** What the rest of the program, and tests, may use of the sandbox. */
export { ARCHETYPES, DEFAULT_MIX, HOSTILE_MIX } from './casting.ts';
export type { Faults } from './faults.ts';
export type { RequestCounts } from './http/tally.ts';
export { ALL_PERMISSIONS, type SandboxOptions, type Switches } from './options.ts';
export { createSandbox, type Sandbox } from './sandbox.ts';
export type { ArchetypeSums, Truth, TruthOptions } from './truth.ts';
