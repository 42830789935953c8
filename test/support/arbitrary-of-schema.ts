import * as fc from 'fast-check';

/** As much of JSON Schema as zod writes. */
export interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
}

/** Texts that fields often want, and texts that break what is careless. */
const TEXTS = [
  'name',
  '',
  ' ',
  '\u0000',
  '\uD800',
  '__proto__',
  'constructor',
  '%s',
  '${x}',
  'a'.repeat(5_000),
  'https://example.com/a.csv',
  'https://anna:word@example.com/',
  'http://[::1]/',
  'ftp://',
  '2024-01-08T16:47:41Z',
  '9999-99-99T99:99:99Z',
  '* * * * *',
  '0 3 * * *',
  '00000000-0000-4000-8000-000000000000',
  ',',
  'fr-FR',
];
const NUMBERS = [0, 1, -1, 10, 30, 31, 100, 101, 0.5, 1e300, -1e-300, 2 ** 53 + 2, Number.MAX_VALUE];
const OBJECT_KEYS = ['__proto__', '', 'length', 'toString', 'extra'];

const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 40 }));
const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.integer());
const anything = fc.oneof(fc.jsonValue(), text, number, fc.constant(nested(20)));

/** Values that the schema asks for, most of the time: any part may be missing, surplus or something else. */
export function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 24, arbitrary: wanted(schema) }, { weight: 1, arbitrary: anything });
}

function wanted(schema: Schema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(arbitraryOf));
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  return fc.oneof(...types.map((type) => ofType(type, schema)));
}

function ofType(type: string | undefined, schema: Schema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'object':
      return ofObject(schema);
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}), { maxLength: 4 });
    case 'string':
      return text;
    case 'integer':
    case 'number':
      return fc.oneof(number, fc.integer({ min: Math.max(schema.minimum ?? 0, -1e6), max: 30 }));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return anything;
  }
}

function ofObject({ properties = {}, required = [], additionalProperties }: Schema): fc.Arbitrary<unknown> {
  const values = Object.fromEntries(
    Object.entries(properties).map(([name, part]) => [name, arbitraryOf(part)]),
  );
  const known = fc.oneof(
    { weight: 20, arbitrary: fc.record(values, { requiredKeys: required }) },
    { weight: 1, arbitrary: fc.record(values, { requiredKeys: [] }) },
  );
  const extra = typeof additionalProperties === 'object' ? arbitraryOf(additionalProperties) : anything;
  const keys = fc.oneof(fc.constantFrom(...OBJECT_KEYS), fc.string({ maxLength: 10 }));
  return fc
    .tuple(known, fc.dictionary(keys, extra, { maxKeys: additionalProperties === undefined ? 1 : 4 }))
    .map(([fields, more]) => ({ ...more, ...fields }));
}

function nested(depth: number): unknown {
  return depth === 0 ? 'end' : [nested(depth - 1)];
}
