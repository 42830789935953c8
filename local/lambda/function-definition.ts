/** A function of the template, with everything resolved. */
export interface FunctionDefinition {
  readonly name: string;
  /** Its folder in `lambdas/`: the name that people know it by. */
  readonly label: string;
  readonly arn: string;
  /** The deployed bundle: the very directory that `cdk deploy` would upload. */
  readonly bundleDirectory: string;
  /** `file.export`, as in `_HANDLER`. */
  readonly handler: string;
  readonly runtime: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** Most invocations at once, where the template reserves some. */
  readonly reservedConcurrency?: number | undefined;
}

/** What an invocation came to; with `functionError`, the payload is Lambda's error object. */
export interface InvokeResult {
  readonly payload: string;
  readonly functionError?: 'Unhandled';
}

/** Starts a function with a JSON event and waits for its answer. Rejects with `ThrottledError`, or for an unknown function. */
export type Invoke = (
  functionName: string,
  payload: string,
  options?: InvokeOptions,
) => Promise<InvokeResult>;

export interface InvokeOptions {
  /** How long to wait for a free process before the invocation is refused. */
  readonly maxWaitMilliseconds?: number;
}

/** No process became free in time: Lambda's 429. */
export class ThrottledError extends Error {
  constructor(functionName: string) {
    super(`Every process of ${functionName} is busy.`);
    this.name = 'ThrottledError';
  }
}

/** The answer of an invocation that ended without one of its own, in Lambda's words. */
export function failedResult(errorType: string, errorMessage: string): InvokeResult {
  return { payload: JSON.stringify({ errorType, errorMessage }), functionError: 'Unhandled' };
}
