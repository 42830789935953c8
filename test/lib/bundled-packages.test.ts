import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildBundles } from '../../lib/bundles.ts';
import { FTP_LOGIN, startFtpServer } from '../connectors/support/ftp-server.ts';
import { contextOf } from '../connectors/support/read-source.ts';
import { SFTP_LOGIN, startSftpServer } from '../connectors/support/sftp-server.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-packages-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a bundle reads over ftp and sftp, without the compiled parts that packages have on this machine', async () => {
  const lambdas = join(directory, 'lambdas');
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  const source = join(lambdas, 'reader');
  mkdirSync(source, { recursive: true });
  const registry = JSON.stringify(join(ROOT, 'connectors/registry.ts'));
  writeFileSync(join(source, 'index.ts'), `export { openSource } from ${registry};\n`);
  const bundles = await buildBundles({ lambdasDirectory: lambdas, outDirectory: join(directory, 'out') });
  const entry = pathToFileURL(join(bundles['reader'] ?? '', 'index.mjs')).href;

  writeFileSync(join(directory, 'a.csv'), 'id\n1\n2\n');
  const servers = [
    { login: FTP_LOGIN, server: await startFtpServer(directory) },
    { login: SFTP_LOGIN, server: await startSftpServer(directory) },
  ];
  for (const { login, server } of servers) {
    const context = contextOf(
      { url: `${server.url}/a.csv` },
      { authentication: { type: 'basic', input: login } },
    );
    // In a process of its own: what runs tests knows both kinds of modules.
    const program = `
      const { openSource } = await import(${JSON.stringify(entry)});
      const source = await openSource('csv', ${JSON.stringify(context)});
      let count = 0;
      for await (const batch of source.read(undefined, new AbortController().signal)) count += batch.count;
      process.stdout.write(String(count), () => process.exit(0));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
    expect(stdout).toBe('2');
    await server.stop();
  }
}, 90_000);
