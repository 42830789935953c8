import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';

interface Parameter {
  name: string;
  schema: { type: string; items?: { type: string } };
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: { 'application/json': { schema: object } } };
  responses: { '200': { $ref: string } };
}

const file = new URL('bigcommerce.openapi.yml', import.meta.url);
const document = parse(readFileSync(file, 'utf8')) as { paths: Record<string, Record<string, Operation>> };
const ajv = new Ajv({ strict: false, allErrors: false });
ajv.addSchema(document, 'bigcommerce');

const compiled = new Map<string, ValidateFunction>();

/** What the vendor's document says of one request, and of what it is answered with. */
export interface DocumentedRequest {
  readonly path: string;
  /** As declared: numbers, and lists of them. */
  readonly query: Readonly<Record<string, unknown>>;
  /** The number in the path, where there is one. */
  readonly id: number;
  readonly body: unknown;
  /** Throws where the answer is not as documented. */
  checkAnswer(answer: unknown): void;
}

/** Throws, in the vendor's stead, where the request is not as documented. */
export function checkRequest(request: IncomingMessage, root: string, body: unknown): DocumentedRequest {
  const url = new URL(request.url ?? '/', 'http://vendor');
  if (!url.pathname.startsWith(root)) throw new Error(`${url.pathname} is not of the store`);
  const path = url.pathname.slice(root.length);
  const template = path.replace(/\/\d+$/, '/{webhook_id}');
  const method = (request.method ?? '').toLowerCase();
  const operation = document.paths[template]?.[method];
  if (operation === undefined) throw new Error(`There is no operation ${method} ${path}`);
  checkBody(`/paths/${template.replaceAll('/', '~1')}/${method}`, operation, { body, request });
  return {
    path: template,
    id: Number(/\d+$/.exec(path)?.[0] ?? 0),
    query: Object.fromEntries(
      [...url.searchParams].map(([name, text]) => [name, toValue(operation, name, text)]),
    ),
    body,
    checkAnswer: (answer) =>
      validate(`${operation.responses['200'].$ref.slice(1)}/content/application~1json/schema`, answer),
  };
}

function checkBody(
  pointer: string,
  { requestBody }: Operation,
  { body, request }: { body: unknown; request: IncomingMessage },
): void {
  if (requestBody === undefined) {
    if (body !== undefined) throw new Error('No body is documented');
    return;
  }
  if (request.headers['content-type'] !== 'application/json') throw new Error('A body is sent as JSON');
  validate(`${pointer}/requestBody/content/application~1json/schema`, body);
}

function toValue({ parameters = [] }: Operation, name: string, text: string): unknown {
  const parameter = parameters.find((one) => one.name === name);
  if (parameter === undefined) throw new Error(`The parameter ${name} is not known`);
  const { schema } = parameter;
  const value =
    schema.type === 'array'
      ? text.split(',').map((item) => toScalar(schema.items?.type, item))
      : toScalar(schema.type, text);
  const key = JSON.stringify(schema);
  const check = compiled.get(key) ?? ajv.compile(schema);
  compiled.set(key, check);
  if (!check(value)) throw new Error(`${name}: ${ajv.errorsText(check.errors)}`);
  return value;
}

function toScalar(type: string | undefined, text: string): unknown {
  return type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
}

function validate(pointer: string, value: unknown): void {
  const check = ajv.getSchema(`bigcommerce#${encodeURI(pointer)}`);
  if (check === undefined) throw new Error(`The document has nothing at ${pointer}`);
  if (check(value) !== true) throw new Error(`${pointer}: ${ajv.errorsText(check.errors)}`);
}
