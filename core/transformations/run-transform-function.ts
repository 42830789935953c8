import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

import { TransformError } from './transform-error.ts';
import { transformAnswerSchema, type RunTransform, type TransformAnswer } from './transform-message.ts';

/** Runs batches in the function of that name. The client is made on first use: few requests and runs need it. */
export function createRunTransform(functionName: string): RunTransform {
  let client: LambdaClient | undefined;
  return async (request, signal) => {
    client ??= new LambdaClient({});
    const command = new InvokeCommand({
      FunctionName: functionName,
      Payload: Buffer.from(JSON.stringify(request)),
    });
    const options = signal === undefined ? {} : { abortSignal: signal };
    const answer = await client.send(command, options).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw unavailable(error);
    });
    if (answer.FunctionError !== undefined) {
      throw unavailable(new Error(`run-transform: ${answer.FunctionError}`));
    }
    return readAnswer(Buffer.from(answer.Payload ?? []).toString('utf8'));
  };
}

/** The answer was made beside strangers' code: it is checked like any input. */
function readAnswer(text: string): TransformAnswer {
  try {
    const json: unknown = JSON.parse(text);
    return transformAnswerSchema.parse(json);
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(cause: unknown): TransformError {
  return new TransformError('transform.unavailable', 'The transformation could not be run for now.', {
    cause,
    disposition: 'retryable',
  });
}
