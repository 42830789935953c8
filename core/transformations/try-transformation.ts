import { createHash } from 'node:crypto';

import type { Clock } from '../foundation/clock.ts';
import { applySteps } from './apply-steps.ts';
import { createMask } from './mask-secrets.ts';
import type { RunTransform, TransformResult } from './transform-message.ts';
import type { Procedure } from './transformation.ts';

/** What a sample record became: JSON texts, or why it failed, as a status code of HTTP would say it. */
export interface TriedTransformation {
  readonly payloads: string[];
  readonly error?: { readonly code: number; readonly message: string };
}

/** Runs a procedure on one record, with these secrets. */
export type TryTransformation = (attempt: {
  readonly appID: string;
  readonly procedure: Procedure;
  readonly sampleRecord: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}) => Promise<TriedTransformation>;

const STATUS_CODES: Readonly<Record<string, number>> = {
  'transform.timeout': 408,
  'transform.too_big': 413,
  'transform.memory': 413,
};
const FAILED = 422;
const NOT_LOADED = 400;

export function createTryTransformation(dependencies: {
  readonly runTransform: RunTransform;
  readonly clock: Clock;
}): TryTransformation {
  return async ({ appID, procedure, sampleRecord, secrets }) => {
    const record = JSON.stringify(sampleRecord);
    if (procedure.type === 'noCode') return toTried(applySteps(procedure.input.steps, record), String);
    const mask = createMask(Object.values(secrets));
    const nowMilliseconds = dependencies.clock.now().getTime();
    const answer = await dependencies.runTransform({
      key: keyOf(appID, 'try', procedure.input.code, JSON.stringify(secrets)),
      code: procedure.input.code,
      secrets: { ...secrets },
      nowMilliseconds,
      seed: nowMilliseconds | 0,
      records: [record],
    });
    if ('loadError' in answer) {
      return {
        payloads: [],
        error: { code: NOT_LOADED, message: mask(`The code cannot be loaded: ${answer.loadError}`) },
      };
    }
    const [result] = answer.results;
    return result === undefined ? { payloads: [] } : toTried(result, mask);
  };
}

/** Names whose code a process of the sandbox has seen; a digest, because the name travels. */
export function keyOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function toTried(result: TransformResult, mask: (text: string) => string): TriedTransformation {
  if ('outputs' in result) return { payloads: result.outputs };
  const { code, message } = result.error;
  return { payloads: [], error: { code: STATUS_CODES[code] ?? FAILED, message: mask(message) } };
}
