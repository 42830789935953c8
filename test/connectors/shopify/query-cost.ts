import {
  getNamedType,
  isCompositeType,
  isListType,
  getNullableType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
} from 'graphql';

export const MAX_QUERY_COST = 1_000;

/**
 * What a query costs before it is run, as https://shopify.dev/docs/api/usage/limits describes it: a point for an object,
 * connections by their size, ten for a mutation. The vendor's own sums are lower where connections lie in each other.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const typeInfo = new TypeInfo(schema);
  /** How often what is visited is there at most, and what it costs so far. */
  const factors = [1];
  let cost = 0;
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: {
        enter(field) {
          const type = typeInfo.getType();
          const factor = factors.at(-1) ?? 1;
          const isObject = type !== undefined && type !== null && isCompositeType(getNamedType(type));
          const isMutation = typeInfo.getParentType() === schema.getMutationType();
          if (isMutation) cost += 10;
          else if (isObject && !isWrapping(field)) cost += factor;
          const isIDs = isListType(type && getNullableType(type)) && field.name.value === 'nodes';
          factors.push(factor * (sizeOf(field, variables) ?? (isIDs ? idsIn(variables, field) : 1)));
        },
        leave() {
          factors.pop();
        },
      },
    }),
  );
  return cost;
}

function isWrapping({ name }: FieldNode): boolean {
  return ['edges', 'pageInfo'].includes(name.value);
}

function sizeOf({ arguments: given = [] }: FieldNode, variables: Readonly<Record<string, unknown>>) {
  const size = given.find(({ name }) => name.value === 'first')?.value;
  if (size?.kind === 'IntValue') return Number(size.value);
  return size?.kind === 'Variable' ? Number(variables[size.name.value]) : undefined;
}

function idsIn(variables: Readonly<Record<string, unknown>>, { arguments: given = [] }: FieldNode): number {
  return given.length === 0 ? 1 : ((variables['ids'] as unknown[] | undefined)?.length ?? 1);
}
