import { NO_LIMITS } from '../../../core/foundation/limits.ts';
import { buildBundles } from '../../../lib/bundles.ts';
import type { Stage } from '../../../lib/stage.ts';
import { synthesise } from '../../../lib/synthesise.ts';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const FIXTURE_LAMBDAS = join(import.meta.dirname, '../fixtures/lambdas');

export interface Resource {
  Type: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a template's properties have any shape
  Properties: any;
  Metadata?: Record<string, unknown>;
}

export interface Template {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown }>;
  Parameters?: unknown;
  Rules?: unknown;
}

export interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

export function aStage(overrides: Partial<Stage> = {}): Stage {
  return {
    name: 'test',
    region: 'eu-west-1',
    applicationID: 'TESTAPP',
    ingestionHosts: {},
    searchHosts: { OTHERAPP: 'http://127.0.0.1:9000' },
    vendorHosts: {},
    allowPrivate: ['10.0.0.0/8'],
    trustedHosts: ['127.0.0.1:4800'],
    leaseSeconds: 45,
    runRetentionDays: 60,
    pushMaxBytes: 2_000_000,
    maxRecordBytes: 50_000,
    watchSeconds: 20,
    localContainers: '',
    connectors: false,
    connectorMemoryMB: 3072,
    connectorCommands: {},
    connectorRelayImage: 'public.ecr.aws/docker/library/node:24-slim',
    limits: { ...NO_LIMITS, sources: 50 },
    logRetentionDays: 14,
    alertSender: 'alerts@shop.example.com',
    alertTopicArns: ['arn:aws:sns:eu-west-1:123456789012:alerts'],
    smtpSecretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:smtp',
    runConcurrency: 7,
    webhookWindowSeconds: 3,
    commercetoolsProjects: { 'a-project': 'TESTAPP' },
    ...overrides,
  };
}

/** The template of a stage, made with stand-ins for the functions' code, which it does not depend on. */
export async function synthesiseTemplate(
  options: { stage?: Stage; checked?: boolean } = {},
): Promise<Template> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-lib-'));
  try {
    const { templateFile } = synthesise({
      stage: options.stage ?? aStage(),
      bundles: await buildBundles({
        outDirectory: join(directory, 'bundles'),
        lambdasDirectory: FIXTURE_LAMBDAS,
      }),
      outDirectory: join(directory, 'cdk.out'),
      checked: options.checked ?? false,
    });
    return JSON.parse(readFileSync(templateFile, 'utf8')) as Template;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function resourcesOf(template: Template, type: string): [id: string, resource: Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** The one resource of a type. */
export function onlyOf(template: Template, type: string): Resource {
  const [found, ...others] = resourcesOf(template, type);
  if (!found || others.length > 0) throw new Error(`Not exactly one ${type}`);
  return found[1];
}

/** The one function that runs this folder of `lambdas/`. */
export function functionOf(template: Template, name: string): { id: string; resource: Resource } {
  const [found, ...others] = resourcesOf(template, 'AWS::Lambda::Function').filter(
    ([, { Metadata }]) => Metadata?.['millrace:function'] === name,
  );
  if (!found || others.length > 0) throw new Error(`Not exactly one function runs ${name}`);
  return { id: found[0], resource: found[1] };
}

/** Every statement of the policies attached to a role. */
export function statementsOf(template: Template, roleId: string): Statement[] {
  return resourcesOf(template, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => Properties.Roles.some((role: { Ref: string }) => role.Ref === roleId))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[]);
}

export function roleOf(fn: Resource): string {
  return fn.Properties.Role['Fn::GetAtt'][0];
}

export function actionsOf({ Action }: Statement): string[] {
  return [Action].flat();
}
