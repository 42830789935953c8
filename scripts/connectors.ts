import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';

/** What a connector can do; the contract suite's tests are named `<column>: <sentence>`. */
const COLUMNS = ['spec', 'check', 'discover', 'read', 'resume', 'update', 'webhook'] as const;
type Column = (typeof COLUMNS)[number];

const MARKS = { passed: 'yes', failed: 'NO', skipped: '-' } as const;
type Mark = keyof typeof MARKS;

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() }),
      ),
    }),
  ),
});
type Test = z.infer<typeof reportSchema>['testResults'][number]['assertionResults'][number];

/** Runs the contract suite over every source type and prints which part of the contract each one fulfils. */
function main(): void {
  const tests = runSuite();
  const types = [...new Set(tests.map(({ ancestorTitles: [type = ''] }) => type))];
  const rows = types.map((type) => {
    const own = tests.filter(({ ancestorTitles }) => ancestorTitles[0] === type);
    return [type, ...COLUMNS.map((column) => MARKS[markOf(own, column)])];
  });
  print([['source', ...COLUMNS], ...rows]);
  say('\nyes: proved by the tests below, each run for every type; -: the vendor has no such thing.\n');
  for (const column of COLUMNS) {
    const titles = new Set(tests.map(({ title }) => title).filter((title) => isOf(title, column)));
    for (const title of titles) say(title);
  }
  const failed = tests.filter(({ status }) => status === 'failed');
  for (const { ancestorTitles, title } of failed) say(`failed: ${ancestorTitles[0]} ${title}`);
  process.exitCode = failed.length > 0 || tests.length === 0 ? 1 : 0;
}

function runSuite(): Test[] {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-connectors-'));
  const file = join(directory, 'report.json');
  try {
    const vitest = ['run', 'test/connectors/contract', '--reporter=json', `--outputFile=${file}`];
    spawnSync('vitest', vitest, { stdio: ['ignore', 'ignore', 'inherit'] });
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return reportSchema.parse(json).testResults.flatMap(({ assertionResults }) => assertionResults);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function isOf(title: string, column: Column): boolean {
  return title.startsWith(`${column}: `);
}

function markOf(tests: readonly Test[], column: Column): Mark {
  const statuses = tests.filter(({ title }) => isOf(title, column)).map(({ status }) => status);
  if (statuses.includes('failed')) return 'failed';
  return statuses.includes('passed') ? 'passed' : 'skipped';
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  for (const row of rows)
    say(
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main();
