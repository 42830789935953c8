import { buildBundles, functionNames } from '../../lib/bundles.ts';
import { FIXTURE_LAMBDAS, functionOf, resourcesOf, synthesiseTemplate } from './support/template.ts';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const LAMBDAS = join(ROOT, 'lambdas');

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-bundles-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

type Bundles = Readonly<Record<string, string>>;

function bundleOf(bundles: Bundles, name: string): string {
  const bundle = bundles[name];
  if (!bundle) throw new Error(`No bundle ${name}`);
  return bundle;
}

async function handlerOf(bundles: Bundles, name: string): Promise<() => unknown> {
  const module = await import(pathToFileURL(join(bundleOf(bundles, name), 'index.mjs')).href);
  return module.handler as () => unknown;
}

/** The worker holds the libraries of the vendors, each loaded when a source needs it. */
const MAX_BYTES: Readonly<Record<string, number>> = { 'work-run': 4_000_000 };

const PROGRAMS: Readonly<Record<string, string>> = {
  'run-transform': 'sandbox.program.mjs',
  'work-run': 'relay.program.mjs',
};

describe('the deployed functions', () => {
  test('are the folders of lambdas/, no more and no fewer', async () => {
    const template = await synthesiseTemplate();
    const deployed = resourcesOf(template, 'AWS::Lambda::Function').map(
      ([, { Metadata }]) => Metadata?.['millrace:function'],
    );
    const folders = readdirSync(LAMBDAS, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'middleware')
      .map(({ name }) => name);
    expect(deployed.sort()).toEqual(folders.sort());
    for (const name of folders)
      expect(functionOf(template, name).resource.Properties.Handler).toBe('index.handler');
  });

  test('are small bundles that export a handler and need nothing else', async () => {
    const bundles = await buildBundles({ outDirectory: join(directory, 'out') });
    expect(Object.keys(bundles)).toEqual(functionNames(LAMBDAS));
    expect(Object.keys(bundles).length).toBeGreaterThan(0);
    for (const name of Object.keys(bundles)) {
      expect(await handlerOf(bundles, name)).toBeTypeOf('function');
      expect(statSync(join(bundleOf(bundles, name), 'index.mjs')).size).toBeLessThan(
        MAX_BYTES[name] ?? 1_000_000,
      );
      const program = PROGRAMS[name];
      expect(readdirSync(bundleOf(bundles, name)).sort()).toEqual([
        'index.mjs',
        'index.mjs.map',
        ...(program === undefined ? [] : [program, `${program}.map`]),
      ]);
    }
    // What runs the tests reads each bundle with its map.
  }, 120_000);
});

test("Google's client brings no way out of its own into a function", async () => {
  const bundles = await buildBundles({ outDirectory: join(directory, 'out') });
  const code = readFileSync(join(bundleOf(bundles, 'work-run'), 'index.mjs'), 'utf8');
  expect(code).toContain('getQueryResults');
  expect(code).not.toMatch(/metadata\.google\.internal|node-fetch|HTTPS?_PROXY/);
});

describe('buildBundles', () => {
  let lambdasDirectory: string;
  let outDirectory: string;

  beforeEach(() => {
    lambdasDirectory = join(directory, 'lambdas');
    outDirectory = join(directory, 'out');
    cpSync(FIXTURE_LAMBDAS, lambdasDirectory, { recursive: true });
    age(join(lambdasDirectory, 'api/index.ts'));
    age(join(lambdasDirectory, 'work-run/index.ts'));
    age(join(lambdasDirectory, 'poll-runs/index.ts'));
  });

  test('bundles each folder but middleware, with a source map that does not repeat the source', async () => {
    const bundles = await buildBundles({ lambdasDirectory, outDirectory });
    expect(Object.keys(bundles)).toEqual([
      'api',
      'poll-link',
      'poll-runs',
      'receive-message',
      'receive-webhook',
      'run-transform',
      'send-alert',
      'start-run',
      'work-run',
    ]);
    expect((await handlerOf(bundles, 'work-run'))()).toBe('work-run');
    const api = bundleOf(bundles, 'api');
    expect(readFileSync(join(api, 'index.mjs'), 'utf8')).toContain('//# sourceMappingURL=index.mjs.map');
    expect(JSON.parse(readFileSync(join(api, 'index.mjs.map'), 'utf8')).sourcesContent).toBeUndefined();
  });

  test('does not bundle an unchanged tree again, even when its files were touched', async () => {
    const first = await buildBundles({ lambdasDirectory, outDirectory });
    const record = recordOf(outDirectory);
    age(join(lambdasDirectory, 'api/index.ts'), 30);
    expect(await buildBundles({ lambdasDirectory, outDirectory })).toEqual(first);
    expect(recordOf(outDirectory)).toEqual(record);
  });

  test('bundles again when a file changed, and leaves the bundle in use as it is', async () => {
    const first = await buildBundles({ lambdasDirectory, outDirectory });
    const source = join(lambdasDirectory, 'api/index.ts');
    writeFileSync(source, "export function handler(): string {\n  return 'changed';\n}\n");
    const second = await buildBundles({ lambdasDirectory, outDirectory });
    expect((await handlerOf(second, 'api'))()).toBe('changed');
    expect((await handlerOf(first, 'api'))()).toBe('api');
  });

  test('bundles again when a bundle was removed', async () => {
    const first = await buildBundles({ lambdasDirectory, outDirectory });
    rmSync(join(bundleOf(first, 'api'), '..'), { recursive: true });
    const again = await buildBundles({ lambdasDirectory, outDirectory });
    expect(readdirSync(bundleOf(again, 'api'))).toContain('index.mjs');
  });

  test('removes the bundles of earlier sources after an hour', async () => {
    const source = join(lambdasDirectory, 'api/index.ts');
    const first = await buildBundles({ lambdasDirectory, outDirectory });
    age(join(bundleOf(first, 'api'), '..'), 2 * 60 * 60);
    writeFileSync(source, "export function handler(): string {\n  return 'second';\n}\n");
    const second = await buildBundles({ lambdasDirectory, outDirectory });
    writeFileSync(source, "export function handler(): string {\n  return 'third';\n}\n");
    await buildBundles({ lambdasDirectory, outDirectory });
    expect([first, second].map((bundles) => existsSync(bundleOf(bundles, 'api')))).toEqual([false, true]);
  });

  test('comes to the same bundles in two processes at once', async () => {
    const [one, other] = await Promise.all([
      buildBundles({ lambdasDirectory, outDirectory }),
      buildBundles({ lambdasDirectory, outDirectory }),
    ]);
    expect(one).toEqual(other);
    expect(readdirSync(outDirectory).filter((name) => name.startsWith('unfinished'))).toEqual([]);
  });
});

/** A file as old as if it had been written well before the build, which trusts no file that is newer than itself. */
function age(file: string, seconds = 60): void {
  const at = Date.now() / 1000 - seconds;
  utimesSync(file, at, at);
}

function recordOf(outDirectory: string): { text: string; writtenAt: number } {
  const file = join(outDirectory, 'record.json');
  return { text: readFileSync(file, 'utf8'), writtenAt: statSync(file).mtimeMs };
}
