import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import { ACCESS_ADVICE, describeUserErrors } from './graphql-answer.ts';
import type { ShopifyApi } from './shopify-api.ts';

/** What Shopify says where an operation has to wait for others. */
const BUSY_CODES: ReadonlySet<string> = new Set(['OPERATION_IN_PROGRESS', 'LIMIT_REACHED']);
const CANCEL_MILLISECONDS = 5_000;

const RUN = `mutation($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) { bulkOperation { id } userErrors { field message code } }
}`;
const STATUS = 'query($id: ID!) { bulkOperation(id: $id) { id status errorCode url fileSize } }';
const CANCEL = 'mutation($id: ID!) { bulkOperationCancel(id: $id) { userErrors { field message } } }';

const userErrorSchema = z.object({ message: z.string(), code: z.string().nullish() });
const startedSchema = z.object({
  bulkOperationRunQuery: z.object({
    bulkOperation: z.object({ id: z.string() }).nullish(),
    userErrors: z.array(userErrorSchema),
  }),
});
const statusSchema = z.object({
  bulkOperation: z
    .object({
      status: z.string(),
      errorCode: z.string().nullish(),
      url: z.string().nullish(),
      fileSize: z.coerce.number().nullish(),
    })
    .nullish(),
});
const cancelledSchema = z.object({ bulkOperationCancel: z.unknown() });

/** A file of lines; without a URL there is nothing in it. */
export interface BulkResult {
  readonly url?: string;
  readonly sizeBytes: number;
}

/** Has Shopify begin; nothing while it has others to finish first. */
export async function startOperation(
  api: ShopifyApi,
  query: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { data } = await api.query({ query: RUN, variables: { query }, schema: startedSchema, signal });
  const { bulkOperation, userErrors } = data.bulkOperationRunQuery;
  if (bulkOperation) return bulkOperation.id;
  if (userErrors.some(isBusy)) return undefined;
  const message = `Shopify refused the bulk operation that was to read the store. It says: ${describeUserErrors(userErrors)}`;
  throw new SourceError('source.query_refused', message);
}

/** The operation's result; nothing while it runs. Where there will be none, `source.changed`: another has to be started. */
export async function findResult(
  api: ShopifyApi,
  id: string,
  signal: AbortSignal,
): Promise<BulkResult | undefined> {
  const { data } = await api.query({ query: STATUS, variables: { id }, schema: statusSchema, signal });
  const { status, errorCode, url, fileSize } = data.bulkOperation ?? { status: 'GONE' };
  switch (status) {
    case 'CREATED':
    case 'RUNNING':
    case 'CANCELING':
      return undefined;
    case 'COMPLETED':
      return { ...(url && { url }), sizeBytes: fileSize ?? 0 };
    case 'FAILED':
      throw failed(errorCode ?? 'no reason');
    default:
      throw changed(`The bulk operation that was to read the store is ${status.toLowerCase()}`);
  }
}

/** Frees the place that the operation takes; it may have ended by now, and nobody waits for it. */
export async function cancelOperation(api: ShopifyApi, id: string): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_MILLISECONDS);
  await api
    .query({ query: CANCEL, variables: { id }, schema: cancelledSchema, signal })
    .catch(() => undefined);
}

/** The store has to be read by another operation. */
export function changed(what: string): SourceError {
  return new SourceError('source.changed', `${what}, so the store has to be read from the start.`, {
    disposition: 'retryable',
  });
}

function isBusy({ code, message }: z.infer<typeof userErrorSchema>): boolean {
  return BUSY_CODES.has(code ?? '') || /already in progress/i.test(message);
}

function failed(errorCode: string): SourceError {
  if (errorCode === 'ACCESS_DENIED') {
    const message = `Shopify refused access to what the bulk operation was to read. ${ACCESS_ADVICE}`;
    return new SourceError('source.access_denied', message);
  }
  return changed(`The bulk operation that was to read the store failed (${errorCode})`);
}
