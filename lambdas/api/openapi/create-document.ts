import * as z from 'zod';

import type { Operation } from '../define-operation.ts';
import { takesIdempotencyKey } from '../idempotency.ts';
import { PUBLIC_PATHS } from './public-paths.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly description?: string;
  readonly explode?: boolean;
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly 'x-acl': readonly string[];
  readonly security?: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, DescribedAnswer>>;
}

interface DescribedAnswer {
  readonly $ref?: string;
  readonly description?: string;
  readonly content?: Content;
}

interface Content {
  readonly 'application/json': { readonly schema: JsonSchema };
  readonly 'application/x-ndjson'?: { readonly schema: JsonSchema };
}

export interface ApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly security: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: object;
}

const DESCRIPTION =
  "Algolia's Ingestion API as Millrace answers it, and under `/ext/1` what is Millrace's own. Every request names an " +
  'application and a key, in headers or in the query. Every answer has a `Correlation-ID`. Fields that are not ' +
  'described are accepted and not stored.';

const ERROR: JsonSchema = {
  type: 'object',
  required: ['message'],
  properties: {
    message: { type: 'string' },
    error: {
      type: 'object',
      properties: { code: { type: 'string' }, details: { type: 'array', items: { type: 'object' } } },
    },
  },
};

/** The OpenAPI document of these operations, made of the schemas that check their requests and answers. */
export function createDocument(operations: readonly Operation[]): ApiDocument {
  const paths: Record<string, Record<string, DescribedOperation>> = {};
  for (const operation of operations) {
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(operation);
  }
  for (const path of PUBLIC_PATHS) paths[path] = { get: describePublic(path) };
  return {
    openapi: '3.1.0',
    info: { title: 'Millrace', version: '1', description: DESCRIPTION },
    security: [{ applicationID: [], apiKey: [] }],
    paths,
    components: {
      securitySchemes: {
        applicationID: { type: 'apiKey', in: 'header', name: 'x-algolia-application-id' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-algolia-api-key' },
      },
      responses: {
        Error: {
          description: 'Refused: the message says why, and the details name the fields or resources.',
          content: { 'application/json': { schema: ERROR } },
        },
      },
    },
  };
}

function describe(operation: Operation): DescribedOperation {
  const { operationID, acl, body, path, query, response } = operation;
  const parameters = [...pathParameters(path), ...queryParameters(query), ...headerParameters(operation)];
  const refusals = ['400', '403', '404', ...(takesIdempotencyKey(operation) ? ['409'] : []), '429'];
  return {
    operationId: operationID,
    summary: toWords(operationID),
    tags: [tagOf(path)],
    'x-acl': acl,
    parameters,
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: { 'application/json': { schema: schemaOf(body, 'input') } },
          },
        }),
    responses: {
      ...(response instanceof z.ZodNever ? {} : { '200': okResponse(operation) }),
      ...Object.fromEntries(refusals.map((status) => [status, { $ref: '#/components/responses/Error' }])),
    },
  };
}

/** These documents themselves, which need no key. */
function describePublic(path: string): DescribedOperation {
  const summary = path.endsWith('.json') ? 'This document' : 'This document as a page';
  return {
    operationId: path.endsWith('.json') ? 'getOpenapi' : 'getDocs',
    summary,
    tags: ['documents'],
    'x-acl': [],
    security: [],
    parameters: [],
    responses: { '200': { description: 'OK' } },
  };
}

function okResponse({ response, invokeNdjson }: Operation): { description: string; content: Content } {
  const json = { 'application/json': { schema: schemaOf(response, 'output') } };
  if (invokeNdjson === undefined) return { description: 'OK', content: json };
  return {
    description:
      'OK. As NDJSON where `format` asks for it; a header `Millrace-Next` says what to ask for as `after`.',
    content: { ...json, 'application/x-ndjson': { schema: { type: 'string' } } },
  };
}

function pathParameters(path: string): Parameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

/** As what they become: a list of names instead of the text that carries it. A date has no such form. */
function queryParameters(query: z.ZodType | undefined): Parameter[] {
  if (query === undefined) return [];
  const texts = schemaOf(query, 'input').properties ?? {};
  const values = schemaOf(query, 'output').properties ?? {};
  return Object.entries(texts).map(([name, text]) => {
    const value = values[name];
    const isKnown = typeof value === 'object' && Object.keys(value).length > 0;
    const schema = isKnown ? value : text;
    return {
      name,
      in: 'query',
      required: false,
      schema: typeof schema === 'object' ? schema : {},
      ...(isKnown && value.type === 'array' ? { explode: false } : {}),
    };
  });
}

function headerParameters(operation: Operation): Parameter[] {
  if (!takesIdempotencyKey(operation)) return [];
  const description =
    'The first answer under a key is repeated for a day; another request under it is a 409.';
  return [
    { name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string' }, description },
  ];
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function tagOf(path: string): string {
  const [, first, second, third] = path.split('/');
  return (first === 'ext' ? third : second) ?? 'other';
}

/** `listTasksV1` → `List tasks v1`. */
function toWords(operationID: string): string {
  const words = operationID.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
