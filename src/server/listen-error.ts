/** No client can be served at this address. In a file of its own, for commands that serve nothing: HTTP takes long to load. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Where it was to listen, and how its operator chooses another address and another port. */
export interface Wanted {
  readonly host: string;
  readonly port: number;
  /** Who may be listening there already. */
  readonly other: string;
  readonly change: { readonly host?: string; readonly port: string };
}

/** The sentence about what the system answered. */
export function cannotListen({ host, port, other, change }: Wanted, code: string): ListenError {
  const elsewhere = change.host === undefined ? change.port : `${change.host} or ${change.port}`;
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: `Is another ${other} running there? Otherwise change ${elsewhere}.`,
    EACCES: `This user may not: give a port above 1023 as ${change.port}.`,
  };
  const otherwise = `That is no address of this machine: correct ${change.host ?? change.port}.`;
  return new ListenError(
    `The address ${host} port ${port} cannot be listened on (${code}). ${advice[code] ?? otherwise}`,
  );
}
