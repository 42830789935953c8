import { InvalidInputError } from '../core/foundation/errors.ts';
import type { RecordSource } from '../core/runs/ports.ts';
import type { ConnectedSourceType } from '../core/sources/source-types.ts';
import type { SourceConnector, SourceContext } from './contract/source-connector.ts';

/** A connector whose input is checked when it is given: what the registry can hold whatever the input's type. */
export type RegisteredSource = Omit<SourceConnector<unknown>, 'inputSchema'>;

/**
 * Every source type there is. A new connector is one line here, one in `core/sources/source-types.ts` and its folder under
 * `sources/`: without one of the three this does not compile. Each is loaded when it is first needed, so that a vendor's
 * library costs the others nothing.
 */
const sourceConnectors: Readonly<Record<ConnectedSourceType, () => Promise<RegisteredSource>>> = {
  algoliaIndex: async () =>
    register((await import('./sources/algolia-index/index.ts')).algoliaIndexConnector),
  bigcommerce: async () => register((await import('./sources/bigcommerce/index.ts')).bigcommerceConnector),
  bigquery: async () => register((await import('./sources/bigquery/index.ts')).bigqueryConnector),
  commercetools: async () =>
    register((await import('./sources/commercetools/index.ts')).commercetoolsConnector),
  csv: async () => register((await import('./sources/csv/index.ts')).csvConnector),
  docker: async () => register((await import('./sources/docker/index.ts')).dockerConnector),
  ga4BigqueryExport: async () =>
    register((await import('./sources/ga4-bigquery-export/index.ts')).ga4BigqueryExportConnector),
  json: async () => register((await import('./sources/json/index.ts')).jsonConnector),
  shopify: async () => register((await import('./sources/shopify/index.ts')).shopifyConnector),
};

/** The connector of a type; an unknown type is an `InvalidInputError` that names it. */
export async function findSourceConnector(type: string): Promise<RegisteredSource> {
  const found = Object.entries(sourceConnectors).find(([name]) => name === type);
  if (found !== undefined) return found[1]();
  const known = Object.keys(sourceConnectors).join(', ');
  throw new InvalidInputError(
    'source.unknown_type',
    `There is no source type ${JSON.stringify(type)}; there are ${known}.`,
  );
}

/** Opens a source of whatever type for one run. Nothing is requested before it is read. */
export async function openSource(type: string, context: SourceContext<unknown>): Promise<RecordSource> {
  return (await findSourceConnector(type)).open(context);
}

function register<Input>(connector: SourceConnector<Input>): RegisteredSource {
  const { discover, plan, webhooks } = connector;
  return {
    type: connector.type,
    authenticationTypes: connector.authenticationTypes,
    open: (context) => connector.open(accept(connector, context)),
    check: async (context, signal) => connector.check(accept(connector, context), signal),
    ...(discover && {
      discover: async (context, signal) => discover(accept(connector, context), signal),
    }),
    ...(plan && { plan: async (context, signal) => plan(accept(connector, context), signal) }),
    ...(webhooks && {
      webhooks: {
        register: async (context, hook, signal) =>
          webhooks.register(accept(connector, context), hook, signal),
        remove: async (context, hook, signal) => webhooks.remove(accept(connector, context), hook, signal),
      },
    }),
  };
}

/** Checks the input as the connector understands it; errors name the field and never the value. */
function accept<Input>(
  connector: SourceConnector<Input>,
  context: SourceContext<unknown>,
): SourceContext<Input> {
  const { success, data, error } = connector.inputSchema.safeParse(context.input);
  if (success) return { ...context, input: data };
  const details = error.issues.map(({ path, message }) => ({
    label: ['input', ...path.map(String)].join('.'),
    message,
  }));
  const [first] = details;
  throw new InvalidInputError(
    'source.invalid_input',
    `The input of the ${connector.type} source cannot be used: ${first?.label}: ${first?.message}.`,
    { details },
  );
}
