import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import ssh2, { type Connection, type SFTPWrapper } from 'ssh2';

export interface TestSftpServer {
  readonly url: string;
  readonly port: number;
  /** The fingerprint of the server's key, as ssh-keygen prints it. */
  readonly fingerprint: string;
  /** `OPEN path` and `READ offset` of each request so far. */
  readonly requests: string[];
  /** Login attempts, by method. */
  readonly logins: string[];
  stop(): Promise<void>;
}

export interface SftpBehaviour {
  /** Passwords are asked for by a dialogue only. */
  readonly dialogue?: boolean;
  /** The most that one read gives. */
  readonly maxReadBytes?: number;
  /** Cuts the connection at a read from there on. */
  readonly cutAt?: number;
  /** Answers no read from there on. */
  readonly silentAt?: number;
}

/** What the server lets in. */
export const SFTP_LOGIN = { username: 'shop', password: 'correct horse' };

const { OK, EOF, NO_SUCH_FILE, PERMISSION_DENIED } = ssh2.utils.sftp.STATUS_CODE;
const hostKey = ssh2.utils.generateKeyPairSync('ed25519');

/** A real SFTP server on loopback over the files of a folder; files named `locked…` may not be read. */
export async function startSftpServer(root: string, behaviour: SftpBehaviour = {}): Promise<TestSftpServer> {
  const requests: string[] = [];
  const logins: string[] = [];
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    connections.add(connection);
    (connection as unknown as { setNoDelay: () => void }).setNoDelay();
    connection.on('error', () => {});
    connection.on('close', () => connections.delete(connection));
    connection.on('authentication', (context) => {
      logins.push(context.method);
      const isUser = context.username === SFTP_LOGIN.username;
      if (context.method === 'password' && !behaviour.dialogue) {
        return isUser && context.password === SFTP_LOGIN.password ? context.accept() : context.reject();
      }
      if (context.method === 'keyboard-interactive' && behaviour.dialogue) {
        return context.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
          isUser && answers[0] === SFTP_LOGIN.password ? context.accept() : context.reject(),
        );
      }
      context.reject([behaviour.dialogue ? 'keyboard-interactive' : 'password']);
    });
    connection.on('ready', () => {
      connection.on('session', (accept) => {
        accept().on('sftp', (acceptSftp) => serve(acceptSftp(), connection));
      });
    });
  });

  function serve(sftp: SFTPWrapper, connection: Connection) {
    const files = new Map<number, number>();
    sftp.on('OPEN', (id, path) => {
      requests.push(`OPEN ${path}`);
      if (path.includes('locked')) return void sftp.status(id, PERMISSION_DENIED);
      try {
        const file = openSync(join(root, normalize(`/${path}`)), 'r');
        files.set(file, file);
        const handle = Buffer.alloc(4);
        handle.writeUInt32BE(file);
        sftp.handle(id, handle);
      } catch {
        sftp.status(id, NO_SUCH_FILE);
      }
    });
    sftp.on('FSTAT', (id, handle) => {
      const { mode, uid, gid, size, atimeMs, mtimeMs } = fstatSync(handle.readUInt32BE());
      const [atime, mtime] = [Math.floor(atimeMs / 1000), Math.floor(mtimeMs / 1000)];
      sftp.attrs(id, { mode, uid, gid, size, atime, mtime });
    });
    sftp.on('READ', (id, handle, offset, length) => {
      requests.push(`READ ${offset}`);
      if (behaviour.cutAt !== undefined && offset >= behaviour.cutAt) return void connection.end();
      if (behaviour.silentAt !== undefined && offset >= behaviour.silentAt) return;
      const buffer = Buffer.alloc(Math.min(length, behaviour.maxReadBytes ?? length));
      const count = readSync(handle.readUInt32BE(), buffer, 0, buffer.length, offset);
      if (count === 0) sftp.status(id, EOF);
      else sftp.data(id, buffer.subarray(0, count));
    });
    sftp.on('CLOSE', (id, handle) => {
      const file = handle.readUInt32BE();
      if (files.delete(file)) closeSync(file);
      sftp.status(id, OK);
    });
    connection.on('close', () => {
      for (const file of files.keys()) closeSync(file);
      files.clear();
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `sftp://127.0.0.1:${port}`,
    port,
    fingerprint: fingerprintOf(),
    requests,
    logins,
    stop: async () => {
      for (const connection of connections) connection.end();
      server.close();
    },
  };
}

function fingerprintOf(): string {
  const blob = Buffer.from(hostKey.public.split(' ')[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replaceAll('=', '')}`;
}
