import * as z from 'zod';
import type { AwsClients } from './aws-clients.ts';
import type { MachinePlan } from './machine-plan.ts';
import type { StackNames } from './names.ts';

/** What a resource may use to come into being. */
export interface ProvisionContext {
  readonly logicalID: string;
  readonly names: StackNames;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Where the template lies; asset paths are relative to it. */
  readonly templateDirectory: string;
  readonly clients: AwsClients;
  /** Where the HTTP API will answer. */
  readonly apiURL: string;
  /** The physical id of the same resource at an earlier start. */
  readonly previousID: string | undefined;
  /** What the runtime itself runs; resources add to it. */
  readonly plan: MachinePlan;
}

export interface Provisioned {
  /** What `Ref` gives. */
  readonly physicalID: string;
  /** What `Fn::GetAtt` gives; an attribute that is not here is an error where it is used. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A resource type that the one machine knows. */
export interface ResourceType {
  readonly type: string;
  /** What is unknown or malformed in resolved properties, one sentence each. */
  findProblems(properties: unknown): string[];
  /** Makes the resource, or finds it again: safe to repeat at every start. */
  provision(properties: unknown, context: ProvisionContext): Promise<Provisioned>;
}

/** A resource type by its properties (a strict object: each is named, none is ignored) and how it comes into being. */
export function defineResourceType<Schema extends z.ZodType>(definition: {
  type: string;
  properties: Schema;
  provision(properties: z.output<Schema>, context: ProvisionContext): Promise<Provisioned>;
}): ResourceType {
  return {
    type: definition.type,
    findProblems(properties) {
      const parsed = definition.properties.safeParse(properties);
      return parsed.success ? [] : parsed.error.issues.flatMap(describeIssue);
    },
    provision: async (properties, context) =>
      definition.provision(definition.properties.parse(properties), context),
  };
}

/**
 * A type, or a property, without a meaning on one machine. `reason` says why nothing is lost by leaving it out; the
 * names are declared all the same, so that a new one is noticed.
 */
export function defineUnneededType(definition: {
  type: string;
  reason: string;
  properties: Readonly<Record<string, z.ZodType>>;
  attributes?: (context: ProvisionContext) => Readonly<Record<string, string>>;
}): ResourceType {
  return defineResourceType({
    type: definition.type,
    properties: z.strictObject(definition.properties).describe(definition.reason),
    provision: async (_properties, context) => ({
      physicalID: `${context.names.stackName}-${context.logicalID}`,
      attributes: definition.attributes?.(context) ?? {},
    }),
  });
}

export function notNeeded(reason: string): z.ZodOptional<z.ZodUnknown> {
  return z.unknown().optional().describe(reason);
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `property ${[...issue.path, key].join('.')} is not known on one machine`);
  }
  return [`property ${issue.path.join('.') || '(all)'}: ${issue.message}`];
}
