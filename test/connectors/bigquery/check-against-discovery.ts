import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
}
interface Parameter {
  readonly type: string;
  readonly location: 'path' | 'query';
  readonly required?: boolean;
  readonly enum?: readonly string[];
}
interface Method {
  readonly id: string;
  readonly path: string;
  readonly httpMethod: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly request?: Schema;
  readonly response: Schema;
}
interface Document {
  readonly servicePath: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly resources: Readonly<Record<string, { readonly methods: Readonly<Record<string, Method>> }>>;
}

/** The part of BigQuery's discovery document that the connectors use. */
const document = JSON.parse(
  readFileSync(join(import.meta.dirname, 'bigquery.discovery.json'), 'utf8'),
) as Document;
const methods = Object.values(document.resources).flatMap((resource) => Object.values(resource.methods));

/** A request as the document understands it. */
export interface DocumentedRequest {
  /** `bigquery.jobs.insert`. */
  readonly id: string;
  /** Parameters of the path and of the query. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Finds the method of a request, and throws where the request is not as the document has it. */
export function checkRequest(httpMethod: string, url: URL, body: string): DocumentedRequest {
  for (const method of methods) {
    const path = method.httpMethod === httpMethod ? matchPath(method, url.pathname) : undefined;
    if (path === undefined) continue;
    const query = Object.fromEntries(url.searchParams);
    for (const [name, value] of Object.entries(query)) {
      const parameter = method.parameters[name] ?? document.parameters[name];
      if (parameter === undefined || parameter.location === 'path')
        fail(`${method.id} has no parameter ${name}`);
      checkParameter(`${method.id}: ${name}`, parameter, value);
    }
    if ((method.request === undefined) !== (body === ''))
      fail(`${method.id} has a body it must not have, or none`);
    const parsed: unknown = body === '' ? undefined : JSON.parse(body);
    if (method.request !== undefined) checkValue(method.id, method.request, parsed);
    return { id: method.id, parameters: { ...query, ...path }, body: parsed };
  }
  return fail(`There is no method ${httpMethod} ${url.pathname}`);
}

/** Throws where the test server's answer is not as the document has it. */
export function checkResponse(id: string, answer: unknown): void {
  const method = methods.find((candidate) => candidate.id === id);
  checkValue(`the answer of ${id}`, method?.response ?? {}, answer);
}

function matchPath({ path, parameters }: Method, pathname: string): Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = path.replaceAll(/\{\+(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return '([^/]+)';
  });
  const found = new RegExp(`^/${document.servicePath}${pattern}$`).exec(pathname);
  if (found === null) return undefined;
  for (const name of names) if (parameters[name]?.location !== 'path') fail(`${name} is not described`);
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]));
}

function checkParameter(label: string, { type, enum: values }: Parameter, value: string): void {
  if (type === 'integer' && !/^\d+$/.test(value)) fail(`${label} is no integer: ${value}`);
  if (type === 'boolean' && !['true', 'false'].includes(value)) fail(`${label} is no boolean: ${value}`);
  if (values !== undefined && !values.includes(value)) fail(`${label} is none of ${values.join(', ')}`);
}

function checkValue(label: string, given: Schema, value: unknown): void {
  const schema = given.$ref === undefined ? given : document.schemas[given.$ref];
  if (schema === undefined) return fail(`${label}: the schema ${given.$ref} is missing`);
  if (schema.type === 'any') return undefined;
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return fail(`${label} is no array`);
    for (const [index, item] of value.entries()) checkValue(`${label}.${index}`, schema.items ?? {}, item);
  } else if (schema.type === 'object') {
    if (typeof value !== 'object' || value === null) return fail(`${label} is no object`);
    for (const [name, member] of Object.entries(value)) {
      const property = schema.properties?.[name] ?? schema.additionalProperties;
      if (property === undefined) return fail(`${label} has no member ${name}`);
      checkValue(`${label}.${name}`, property, member);
    }
  } else {
    const type = schema.type === 'integer' ? 'number' : schema.type;
    if (typeof value !== type) return fail(`${label} is no ${schema.type}: ${JSON.stringify(value)}`);
    if (schema.format?.endsWith('int64') === true && !/^-?\d+$/.test(String(value)))
      return fail(`${label} is no ${schema.format}`);
  }
  return undefined;
}

function fail(problem: string): never {
  throw new Error(problem);
}
