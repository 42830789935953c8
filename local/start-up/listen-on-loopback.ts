import type { Server } from 'node:net';
import { StartUpError } from './start-up-error.ts';

/** Listens on 127.0.0.1 and resolves with the port; a taken port is a sentence that names it. */
export function listenOnLoopback(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(port) : error);
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

class PortTakenError extends StartUpError {
  constructor(port: number) {
    super(`Port ${port} on 127.0.0.1 is taken by another program. Free it, or choose another with --port.`);
    this.name = 'PortTakenError';
  }
}
