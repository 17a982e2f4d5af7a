/** The sockets of channels. The library is loaded with the first one. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Channel, Line, Notifications } from '../notifications.ts';
import { SOCKETS } from './notification-routes.ts';

/** Hands sockets over to the channels that they are opened for. */
export class Sockets {
  readonly #notifications: Notifications;
  #server: WebSocketServer | undefined;

  constructor(notifications: Notifications) {
    this.#notifications = notifications;
  }

  /** Takes the upgrades of this server. */
  serve(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head).catch(() => {
        socket.destroy();
      });
    });
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { url = '' } = request;
    const channel = url.startsWith(SOCKETS) ? this.#notifications.find(url.slice(SOCKETS.length)) : undefined;
    if (channel === undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    if (this.#server === undefined) {
      const { WebSocketServer: Server } = await import('ws');
      this.#server ??= new Server({ noServer: true, maxPayload: 64 * 1024 });
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      this.#connect(channel, opened);
    });
  }

  #connect(channel: Channel, socket: WebSocket): void {
    const line: Line = {
      send: (text) => {
        socket.send(text);
      },
      end: () => {
        socket.terminate();
      },
    };
    socket.on('message', (data, isBinary) => {
      if (!isBinary) this.#notifications.received(channel, textOf(data));
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#notifications.disconnected(channel, line);
    });
    this.#notifications.connect(channel, line);
  }
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data as Buffer).toString();
}
