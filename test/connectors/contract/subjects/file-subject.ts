import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../../core/foundation/clock.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import type { Refusal, RunningSubject, SourceSubject } from '../source-subject.ts';

const PASSWORD = 'correct horse battery staple';

/** The pieces of a file of any length. */
export interface FileFormat {
  readonly head: string;
  readonly row: (index: number) => string;
  readonly tail: string;
}

/** A file of one format behind a password, made row by row as it is asked for. */
export function createFileSubject(type: 'csv' | 'json', format: FileFormat): SourceSubject {
  return {
    type,
    // The file's content comes in one answer: 100 MB.
    manyRecords: 1_000_000,
    start: async (records) => serve(records),
  };

  async function serve(records: number): Promise<RunningSubject> {
    let requests = 0;
    const refusals: Refusal[] = [];
    const server = createServer((request, response) => {
      requests += 1;
      const refusal = refusals.shift();
      if (refusal !== undefined) return void response.writeHead(refusal.status, refusal.headers).end();
      const [, given = ''] = (request.headers.authorization ?? '').split(' ');
      if (Buffer.from(given, 'base64').toString() !== `shop:${PASSWORD}`) {
        return void response.writeHead(401).end();
      }
      response.writeHead(200, { 'content-type': type === 'csv' ? 'text/csv' : 'application/json' });
      response.write(format.head);
      let next = 0;
      const send = () => {
        while (next < records) {
          const end = Math.min(records, next + 1000);
          let text = '';
          for (; next < end; next += 1) text += format.row(next);
          if (!response.write(text)) return void response.once('drain', send);
        }
        response.end(format.tail);
      };
      send();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const contextWith = (password: string) => ({
      input: { url: `http://127.0.0.1:${port}/catalogue?token=query-secret`, uniqueIDColumn: 'sku' },
      authentication: { type: 'basic', input: { username: 'shop', password: new Secret(password) } },
      network: { allowPrivate: ['127.0.0.0/8'], trustedHosts: [] },
      vendorHosts: {},
      clock: systemClock,
      taskID: 'task-1',
      triggeredAt: new Date('2026-11-24T00:00:00Z'),
    });
    return {
      context: contextWith(PASSWORD),
      wrongCredentials: contextWith('wrong-password'),
      secrets: [PASSWORD, 'wrong-password', 'query-secret'],
      requests: () => requests,
      refuse: (next) => void refusals.push(...next),
      stop: async () => {
        server.closeAllConnections();
        server.close();
      },
    };
  }
}
