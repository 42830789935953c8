import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { build, version, type BuildOptions, type OutputFile, type Plugin } from 'esbuild';
import * as z from 'zod';

const ROOT = resolve(import.meta.dirname, '..');

// Shared by the functions and none itself.
const NOT_FUNCTIONS = ['middleware'];

const RECORD_FILE = 'record.json';
const KEEP_MILLISECONDS = 60 * 60 * 1000;

/** Leaves out zod's messages in fifty languages that no function speaks: a quarter of a bundle. */
const onlyEnglishMessages: Plugin = {
  name: 'only-english-messages',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    })),
};

/**
 * Leaves out the clients that fetch credentials for people at their own machines (single sign-on, assumed roles): a
 * function has its credentials in its environment.
 */
const onlyEnvironmentCredentials: Plugin = {
  name: 'only-environment-credentials',
  setup: ({ onLoad }) =>
    onLoad(
      {
        filter:
          /[\\/]@aws-sdk[\\/](?:nested-clients|credential-provider-(?:ini|login|process|sso|web-identity))[\\/]/,
      },
      () => ({ contents: 'module.exports = {};' }),
    ),
};

/**
 * Leaves out compiled parts of packages, which run on the machine that they were compiled on: the packages that have them
 * (ssh2 alone) do without, by Node's own crypto.
 */
const noCompiledParts: Plugin = {
  name: 'no-compiled-parts',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.node$/ }, () => ({
      contents: "throw new Error('Compiled parts are left out of bundles');",
      loader: 'js',
    })),
};

/**
 * Leaves out how Google's client sends requests and finds credentials: its requests go out through `connectors/http`, with a
 * token of the source's own. So a function has no other way out either.
 */
const noRequestsOfGoogle: Plugin = {
  name: 'no-requests-of-google',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]node_modules[\\/]google-auth-library[\\/]/ }, () => ({
      contents: 'exports.GoogleAuth = class GoogleAuth { getCredentials() {} };',
    }));
    onLoad({ filter: /[\\/]node_modules[\\/]teeny-request[\\/]/ }, () => ({
      contents: 'exports.teenyRequest = {};',
    }));
  },
};

const BANNER =
  "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);" +
  'const __filename = import.meta.filename; const __dirname = import.meta.dirname;';

const BUILD = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  // Errors are logged with the names of their classes.
  keepNames: true,
  sourcemap: 'linked',
  // Stack traces need positions only; the sources would double what is deployed.
  sourcesContent: false,
  mainFields: ['module', 'main'],
  // Packages in the older format ask for Node's own modules by `require`, and where they lie; modules have neither.
  banner: { js: BANNER },
  outExtension: { '.js': '.mjs' },
  logLevel: 'silent',
  plugins: [onlyEnglishMessages, onlyEnvironmentCredentials, noRequestsOfGoogle, noCompiledParts],
} as const satisfies BuildOptions;

export interface BundleOptions {
  /** Keeps the bundles, and the record of what they were made of. */
  readonly outDirectory: string;
  /** Each of its folders with an `index.ts` is a function; the project's `lambdas/` unless a test says otherwise. */
  readonly lambdasDirectory?: string;
}

/**
 * Bundles every function with one esbuild call: function name → directory with `index.mjs` and `index.mjs.map`, and the
 * same for each `*.program.ts` of its folder, which the function runs as a process of its own.
 * An unchanged tree is not bundled again. A directory's contents never change, so it can be in use meanwhile.
 */
export async function buildBundles(options: BundleOptions): Promise<Readonly<Record<string, string>>> {
  const lambdas = resolve(options.lambdasDirectory ?? join(ROOT, 'lambdas'));
  const outDirectory = resolve(options.outDirectory);
  const names = functionNames(lambdas);
  const entries = names.flatMap((name) => entryPointsOf(lambdas, name));
  // A changed dependency can change what an import resolves to without changing a file that was read last time.
  const files = [import.meta.filename, join(ROOT, 'package-lock.json')];
  const recipe = hash(JSON.stringify([version, lambdas, entries, await Promise.all(files.map(hashFile))]));

  const directory =
    (await recallDirectory(outDirectory, recipe)) ?? (await bundle({ lambdas, names, outDirectory, recipe }));
  return Object.fromEntries(names.map((name) => [name, join(directory, name)]));
}

/** The deployed functions: the folders of `lambdas/` that have an entry. */
export function functionNames(lambdasDirectory: string): string[] {
  return readdirSync(lambdasDirectory)
    .filter((name) => !NOT_FUNCTIONS.includes(name) && existsSync(join(lambdasDirectory, name, 'index.ts')))
    .sort();
}

function entryPointsOf(lambdas: string, name: string): { in: string; out: string }[] {
  return readdirSync(join(lambdas, name))
    .filter((file) => file === 'index.ts' || file.endsWith('.program.ts'))
    .map((file) => ({ in: join(lambdas, name, file), out: join(name, file.slice(0, -'.ts'.length)) }));
}

const recordSchema = z.object({
  recipe: z.string(),
  directory: z.string(),
  /** Path from the project's root → hash of the contents. */
  inputs: z.record(z.string(), z.string()),
});

/** The directory of the last build, if the same build would come to the same. */
async function recallDirectory(outDirectory: string, recipe: string): Promise<string | undefined> {
  const file = join(outDirectory, RECORD_FILE);
  if (!existsSync(file)) return undefined;
  const parsed = recordSchema.safeParse(parseJson(await readFile(file, 'utf8')));
  if (!parsed.success || parsed.data.recipe !== recipe) return undefined;
  const directory = join(outDirectory, parsed.data.directory);
  if (!existsSync(directory)) return undefined;
  const checks = Object.entries(parsed.data.inputs).map(async ([path, expected]) => {
    const file = join(ROOT, path);
    return existsSync(file) && (await hashFile(file)) === expected;
  });
  return (await Promise.all(checks)).every(Boolean) ? directory : undefined;
}

interface BundleJob {
  readonly lambdas: string;
  readonly names: readonly string[];
  readonly outDirectory: string;
  readonly recipe: string;
}

async function bundle({ lambdas, names, outDirectory, recipe }: BundleJob): Promise<string> {
  const startedAt = Date.now();
  // As deep as where the bundles are kept, since source maps name their sources by relative paths.
  const outdir = join(outDirectory, 'bundles');
  const { metafile, outputFiles } = await build({
    ...BUILD,
    entryPoints: names.flatMap((name) => entryPointsOf(lambdas, name)),
    outdir,
    write: false,
    metafile: true,
  });
  const contents = outputFiles.map(({ path, hash }) => [relative(outdir, path), hash]);
  const directory = hash(JSON.stringify(contents.sort()));
  const files = outputFiles.map(({ path, contents }) => ({ path: relative(outdir, path), contents }));
  await keepOutputs(files, outDirectory, directory);
  await forgetOldBundles(outDirectory, directory, startedAt);

  const inputs = Object.keys(metafile.inputs);
  // A file edited meanwhile may not be what esbuild read; then the next build finds no record and starts afresh.
  const stats = await Promise.all(inputs.map((path) => stat(join(ROOT, path))));
  if (stats.every(({ mtimeMs }) => mtimeMs < startedAt)) {
    const hashes = await Promise.all(inputs.map(async (path) => [path, await hashFile(join(ROOT, path))]));
    const record = { recipe, directory, inputs: Object.fromEntries(hashes) };
    const file = join(outDirectory, RECORD_FILE);
    await writeFile(`${file}.${process.pid}`, JSON.stringify(record));
    await rename(`${file}.${process.pid}`, file);
  }
  return join(outDirectory, directory);
}

/** Writes to a directory of its own first, so that a directory under its final name is always whole. */
async function keepOutputs(
  files: readonly Pick<OutputFile, 'path' | 'contents'>[],
  outDirectory: string,
  directory: string,
): Promise<void> {
  await mkdir(outDirectory, { recursive: true });
  const unfinished = await mkdtemp(join(outDirectory, 'unfinished-'));
  for (const { path, contents } of files) {
    const target = join(unfinished, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, contents);
  }
  const final = join(outDirectory, directory);
  try {
    await rename(unfinished, final);
  } catch (error) {
    await rm(unfinished, { recursive: true });
    // Another process came to the same result first.
    if (!existsSync(final)) throw error;
  }
}

/** Those of earlier sources; not the latest ones, which another process may just be reading. */
async function forgetOldBundles(outDirectory: string, current: string, now: number): Promise<void> {
  for (const entry of await readdir(outDirectory, { withFileTypes: true })) {
    const path = join(outDirectory, entry.name);
    if (
      !entry.isDirectory() ||
      entry.name === current ||
      now - (await stat(path)).mtimeMs < KEEP_MILLISECONDS
    )
      continue;
    await rm(path, { recursive: true, force: true });
  }
}

async function hashFile(path: string): Promise<string> {
  return hash(await readFile(path));
}

function hash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
