/** A way to the database that can be cut, or stand still, as networks do. */
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Hands on what comes to its own port. */
export class Way {
  /** The database's URL by this way. */
  url = '';
  #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

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
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
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
