/** Whether a place takes colours. */

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Colours are for terminals. `FORCE_COLOR` says otherwise (`0` or `false`: never; anything else: always), and comes before `NO_COLOR`,
 * as in Node.js. An empty `NO_COLOR` is not set (https://no-color.org); an empty `FORCE_COLOR` is, as in Node.js.
 */
export function wantsColour(isTerminal: boolean, env: Env): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: none = '', TERM: terminal } = env;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && none === '' && terminal !== 'dumb';
}
