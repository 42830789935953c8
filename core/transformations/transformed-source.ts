import type { RecordBatch } from '../records/record-batch.ts';
import type { RecordSource } from '../runs/ports.ts';
import { transformBatch } from './transform-batch.ts';
import type { TransformStage } from './transform-stage.ts';

/** Batches that are transformed at once, while those before them are written. */
const BATCHES_AHEAD = 4;

/** The source with each of its records transformed, in its order. Its errors come after what it read before them. */
export function createTransformedSource(source: RecordSource, stage: TransformStage): RecordSource {
  return {
    async *read(cursor, signal) {
      const batches = source.read(cursor, signal)[Symbol.asyncIterator]();
      const ahead: Promise<RecordBatch[]>[] = [];
      const reading = { hasEnded: false };
      const takeNext = async () => {
        try {
          const next = await batches.next();
          if (next.done === true) reading.hasEnded = true;
          else ahead.push(quiet(transformBatch(stage, next.value, signal)));
        } catch (error) {
          reading.hasEnded = true;
          ahead.push(quiet(Promise.reject(error)));
        }
      };
      try {
        for (;;) {
          while (!reading.hasEnded && ahead.length < BATCHES_AHEAD) await takeNext();
          const first = ahead.shift();
          if (first === undefined) return;
          yield* await first;
        }
      } finally {
        await batches.return?.();
      }
    },
  };
}

/** Its failure is heard of when its turn comes; until then it is not an unhandled one. */
function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined);
  return promise;
}
