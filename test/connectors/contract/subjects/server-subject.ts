import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../../core/foundation/clock.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import { FTP_LOGIN, startFtpServer } from '../../support/ftp-server.ts';
import { SFTP_LOGIN, startSftpServer } from '../../support/sftp-server.ts';
import type { RunningSubject, SourceSubject } from '../source-subject.ts';
import type { FileFormat } from './file-subject.ts';

const SERVERS = {
  ftp: async (folder: string) => {
    const { url, commands, stop } = await startFtpServer(folder);
    return { url, stop, requests: () => commands.length, login: FTP_LOGIN };
  },
  sftp: async (folder: string) => {
    const { url, requests, stop } = await startSftpServer(folder);
    return { url, stop, requests: () => requests.length, login: SFTP_LOGIN };
  },
};

/** A file of one format on a file server, behind a password. */
export function createServerSubject(
  type: 'csv' | 'json',
  scheme: keyof typeof SERVERS,
  format: FileFormat,
): SourceSubject {
  // The files are read by the code that the subject over http shows to keep nothing.
  return { type, manyRecords: 0, start: async (records) => start(records) };

  async function start(records: number): Promise<RunningSubject> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-subject-'));
    const file = join(folder, 'catalogue');
    writeFileSync(file, format.head);
    appendFileSync(
      file,
      Array.from({ length: records }, (_, index) => format.row(index)).join('') + format.tail,
    );
    const server = await SERVERS[scheme](folder);
    const contextWith = (password: string) => ({
      input: { url: `${server.url}/catalogue`, uniqueIDColumn: 'sku' },
      authentication: {
        type: 'basic',
        input: { username: server.login.username, password: new Secret(password) },
      },
      network: { allowPrivate: ['127.0.0.0/8'], trustedHosts: [] },
      vendorHosts: {},
      clock: systemClock,
      taskID: 'task-1',
      triggeredAt: new Date('2026-11-24T00:00:00Z'),
    });
    return {
      context: contextWith(server.login.password),
      wrongCredentials: contextWith('wrong-password'),
      secrets: [server.login.password, 'wrong-password'],
      requests: server.requests,
      stop: async () => {
        await server.stop();
        rmSync(folder, { recursive: true });
      },
    };
  }
}
