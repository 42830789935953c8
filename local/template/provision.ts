import type { AwsClients } from './aws-clients.ts';
import { inDependencyOrder } from './dependencies.ts';
import { emptyPlan, type MachinePlan } from './machine-plan.ts';
import type { StackNames } from './names.ts';
import { holds, resolve, UnresolvableError, type ResolveScope } from './resolve.ts';
import type { Provisioned } from './resource-type.ts';
import { RESOURCE_TYPES } from './resource-types.ts';
import type { StackState } from './stack-state.ts';
import { TemplateError } from './template-error.ts';
import type { Template, TemplateResource } from './template.ts';

export interface ProvisionOptions {
  readonly template: Template;
  readonly templateDirectory: string;
  readonly names: StackNames;
  readonly clients: AwsClients;
  readonly state: StackState;
  readonly apiURL: string;
}

export interface ProvisionedStack {
  readonly plan: MachinePlan;
  /** The resolved outputs that are text. */
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Brings every resource of a checked template into being, each after those it refers to; what exists from an earlier
 * start is found again. Throws a `TemplateError` that names the resource at fault.
 */
export async function provision(options: ProvisionOptions): Promise<ProvisionedStack> {
  const plan = emptyPlan();
  const made = new Map<string, Provisioned>();
  const scope = scopeOf(options, made);
  const resources = Object.fromEntries(
    Object.entries(options.template.Resources).filter(
      ([, { Condition }]) => Condition === undefined || holds(Condition, scope),
    ),
  );
  for (const wave of inDependencyOrder(resources)) {
    await Promise.all(
      wave.map(async (logicalID) => {
        const resource = resources[logicalID];
        if (resource) made.set(logicalID, await provisionOne(logicalID, resource, { options, scope, plan }));
      }),
    );
  }
  const outputs = Object.entries(options.template.Outputs).map(([name, { Value }]) => [
    name,
    resolve(Value, scope),
  ]);
  return { plan, outputs: Object.fromEntries(outputs.map(([name, value]) => [name, String(value)])) };
}

async function provisionOne(
  logicalID: string,
  resource: TemplateResource,
  { options, scope, plan }: { options: ProvisionOptions; scope: ResolveScope; plan: MachinePlan },
): Promise<Provisioned> {
  const { Type } = resource;
  const resourceType = RESOURCE_TYPES.get(Type);
  if (!resourceType) throw new TemplateError(logicalID, `type ${Type} is not known on one machine`);
  try {
    const provisioned = await resourceType.provision(resolve(resource.Properties, scope), {
      logicalID,
      names: options.names,
      metadata: resource.Metadata,
      templateDirectory: options.templateDirectory,
      clients: options.clients,
      apiURL: options.apiURL,
      previousID: options.state.physicalID(logicalID, Type),
      plan,
    });
    await options.state.remember(logicalID, Type, provisioned.physicalID);
    return provisioned;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new TemplateError(logicalID, `${Type}: ${problem}`, { cause: error });
  }
}

function scopeOf(options: ProvisionOptions, made: ReadonlyMap<string, Provisioned>): ResolveScope {
  const find = (logicalID: string): Provisioned => {
    const provisioned = made.get(logicalID);
    if (!provisioned) throw new UnresolvableError(`reference to ${logicalID}, which does not exist`);
    return provisioned;
  };
  return {
    template: options.template,
    names: options.names,
    reference: (logicalID) => find(logicalID).physicalID,
    attribute(logicalID, attribute) {
      const value = find(logicalID).attributes?.[attribute];
      if (value === undefined)
        throw new UnresolvableError(`attribute ${attribute} of ${logicalID} is not known`);
      return value;
    },
  };
}
