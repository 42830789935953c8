import { RESOURCE_TYPES } from './resource-types.ts';
import type { ResourceType } from './resource-type.ts';
import type { StackNames } from './names.ts';
import { holds, resolve, UnresolvableError, type ResolveScope } from './resolve.ts';
import type { Template } from './template.ts';
import { TemplateError } from './template-error.ts';

/**
 * Throws a `TemplateError` for the first resource whose type, or one of whose properties, the one machine does not know:
 * before anything is made, with names in place of what only exists later.
 */
export function checkTemplate(
  template: Template,
  names: StackNames,
  resourceTypes: ReadonlyMap<string, ResourceType> = RESOURCE_TYPES,
): void {
  const scope: ResolveScope = {
    template,
    names,
    reference: (logicalID) => logicalID,
    attribute: (logicalID, attribute) => {
      if (!(logicalID in template.Resources)) {
        throw new UnresolvableError(`Fn::GetAtt of ${logicalID}, which is not in the template`);
      }
      return `${logicalID}.${attribute}`;
    },
  };
  for (const [logicalID, resource] of Object.entries(template.Resources)) {
    const resourceType = resourceTypes.get(resource.Type);
    if (!resourceType)
      throw new TemplateError(logicalID, `type ${resource.Type} is not known on one machine`);
    const [problem] = findProblems(resourceType, resource, scope);
    if (problem) throw new TemplateError(logicalID, `${resource.Type}: ${problem}`);
  }
}

function findProblems(
  resourceType: ResourceType,
  resource: Template['Resources'][string],
  scope: ResolveScope,
): string[] {
  try {
    if (resource.Condition !== undefined && !holds(resource.Condition, scope)) return [];
    return resourceType.findProblems(resolve(resource.Properties, scope));
  } catch (error) {
    if (error instanceof UnresolvableError) return [error.message];
    throw error;
  }
}
