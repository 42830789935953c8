import { AwsError } from './aws-error.ts';
import type { Answer } from './endpoint.ts';
import type { Operation } from './operation.ts';

export interface JsonService {
  /** What stands before the operation in `X-Amz-Target`, without the dot. */
  readonly targetPrefix: string;
  readonly version: '1.0' | '1.1';
  readonly operations: Readonly<Record<string, Operation>>;
  /** Puts errors in the service's own words. */
  readonly translateError?: (error: AwsError) => AwsError;
}

/** AWS's JSON protocols: everything is a POST to `/` whose `X-Amz-Target` names the operation. */
export function answerJsonProtocol(service: JsonService): Answer {
  return async (request, call) => {
    try {
      const [prefix, name = ''] = request.target.split('.');
      const run = prefix === service.targetPrefix && Object.hasOwn(service.operations, name);
      const operation = run ? service.operations[name] : undefined;
      if (operation === undefined) {
        throw new AwsError(
          'UnknownOperationException',
          `The operation ${request.target} is not supported here.`,
        );
      }
      const output = await operation(parseJson(request.body), call);
      return {
        status: 200,
        contentType: `application/x-amz-json-${service.version}`,
        body: JSON.stringify(output),
      };
    } catch (error) {
      throw error instanceof AwsError && service.translateError ? service.translateError(error) : error;
    }
  };
}

/** The request's JSON; an empty body is an empty object. */
export function parseJson(body: string): unknown {
  if (body === '') return {};
  try {
    return JSON.parse(body);
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON.');
  }
}
