/** A number with what it counts, in the singular or the plural, which has an `s` unless given: `1 agent`, `0 agents`. */
export function counted(n: number, what: string, several = `${what}s`): string {
  return `${n} ${n === 1 ? what : several}`;
}
