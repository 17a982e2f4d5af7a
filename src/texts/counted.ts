/** A number with what it counts, in the singular or with a plural `s`: `1 agent`, `0 agents`. */
export function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
