import {
  execute,
  parse,
  validate,
  visit,
  TypeInfo,
  visitWithTypeInfo,
  getNamedType,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { catalogOf, type Row, type Store } from './store.ts';

/** So many products are made at a time. */
const WINDOW = 100;

/**
 * Where lines of children are: after all of the parents, as in a large result, each beside others' children; or before
 * them; or each below its parent, as `groupObjects` had it.
 */
export type LineOrder = 'far' | 'before' | 'grouped';

/** What is wrong with a query for a bulk operation; nothing where it can be run. */
export function refusalOf(schema: GraphQLSchema, query: string): string | undefined {
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    return `Invalid bulk query: ${String(error)}`;
  }
  const [error] = validate(schema, document);
  if (error !== undefined) return `Invalid bulk query: ${error.message}`;
  const { connections, depth, roots } = measure(schema, document);
  if (roots !== 1) return 'A bulk query has one field at its top.';
  if (connections === 0) return 'A bulk query must have a connection.';
  if (connections > 5) return 'A bulk query has at most five connections.';
  if (depth > 3) return 'Connections of a bulk query lie in each other at most two levels deep.';
  return undefined;
}

function measure(schema: GraphQLSchema, document: DocumentNode) {
  const typeInfo = new TypeInfo(schema);
  const found = { connections: 0, depth: 0, roots: 0 };
  let depth = 0;
  const isConnection = () => {
    const type = typeInfo.getType();
    return type !== undefined && type !== null && getNamedType(type).name.endsWith('Connection');
  };
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: {
        enter() {
          if (typeInfo.getParentType() === schema.getQueryType()) found.roots += 1;
          if (!isConnection()) return;
          found.connections += 1;
          depth += 1;
          found.depth = Math.max(found.depth, depth);
        },
        leave() {
          if (isConnection()) depth -= 1;
        },
      },
    }),
  );
  return found;
}

/** The lines of a result, made anew whenever they are asked for. */
export async function* linesOf(
  schema: GraphQLSchema,
  { store, query, order }: { store: Store; query: string; order: LineOrder },
): AsyncGenerator<string> {
  const later: string[] = [];
  if (order === 'before') {
    for await (const { own, children } of entities(schema, store, query)) {
      yield* children;
      later.push(own);
    }
    yield* later;
    return;
  }
  for await (const { own, children } of entities(schema, store, query)) {
    yield own;
    if (order === 'grouped') yield* children;
    else later.push(...children);
  }
  yield* shuffle(later);
}

/** Far from those that they lay beside, and in the order that they had among them within a product. */
function shuffle(lines: readonly string[]): string[] {
  const stride = Math.max(2, Math.ceil(Math.sqrt(lines.length)));
  return Array.from({ length: stride }, (_, start) =>
    lines.filter((_line, index) => Math.floor(index / stride) % stride === start),
  ).flat();
}

async function* entities(schema: GraphQLSchema, store: Store, query: string) {
  const rootValue = catalogOf(store);
  const document = parse(query);
  const isOfProducts = query.includes('products(');
  const count = isOfProducts ? (store.products?.count ?? 0) : 1;
  for (let from = 1; from <= count; from += WINDOW) {
    const window = { from, to: Math.min(count, from + WINDOW - 1) };
    const { data, errors } = await execute({ schema, document, rootValue, contextValue: { window } });
    if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'));
    for (const node of nodesIn(Object.values(data ?? {})[0])) yield toLines(node);
  }
}

function toLines(node: Row): { own: string; children: string[] } {
  const own = Object.entries(node).filter(([, value]) => !isConnection(value));
  const children = Object.values(node).filter(isConnection).flatMap(nodesIn);
  return {
    own: JSON.stringify(Object.fromEntries(own)),
    children: children.map((child) => JSON.stringify({ ...child, __parentId: node['id'] })),
  };
}

function isConnection(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'edges' in value;
}

function nodesIn(connection: unknown): Row[] {
  return (connection as { edges: { node: Row }[] }).edges.map(({ node }) => node);
}
