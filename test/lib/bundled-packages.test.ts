import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildBundles } from '../../lib/bundles.ts';
import type { openSource as OpenSource } from '../../connectors/registry.ts';
import { FTP_LOGIN, startFtpServer } from '../connectors/support/ftp-server.ts';
import { contextOf } from '../connectors/support/read-source.ts';
import { SFTP_LOGIN, startSftpServer } from '../connectors/support/sftp-server.ts';

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
  const { openSource } = (await import(entry)) as { openSource: typeof OpenSource };

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
    let count = 0;
    for await (const batch of (await openSource('csv', context)).read(
      undefined,
      new AbortController().signal,
    )) {
      count += batch.count;
    }
    expect(count).toBe(2);
    await server.stop();
  }
}, 90_000);
