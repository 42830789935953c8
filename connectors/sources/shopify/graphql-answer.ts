import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import { costSchema, type QueryCost } from './cost-bucket.ts';

/** Of Shopify's own words in an error. */
const MAX_SAID_LENGTH = 300;

export const ACCESS_ADVICE =
  'Check the access token of the authentication, the shopURL of the source, and that the app has the scopes ' +
  'read_products and read_inventory, and read_translations where the task names locales.';

const errorSchema = z.object({
  message: z.string(),
  extensions: z.object({ code: z.string().optional() }).optional(),
});
type GraphqlError = z.infer<typeof errorSchema>;

const answerSchema = z.object({
  data: z.unknown().optional(),
  // Where the request itself cannot be taken, Shopify answers with one sentence.
  errors: z.union([z.array(errorSchema), z.string()]).optional(),
  extensions: z.object({ cost: costSchema.optional().catch(undefined) }).optional(),
});

interface GraphqlAnswer {
  readonly data: unknown;
  readonly cost: QueryCost | undefined;
  readonly error: SourceError | undefined;
  readonly isThrottled: boolean;
}

/** Takes an answer apart; what is wrong with it is told as the run's error. */
export function readAnswer(body: unknown): GraphqlAnswer {
  const { success, data: answer } = answerSchema.safeParse(body);
  if (!success) throw invalidAnswer('a body');
  const errors = errorsOf(answer);
  const codes = new Set(errors.map((error) => error.extensions?.code));
  return {
    data: answer.data,
    cost: answer.extensions?.cost,
    error: errors.length === 0 ? undefined : toSourceError(errors, codes),
    isThrottled: codes.has('THROTTLED'),
  };
}

/** What Shopify says in a refusal, which has the form of an answer. */
export function messageOf(text: string): string | undefined {
  try {
    return describeUserErrors(errorsOf(answerSchema.parse(JSON.parse(text))));
  } catch {
    return undefined;
  }
}

/** Checks what was asked for. */
export function parseData<Data>(schema: z.ZodType<Data>, data: unknown): Data {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw invalidAnswer(`a ${parsed.error.issues[0]?.path.join('.') || 'body'}`);
}

/** What Shopify says of a mutation that it did not carry out. */
export function describeUserErrors(errors: readonly { readonly message: string }[]): string {
  return errors
    .map(({ message }) => message)
    .join(' ')
    .slice(0, MAX_SAID_LENGTH);
}

function errorsOf({ errors = [] }: z.infer<typeof answerSchema>): readonly GraphqlError[] {
  return typeof errors === 'string' ? [{ message: errors }] : errors;
}

function toSourceError(errors: readonly GraphqlError[], codes: ReadonlySet<string | undefined>): SourceError {
  const says = `It says: ${describeUserErrors(errors)}`;
  if (codes.has('THROTTLED')) {
    const message = `Shopify wants cheaper queries, and did so for as long as was waited. ${says}`;
    return new SourceError('source.rate_limited', message, { disposition: 'retryable' });
  }
  if (codes.has('MAX_COST_EXCEEDED'))
    return new SourceError('source.query_too_costly', `Shopify refused a query as too costly. ${says}`);
  if (codes.has('ACCESS_DENIED'))
    return new SourceError('source.access_denied', `Shopify refused access. ${ACCESS_ADVICE} ${says}`);
  if (codes.has('SHOP_INACTIVE'))
    return new SourceError('source.access_denied', `The store is not active. ${says}`);
  if (codes.has('INTERNAL_SERVER_ERROR') || codes.has('TIMEOUT')) {
    const message = `Shopify has a problem of its own. ${says}`;
    return new SourceError('source.server_error', message, { disposition: 'retryable' });
  }
  return new SourceError('source.query_refused', `Shopify refused a query. ${says}`);
}

function invalidAnswer(what: string): SourceError {
  return new SourceError('source.invalid_answer', `Shopify answered with ${what} that is not as documented.`);
}
