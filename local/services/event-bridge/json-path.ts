import { AwsError } from '../protocol/aws-error.ts';

/** The value at `$.detail.items[0]['some key']`; undefined when there is none. */
export function readJsonPath(document: unknown, path: string): unknown {
  let value = document;
  for (const step of parseJsonPath(path)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/** The steps of a path; the part of JSONPath that EventBridge takes. */
export function parseJsonPath(path: string): string[] {
  const steps = path.startsWith('$')
    ? [...path.slice(1).matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]/gy)]
    : [];
  const length = steps.reduce((sum, [text]) => sum + text.length, 1);
  if (!path.startsWith('$') || length !== path.length) {
    throw new AwsError('ValidationException', `Invalid JSON path ${path}.`);
  }
  return steps.map(([, name, index, quoted]) => name ?? index ?? quoted ?? '');
}
