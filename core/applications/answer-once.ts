import { createHmac } from 'node:crypto';

import type { Clock } from '../foundation/clock.ts';
import { ConflictError, MillraceError } from '../foundation/errors.ts';
import { deriveID } from '../foundation/ids.ts';
import type { Secret } from '../foundation/secret.ts';
import { openAnswer, sealAnswer } from './answer-seal.ts';
import type { Claim, IdempotencyStore, StoredClaim } from './idempotency-store.ts';

/** DynamoDB keeps items of at most 400 KB. */
const MAX_KEPT_BYTES = 300_000;

/** A request that brought an Idempotency-Key. */
export interface KeyedRequest {
  readonly appID: string;
  readonly operationID: string;
  readonly idempotencyKey: string;
  /** What must be the same in a repeat, piece by piece: method, path, query, body. */
  readonly content: readonly (string | Uint8Array)[];
  /** The answer holds a secret and is kept sealed under this key of the caller. */
  readonly sealUnder: Secret | undefined;
}

interface OnceAnswered {
  readonly text: string;
  readonly isReplay: boolean;
}

/**
 * Answers a request once: for 24 hours a repeat gets the first answer. `answer` is given the ID for what it makes, the
 * same for every repeat, so that one whose predecessor died before its answer was kept finds what that one made.
 * What was refused made nothing, and leaves the key free for the corrected request.
 */
export type AnswerOnce = (
  request: KeyedRequest,
  answer: (freshID: string) => Promise<string>,
) => Promise<OnceAnswered>;

export function createAnswerOnce(dependencies: {
  readonly store: IdempotencyStore;
  readonly clock: Clock;
}): AnswerOnce {
  const { store, clock } = dependencies;
  return async (request, answer) => {
    const { appID, operationID, idempotencyKey } = request;
    const partition = `${appID}#idempotency#${deriveID(operationID, idempotencyKey)}`;
    const found = await store.claim(partition, fingerprintOf(request));
    if (!('partition' in found)) {
      const kept = readKept(found, request, partition);
      if (kept !== undefined) return { text: kept, isReplay: true };
      if (found.lockedUntil > clock.now().getTime()) throw inFlight();
    }
    const claim = 'partition' in found ? found : await store.takeOver(partition, found);
    if (claim === undefined) throw inFlight();
    const freshID = deriveID(appID, operationID, idempotencyKey, claim.claimedAt);
    const text = await answerUnder(claim, store, () => answer(freshID));
    await store.complete(claim, toKept(text, request, partition));
    return { text, isReplay: false };
  };
}

async function answerUnder(
  claim: Claim,
  store: IdempotencyStore,
  answer: () => Promise<string>,
): Promise<string> {
  try {
    return await answer();
  } catch (error) {
    const isRefused = error instanceof MillraceError && error.disposition === 'fatal';
    // The one that died may have made something, even if this one is refused.
    if (isRefused && !claim.isTakenOver) await store.forget(claim);
    else await store.unlock(claim);
    throw error;
  }
}

/** The answer that was kept; nothing while there is none. */
function readKept(stored: StoredClaim, request: KeyedRequest, place: string): string | undefined {
  if (stored.fingerprint !== fingerprintOf(request)) {
    throw new ConflictError(
      'idempotency.other_request',
      'This Idempotency-Key was used for another request: a repeat must be the same, a new request needs a new key.',
    );
  }
  if (stored.isDone !== true) return undefined;
  const { answer } = stored;
  const text =
    answer !== undefined && request.sealUnder !== undefined
      ? openAnswer(answer, request.sealUnder, place)
      : answer;
  if (text !== undefined) return text;
  throw new ConflictError(
    'idempotency.answer_not_kept',
    'The request under this Idempotency-Key succeeded, but its answer can only be repeated to the API key that ' +
      'made it, and if it was not too long to be kept.',
  );
}

function toKept(text: string, { sealUnder }: KeyedRequest, place: string): string | undefined {
  if (Buffer.byteLength(text) > MAX_KEPT_BYTES) return undefined;
  return sealUnder === undefined ? text : sealAnswer(text, sealUnder, place);
}

/** Under the key, which is not stored: the table does not help to guess the secrets in a body. */
function fingerprintOf({ idempotencyKey, content }: KeyedRequest): string {
  const hmac = createHmac('sha256', idempotencyKey);
  for (const part of content) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
  return hmac.digest('base64');
}

function inFlight(): ConflictError {
  return new ConflictError(
    'idempotency.in_flight',
    'The first request under this Idempotency-Key is still being answered: repeat it in a moment.',
    { retryAfterSeconds: 1 },
  );
}
