import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';

export type Scalar = string | number | boolean;

/**
 * The scalars under an attribute of a record: the attribute of exactly that name, else the dotted path into nested
 * objects; of arrays each element.
 */
export function readScalars(record: JsonObject, attribute: string): Scalar[] {
  const scalars: Scalar[] = [];
  collect(record, attribute, scalars);
  return scalars;
}

function collect(object: JsonObject, path: string, into: Scalar[]): void {
  if (Object.hasOwn(object, path)) {
    collectScalars(object[path], into);
    return;
  }
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(object, head)) continue;
    const inner = object[head];
    for (const element of Array.isArray(inner) ? inner : [inner]) {
      if (isJsonObject(element)) collect(element, path.slice(dot + 1), into);
    }
  }
}

function collectScalars(value: JsonValue | undefined, into: Scalar[]): void {
  if (Array.isArray(value)) for (const element of value) collectScalars(element, into);
  else if (value !== null && value !== undefined && typeof value !== 'object') into.push(value);
}
