/**
 * What AWS's runtime is to a deployed function: loads the handler that `_HANDLER` names from the deployed bundle, then
 * asks the Lambda Runtime API for one invocation after the other. Plain JavaScript, because stripping types would cost
 * each cold start 30 ms. Ends when its parent does: the parent holds the other end of stdin.
 */
import { Agent, request } from 'node:http';
import { access } from 'node:fs/promises';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

const [, , compileCacheDirectory] = process.argv;
const runtimeApi = new URL(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`);
// One connection: whatever happens here, the runtime sees it break.
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let activeRequestID;

process.stdin.resume();
process.stdin.on('close', () => process.exit(0));
process.on('uncaughtException', (error) => endWith(error, 'Runtime.UncaughtException'));
process.on('unhandledRejection', (error) => endWith(error, 'Runtime.UnhandledPromiseRejection'));

if (compileCacheDirectory) enableCompileCache(compileCacheDirectory);
const handler = await loadHandler();
if (compileCacheDirectory) setImmediate(flushCompileCache);
for (;;) await serveOne();

async function loadHandler() {
  try {
    const [file, name] = splitHandler(process.env._HANDLER);
    const loaded = await import(pathToFileURL(await findModule(file)).href);
    if (typeof loaded[name] !== 'function')
      throw new Error(`${process.env._HANDLER} is undefined or not exported`);
    return loaded[name];
  } catch (error) {
    print(error);
    await call('POST', '/init/error', errorPayload(error), {
      'lambda-runtime-function-error-type': 'Runtime.InitError',
    });
    process.exit(1);
  }
}

function splitHandler(text) {
  const dot = text.lastIndexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}

async function findModule(file) {
  for (const extension of ['.mjs', '.js', '.cjs']) {
    const path = join(process.env.LAMBDA_TASK_ROOT, file + extension);
    const found = await access(path).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw new Error(`Cannot find module '${file}' in ${process.env.LAMBDA_TASK_ROOT}`);
}

async function serveOne() {
  const { headers, body } = await call('GET', '/invocation/next');
  const requestID = headers['lambda-runtime-aws-request-id'];
  activeRequestID = requestID;
  process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] ?? '';
  try {
    const result = await handler(JSON.parse(body), contextOf(headers, requestID));
    await call(
      'POST',
      `/invocation/${requestID}/response`,
      JSON.stringify(result === undefined ? null : result),
    );
  } catch (error) {
    print(error);
    await reportError(requestID, error, 'Unhandled');
  }
  activeRequestID = undefined;
}

function contextOf(headers, requestID) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: requestID,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

function reportError(requestID, error, type) {
  return call('POST', `/invocation/${requestID}/error`, errorPayload(error), {
    'lambda-runtime-function-error-type': type,
  });
}

function print(error) {
  process.stderr.write(`${inspect(error)}\n`);
}

function errorPayload(error) {
  const isError = error instanceof Error;
  return JSON.stringify({
    errorType: isError ? error.name : typeof error,
    errorMessage: isError ? error.message : String(error),
    trace: isError ? String(error.stack).split('\n') : [],
  });
}

async function endWith(error, type) {
  print(error);
  if (activeRequestID) await reportError(activeRequestID, error, type);
  process.exit(128);
}

function call(method, path, body, headers = {}) {
  return new Promise((resolve) => {
    const outgoing = request(
      {
        agent,
        method,
        host: runtimeApi.hostname,
        port: runtimeApi.port,
        path: runtimeApi.pathname + path,
        headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (incoming) => {
        const chunks = [];
        incoming.on('data', (chunk) => chunks.push(chunk));
        incoming.on('end', () =>
          resolve({ headers: incoming.headers, body: Buffer.concat(chunks).toString('utf8') }),
        );
        // Without its runtime a function has nothing to live for.
        incoming.on('error', () => process.exit(1));
      },
    );
    outgoing.on('error', () => process.exit(1));
    outgoing.end(body);
  });
}
