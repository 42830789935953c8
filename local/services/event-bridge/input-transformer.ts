import type { BusEvent } from './bus-event.ts';
import { readJsonPath } from './json-path.ts';
import type { TargetDefinition } from './target-definition.ts';

/** What a target receives: the event, or what Input, InputPath or InputTransformer make of it. */
export function renderInput(
  target: TargetDefinition,
  event: BusEvent,
  rule: { readonly arn: string; readonly name: string },
): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(readJsonPath(event, target.InputPath) ?? null);
  if (!target.InputTransformer) return JSON.stringify(event);
  const { InputPathsMap: paths, InputTemplate: template } = target.InputTransformer;
  const variables: Record<string, unknown> = {
    'aws.events.rule-arn': rule.arn,
    'aws.events.rule-name': rule.name,
    'aws.events.event.ingestion-time': event.time,
    'aws.events.event': event,
    'aws.events.event.json': event,
    ...Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, readJsonPath(event, path)])),
  };
  return fillTemplate(template, variables);
}

/**
 * Replaces `<name>`: within a JSON string by the text of the value, elsewhere by its JSON. What is missing is an empty
 * text or null; an unknown name stays as it is.
 */
function fillTemplate(template: string, variables: Readonly<Record<string, unknown>>): string {
  let isQuoted = false;
  return template.replaceAll(/\\.|"|<([\w.-]+)>/gs, (match: string, name: string | undefined) => {
    if (match === '"') isQuoted = !isQuoted;
    if (name === undefined || !Object.hasOwn(variables, name)) return match;
    const value = variables[name];
    if (!isQuoted) return JSON.stringify(value ?? null);
    const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
    return JSON.stringify(text).slice(1, -1);
  });
}
