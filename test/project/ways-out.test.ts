import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
/** What opens connections: modules of Node, and libraries that use them by themselves. */
const MODULES = 'http|https|http2|net|tls|dgram|undici|basic-ftp|ssh2|axios|got|node-fetch|ws';
const IMPORT = new RegExp(`(?:from|import|import\\(|require\\()\\s*['"](?:node:)?(?:${MODULES})['"/]`);

const files = globSync('{core,connectors,lambdas}/**/*.ts', { cwd: ROOT });

function filesWith(pattern: RegExp): string[] {
  return files.filter((file) => {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
    // Types are gone when it runs.
    return lines.some((line) => !/^\s*(?:\/?\*|import type|\/\/)/.test(line) && pattern.test(line));
  });
}

test('only connectors/http imports what opens connections', () => {
  const ways = filesWith(IMPORT);
  // The guard itself is found, so the search finds what it is for.
  expect(ways).toContain(join('connectors', 'http', 'guarded-connection.ts'));
  expect(ways).toContain(join('connectors', 'http', 'log-in-to-ssh.ts'));
  expect(ways.filter((file) => !file.startsWith(join('connectors', 'http')))).toEqual([]);
});

test('within connectors/http only the guard connects sockets, and libraries are given theirs', () => {
  const connecting = filesWith(/\bconnectSocket\(|\bcreateConnection\(|\.connect\(/);
  expect(connecting.toSorted()).toEqual(
    ['guarded-agents.ts', 'guarded-connection.ts', 'log-in-to-ssh.ts'].map((name) =>
      join('connectors', 'http', name),
    ),
  );
});
