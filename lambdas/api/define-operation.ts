import type * as z from 'zod';

import type { AccessRight } from '../../core/applications/api-keys.ts';
import { parseInput } from '../../core/foundation/validation.ts';
import type { ApiDependencies } from './dependencies.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Every operation of the Ingestion API asks for these rights. */
export const INGESTION_RIGHTS: readonly AccessRight[] = ['addObject', 'deleteIndex', 'editSettings'];

type PathParameter<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameter<Rest>
  : never;

/** What an operation's handler is given: all of it checked. */
interface OperationRequest<Path extends string, Query, Body> {
  readonly appID: string;
  readonly parameters: Readonly<Record<PathParameter<Path>, string>>;
  readonly query: Query;
  readonly body: Body;
  /** The ID for what this request makes: the same in every repeat under one Idempotency-Key. */
  readonly freshID: string;
  /** The caller holds the deployment's own key. */
  readonly isOperator: boolean;
  /** What the URL of the request begins with, as the caller reached it: `https://…`, without a slash at the end. */
  readonly baseURL: string;
}

export interface OperationDefinition<
  Path extends string,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Response extends z.ZodType,
> {
  /** Algolia's operationId. */
  readonly operationID: string;
  readonly method: Method;
  readonly path: Path;
  readonly acl: readonly AccessRight[];
  /** The answer holds a secret: it is sealed where it is kept for repeats. */
  readonly hasSecretAnswer?: boolean;
  /** Query parameters, each one string: repeated ones come joined by commas. Absent when there are none. */
  readonly query?: Query;
  /** Absent when the operation has no body. */
  readonly body?: Body;
  /** How large a body may be, decompressed, where that is more than any resource needs. */
  readonly maxBodyBytes?: (dependencies: ApiDependencies) => number;
  /** Answers pass through it: what it does not name never leaves. */
  readonly response: Response;
  readonly handle: (
    request: OperationRequest<Path, z.output<Query>, z.output<Body>>,
    dependencies: ApiDependencies,
  ) => Promise<z.input<Response>>;
  /** What `format=ndjson` in the query asks for, where the operation can answer it. */
  readonly handleNdjson?: (
    request: OperationRequest<Path, z.output<Query>, z.output<Body>>,
    dependencies: ApiDependencies,
  ) => Promise<NdjsonPage>;
}

/** A page of a list as NDJSON. */
export interface NdjsonPage {
  readonly lines: string;
  /** What to ask for as `after` to go on; absent at the end. */
  readonly next?: number;
}

/** A request as it came, matched to an operation by its path. */
interface UncheckedRequest {
  readonly appID: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly freshID: string;
  readonly isOperator: boolean;
  readonly baseURL: string;
}

/** An operation as the router and the generated document see it. */
export interface Operation {
  readonly operationID: string;
  readonly method: Method;
  readonly path: string;
  readonly acl: readonly AccessRight[];
  readonly hasSecretAnswer?: boolean;
  readonly query: z.ZodType | undefined;
  readonly body: z.ZodType | undefined;
  readonly response: z.ZodType;
  readonly maxBodyBytes?: (dependencies: ApiDependencies) => number;
  /** Checks the request, handles it, and answers what the response schema lets through. */
  invoke(request: UncheckedRequest, dependencies: ApiDependencies): Promise<unknown>;
  /** The same in the form that `format=ndjson` asks for. */
  readonly invokeNdjson?: (request: UncheckedRequest, dependencies: ApiDependencies) => Promise<NdjsonPage>;
}

/** Ties an operation's schemas to its handler, so that neither runs without the other. */
export function defineOperation<
  const Path extends string,
  Response extends z.ZodType,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(definition: OperationDefinition<Path, Query, Body, Response>): Operation {
  const { query, body, response, path, handle, handleNdjson, ...rest } = definition;
  const check = (request: UncheckedRequest): OperationRequest<Path, z.output<Query>, z.output<Body>> => {
    const { appID, parameters, freshID, isOperator, baseURL } = request;
    if (!hasParameters(path, parameters)) throw new Error(`${path} was matched without its parameters`);
    return {
      appID,
      parameters,
      query: parsePart(query, request.query, 'query'),
      body: parsePart(body, request.body, 'body'),
      freshID,
      isOperator,
      baseURL,
    };
  };
  return {
    ...rest,
    path,
    query,
    body,
    response,
    invoke: async (request, dependencies) => response.parse(await handle(check(request), dependencies)),
    ...(handleNdjson === undefined
      ? {}
      : { invokeNdjson: async (request, dependencies) => handleNdjson(check(request), dependencies) }),
  };
}

function parsePart<Schema extends z.ZodType>(
  schema: Schema | undefined,
  value: unknown,
  label: string,
): z.output<Schema> {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- without a schema, Schema is its default: z.ZodUndefined
  if (schema === undefined) return undefined as z.output<Schema>;
  return parseInput(schema, value, { label });
}

function hasParameters<Path extends string>(
  path: Path,
  parameters: Readonly<Record<string, string>>,
): parameters is Readonly<Record<PathParameter<Path>, string>> {
  return [...path.matchAll(/\{(\w+)\}/g)].every(([, name]) => name !== undefined && name in parameters);
}
