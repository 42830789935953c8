import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { LOCAL_ACCOUNT_ID } from '../services/protocol/call.ts';
import { checkTemplate } from '../template/check-template.ts';
import type { StackNames } from '../template/names.ts';
import { readTemplate, type Template } from '../template/template.ts';
import type { ContainerSettings } from './container-settings.ts';
import { StartUpError } from './start-up-error.ts';

const REGION = 'us-east-1';
/** Each run is a process that can keep a core busy. */
const RUN_CONCURRENCY = 4;

export interface BuildStackOptions {
  readonly dataDirectory: string;
  readonly applicationID: string;
  readonly searchIndexURL: string;
  /** `host:port` entries that sources may reach though private. */
  readonly trustedHosts: readonly string[];
  readonly stageEnvironment: Readonly<Record<string, string | undefined>>;
  readonly containers: ContainerSettings;
  readonly lambdasDirectory: string | undefined;
}

export interface BuiltStack {
  readonly template: Template;
  readonly templateDirectory: string;
  readonly names: StackNames;
}

/** Bundles the functions and synthesises the template that AWS would get, and checks that this machine knows all of it. */
export async function buildStack(options: BuildStackOptions): Promise<BuiltStack> {
  const { stackName, templateFile } = await buildAssembly({
    directory: join(options.dataDirectory, 'build'),
    context: {
      stage: 'local',
      region: REGION,
      applicationID: options.applicationID,
      searchHosts: {
        ...readSearchHosts(options.stageEnvironment['MILLRACE_SEARCH_HOSTS']),
        [options.applicationID]: options.searchIndexURL,
      },
      trustedHosts: options.trustedHosts,
      runConcurrency: RUN_CONCURRENCY,
      // It runs them itself.
      connectors: false,
      localContainers: JSON.stringify({
        directory: join(options.dataDirectory, 'containers'),
        ...options.containers,
      }),
      // Whoever runs it alone shares it with nobody.
      limits: options.stageEnvironment['MILLRACE_LIMITS'] || 'off',
    },
    environment: options.stageEnvironment,
    lambdasDirectory: options.lambdasDirectory,
  });
  const template = await readTemplate(templateFile);
  const names = { stackName, region: REGION, accountID: LOCAL_ACCOUNT_ID };
  checkTemplate(template, names);
  return { template, templateDirectory: dirname(templateFile), names };
}

const searchHostsSchema = z.record(z.string(), z.url());

/** The operator's own hosts; the local index is added to them. */
function readSearchHosts(text: string | undefined): Record<string, string> {
  if (text === undefined || text === '') return {};
  try {
    const json: unknown = JSON.parse(text);
    return searchHostsSchema.parse(json);
  } catch (error) {
    throw new StartUpError(
      'MILLRACE_SEARCH_HOSTS must be JSON like {"MYAPP":"https://search.example.com"}.',
      { cause: error },
    );
  }
}

const answerSchema = z.union([
  z.object({ stackName: z.string(), templateFile: z.string() }),
  z.object({ problem: z.string() }),
]);

/** In a process of its own: CDK and esbuild would hold 200 MB for as long as the machine runs, and block its start. */
async function buildAssembly(options: object): Promise<{ stackName: string; templateFile: string }> {
  const program = fileURLToPath(new URL('build-assembly.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(options)], {
    maxBuffer: 16 * 1024 * 1024,
  });
  const json: unknown = JSON.parse(stdout);
  const answer = answerSchema.parse(json);
  if ('problem' in answer) throw new StartUpError(answer.problem);
  return answer;
}
