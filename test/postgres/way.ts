/** A way to the database that can be cut, or stand still, as networks do. */
import { connect, createServer, type Server, type Socket } from 'node:net';

/** How a transaction ends for the worker: COMMIT does not arrive, or its answer does not; `late`: COMMIT arrives once `arrive` is called. */
export type End = 'not_asked' | 'not_heard' | 'late';

/** A transaction that is to be broken off, once what it wrote shows which one it is. */
interface Breaking {
  readonly holds: RegExp;
  readonly end: End;
  readonly done: () => void;
}

/** The two ends of a connection that goes by here. Mutable. */
interface Connection {
  readonly near: Socket;
  readonly far: Socket;
  /** What the transaction under way has asked so far. */
  asked: string;
  breaking: Breaking | undefined;
}

const BEGIN = 'BEGIN ';
const COMMIT = 'COMMIT';

/** Hands on what comes to its own port. */
export class Way {
  /** The database's URL by this way. */
  url = '';
  #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #breaking: Breaking | undefined;
  #late: (() => void) | undefined;

  private constructor(url: string) {
    this.#target = targetOf(url);
  }

  static async to(url: string): Promise<Way> {
    const way = new Way(url);
    await way.open();
    const own = new URL(url);
    own.host = `127.0.0.1:${way.#port}`;
    way.url = own.href;
    return way;
  }

  open(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(this.#target);
      this.#join({ near, far, asked: '', breaking: undefined });
    });
    this.#server = server;
    return new Promise((resolve) => {
      server.listen(this.#port, '127.0.0.1', () => {
        const address = server.address();
        this.#port = typeof address === 'object' && address !== null ? address.port : 0;
        resolve();
      });
    });
  }

  /** The next transaction that writes something of this kind ends so, and its connection with it. Resolves when that has happened. */
  breakOff(holds: RegExp, end: End): Promise<void> {
    return new Promise((done) => {
      this.#breaking = { holds, end, done };
    });
  }

  /** A COMMIT that was late arrives. */
  arrive(): void {
    this.#late?.();
  }

  #join(connection: Connection): void {
    const { near, far } = connection;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('end', () => to.end());
      from.on('close', () => {
        this.#sockets.delete(from);
        // What is late is still to be said.
        if (connection.breaking?.end !== 'late') to.destroy();
      });
    }
    near.on('data', (piece: Buffer) => {
      this.#ask(connection, piece);
    });
    far.on('data', (piece: Buffer) => {
      if (connection.breaking === undefined) near.write(piece);
      else this.#broken(connection);
    });
  }

  #ask(connection: Connection, piece: Buffer): void {
    const { near, far } = connection;
    const said = piece.toString('latin1');
    connection.asked = said.includes(BEGIN) ? said : connection.asked + said;
    const breaking = this.#breaking;
    if (breaking === undefined || !said.includes(COMMIT) || !breaking.holds.test(connection.asked)) {
      far.write(piece);
      return;
    }
    this.#breaking = undefined;
    connection.breaking = breaking;
    switch (breaking.end) {
      case 'not_asked':
        this.#broken(connection);
        return;
      case 'not_heard':
        far.write(piece);
        return;
      case 'late':
        this.#late = () => far.write(piece);
        near.destroy();
        breaking.done();
    }
  }

  #broken({ near, far, breaking }: Connection): void {
    near.destroy();
    far.destroy();
    breaking?.done();
  }

  /** From now on new connections go to another server, as the name of a primary does after a fail-over. */
  leadTo(url: string): void {
    this.#target = targetOf(url);
  }

  /** Every connection breaks, and none can be made. */
  cut(): Promise<void> {
    const server = this.#server;
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => {
      if (server === undefined) resolve();
      else
        server.close(() => {
          resolve();
        });
      this.#server = undefined;
    });
  }
}

function targetOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
