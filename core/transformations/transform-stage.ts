import { applySteps } from './apply-steps.ts';
import { readOutputs, type CheckedOutputs } from './read-outputs.ts';
import { TransformError } from './transform-error.ts';
import type { RunTransform, TransformLog, TransformResult } from './transform-message.ts';
import type { Procedure } from './transformation.ts';
import { createMask } from './mask-secrets.ts';
import { keyOf } from './try-transformation.ts';

/** JSON in JSON grows by its escapes, at worst to twice its size: an invocation may have 6 MB. */
const MAX_CHUNK_CHARACTERS = 1_500_000;
const MAX_CHUNK_RECORDS = 1_000;

/** Lines of console output that one call keeps. */
const MAX_LOGS = 50;

export interface TransformStageOptions {
  readonly appID: string;
  readonly transformationID: string;
  readonly procedure: Procedure;
  /** Opened: they reach the sandbox with each batch and nothing else. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The instant that the code sees as now: the run's or the push's creation, so that a repeat sees the same. */
  readonly at: Date;
  /** Stands for the run or push: random numbers differ between two of them, and repeat within one. */
  readonly runID: string;
  readonly runTransform: RunTransform;
}

/** A record to transform: its JSON text and its id. */
export interface StageInput {
  readonly json: string;
  readonly objectID: string;
}

export interface StageAnswer {
  /** One for each input, in order. */
  readonly outcomes: readonly CheckedOutputs[];
  readonly logs: readonly TransformLog[];
}

/** A destination's transformation, ready to be applied to the records of one run or push. */
export interface TransformStage {
  readonly transformationID: string;
  /**
   * Transforms records, however many. What goes wrong with one record is its outcome; a `TransformError` says that
   * nothing can be transformed, for good or for now.
   */
  transform(records: readonly StageInput[], signal: AbortSignal): Promise<StageAnswer>;
}

export function createTransformStage(options: TransformStageOptions): TransformStage {
  const { transformationID, procedure } = options;
  const run =
    procedure.type === 'code'
      ? createCodeRunner(options, procedure.input.code)
      : async (records: readonly StageInput[]) => ({
          results: records.map(({ json }) => applySteps(procedure.input.steps, json)),
          logs: [],
        });
  return {
    transformationID,
    async transform(records, signal) {
      const results: TransformResult[] = [];
      const logs: TransformLog[] = [];
      while (results.length < records.length) {
        signal.throwIfAborted();
        const answer = await run(records.slice(results.length), signal);
        results.push(...answer.results);
        logs.push(...answer.logs.slice(0, MAX_LOGS - logs.length));
      }
      const outcomes = records.map(({ objectID }, index) => readOutputs(results[index] ?? MISSING, objectID));
      return { outcomes, logs };
    },
  };
}

const MISSING: TransformResult = {
  error: { code: 'transform.failed', message: 'The record was not answered.' },
};

/** Runs the first so many records, at least one. */
type RunSome = (
  records: readonly StageInput[],
  signal: AbortSignal,
) => Promise<{ results: readonly TransformResult[]; logs: readonly TransformLog[] }>;

function createCodeRunner(options: TransformStageOptions, code: string): RunSome {
  const { appID, transformationID, runTransform } = options;
  const secrets = { ...options.secrets };
  // Another version of the code, or other secrets, are another process's.
  const key = keyOf(appID, transformationID, code, JSON.stringify(secrets));
  const mask = createMask(Object.values(secrets));
  const seed = Number.parseInt(keyOf(options.runID).slice(0, 8), 16) | 0;
  return async (records, signal) => {
    const chunk = takeChunk(records);
    const answer = await runTransform(
      { key, code, secrets, nowMilliseconds: options.at.getTime(), seed, records: chunk },
      signal,
    );
    if ('loadError' in answer) {
      throw new TransformError(
        'transform.not_loaded',
        `The code of the transformation ${transformationID} cannot be loaded: ${mask(answer.loadError)}.`,
      );
    }
    return {
      results: answer.results.slice(0, chunk.length).map((result) => inWords(result, mask)),
      logs: answer.logs.map(({ level, message }) => ({ level, message: mask(message) })),
    };
  };
}

function takeChunk(records: readonly StageInput[]): string[] {
  const chunk: string[] = [];
  let characters = 0;
  for (const { json } of records) {
    characters += json.length;
    if (chunk.length > 0 && (characters > MAX_CHUNK_CHARACTERS || chunk.length >= MAX_CHUNK_RECORDS)) break;
    chunk.push(json);
  }
  return chunk;
}

function inWords(result: TransformResult, mask: (text: string) => string): TransformResult {
  if (!('error' in result)) return result;
  const { code, message } = result.error;
  return { error: { code, message: `The transformation failed: ${mask(message)}`.slice(0, 500) } };
}
