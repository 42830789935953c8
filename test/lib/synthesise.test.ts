import { buildBundles } from '../../lib/bundles.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { aStage, FIXTURE_LAMBDAS, functionOf, type Template } from './support/template.ts';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-synthesise-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

async function bundles(): Promise<Readonly<Record<string, string>>> {
  return buildBundles({ outDirectory: join(directory, 'bundles'), lambdasDirectory: FIXTURE_LAMBDAS });
}

test("the template passes cdk-nag's AWS Solutions rules and CloudFormation's own", async () => {
  const outDirectory = join(directory, 'cdk.out');
  const synthesised = synthesise({ stage: aStage(), bundles: await bundles(), outDirectory, checked: true });
  expect(synthesised.stackName).toBe('millrace-test');
  const report = JSON.parse(readFileSync(join(outDirectory, 'validation-report.json'), 'utf8'));
  expect(report.pluginReports).toEqual([]);
});

test("each function's metadata leads from the template to its bundle", async () => {
  const { templateFile } = synthesise({
    stage: aStage(),
    bundles: await bundles(),
    outDirectory: join(directory, 'cdk.out'),
  });
  const template = JSON.parse(readFileSync(templateFile, 'utf8')) as Template;
  for (const name of ['api', 'work-run', 'run-transform', 'poll-runs']) {
    const { Metadata } = functionOf(template, name).resource;
    const bundle = resolve(dirname(templateFile), String(Metadata?.['aws:asset:path']));
    expect(readFileSync(join(bundle, 'index.mjs'), 'utf8')).toContain(`"${name}"`);
  }
});

test('checking changes nothing in the template', async () => {
  const built = await bundles();
  const [plain, checked] = [false, true].map((checked) => {
    const outDirectory = join(directory, `cdk-${checked}`);
    return readFileSync(
      synthesise({ stage: aStage(), bundles: built, outDirectory, checked }).templateFile,
      'utf8',
    );
  });
  expect(plain).toBe(checked);
});

test('a function without a bundle is named', async () => {
  const { 'work-run': _, ...others } = await bundles();
  expect(() =>
    synthesise({ stage: aStage(), bundles: others, outDirectory: join(directory, 'cdk.out') }),
  ).toThrow(`There is no bundle for the function work-run (bundles: ${Object.keys(others).join(', ')})`);
});

test('the CDK CLI synthesises the stage that its context names, without credentials', async () => {
  const out = join(directory, 'cdk.out');
  const bin = join(ROOT, 'node_modules/.bin');
  await promisify(execFile)(
    join(bin, 'cdk'),
    ['synth', '--quiet', '--no-notices', '--output', out, '-c', 'stage=cli', '-c', 'applicationID=CLIAPP'],
    { cwd: ROOT, env: { PATH: `${bin}:${process.env['PATH']}`, HOME: directory } },
  );
  expect(existsSync(join(out, 'millrace-cli.assets.json'))).toBe(true);
  expect(readFileSync(join(out, 'millrace-cli.template.json'), 'utf8')).toContain('CLIAPP');
}, 60_000);
