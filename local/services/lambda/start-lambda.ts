import { ThrottledError, type Invoke } from '../../lambda/function-definition.ts';
import { AwsError } from '../protocol/aws-error.ts';
import { startEndpoint, type Answer } from '../protocol/endpoint.ts';
import type { StartedService } from '../protocol/started-service.ts';

/** Lambda's limit for what a function is invoked with, and for its answer. */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

export interface LambdaOptions {
  /** Throws when there is no such function. */
  readonly invoke: Invoke;
  readonly isFunction: (name: string) => boolean;
  readonly port?: number;
}

/** Lambda's Invoke, for functions that invoke others and wait for the answer. */
export async function startLambda({ port = 0, ...functions }: LambdaOptions): Promise<StartedService> {
  return startEndpoint('Lambda', port, answerInvoke(functions));
}

function answerInvoke({ invoke, isFunction }: Pick<LambdaOptions, 'invoke' | 'isFunction'>): Answer {
  return async ({ method, url, headers, body }) => {
    const [, given] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(url.pathname) ?? [];
    if (method !== 'POST' || given === undefined) {
      const asked = `${method} ${url.pathname}`;
      throw new AwsError('UnknownOperationException', `The operation ${asked} is not supported here.`, 404);
    }
    const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (type !== 'RequestResponse') {
      throw new AwsError(
        'InvalidParameterValueException',
        `InvocationType ${String(type)} is not supported here.`,
      );
    }
    // A name, or an ARN that ends with it.
    const name = decodeURIComponent(given).split(':').at(-1) ?? '';
    if (!isFunction(name))
      throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
    if (Buffer.byteLength(body) > MAX_PAYLOAD_BYTES) {
      throw new AwsError(
        'RequestTooLargeException',
        `Request must be smaller than ${MAX_PAYLOAD_BYTES} bytes.`,
        413,
      );
    }
    const { payload, functionError } = await invoke(name, body === '' ? '{}' : body).catch(throttled);
    return {
      status: 200,
      contentType: 'application/json',
      body: payload,
      headers: {
        'x-amz-executed-version': '$LATEST',
        ...(functionError === undefined ? {} : { 'x-amz-function-error': functionError }),
      },
    };
  };
}

function throttled(error: unknown): never {
  if (!(error instanceof ThrottledError)) throw error;
  throw new AwsError('TooManyRequestsException', error.message, 429);
}
