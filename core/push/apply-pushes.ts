import { MillraceError } from '../foundation/errors.ts';
import { DestinationError } from '../runs/destination-error.ts';
import { EngineFaultError } from '../runs/engine-fault-error.ts';
import { isEnded, type Run } from '../runs/run.ts';
import { RunJournal } from '../runs/run-journal.ts';
import { failureOf, finishRun } from '../runs/settle-run.ts';
import { TransformError } from '../transformations/transform-error.ts';
import type { PushDestination, PushReceipt } from './push-destination.ts';
import { dropFromLine, leaveLine, type WaitingPush } from './push-line.ts';
import { readPayload } from './push-records.ts';
import { settlePush } from './settle-push.ts';
import type { PushWork } from './push-work.ts';

const FIRST_DELAY_MILLISECONDS = 1_000;
const MAX_DELAY_MILLISECONDS = 30_000;

/** The function would end before the next try: what waits is for the next one. */
export class OutOfTimeError extends MillraceError {
  readonly disposition = 'retryable';
}

type Push = NonNullable<Run['push']>;

interface Written {
  readonly destination: PushDestination;
  readonly receipt: PushReceipt;
}

/** A push that was sent, or cannot be. */
interface BegunPush {
  readonly journal: RunJournal;
  readonly push: Push;
  readonly result: Written | MillraceError;
}

/** Writes some pushes in their order, then waits until each is published, and ends it. */
export async function applyPushes(work: PushWork, waiting: readonly WaitingPush[]): Promise<void> {
  const { engine, ports, line } = work;
  const begun: BegunPush[] = [];
  for (const entry of waiting) {
    const run = await engine.runStore.get(line.appID, entry.runID);
    if (run?.push === undefined || isEnded(run)) await dropFromLine(ports.table, line, entry);
    else begun.push(await begin(work, run, run.push));
  }
  for (const push of begun) await end(work, push);
  for (const push of begun) await tidyUp(work, push);
}

async function begin(work: PushWork, run: Run, push: Push): Promise<BegunPush> {
  const { engine, lease } = work;
  const journal = new RunJournal(engine, run, lease);
  await journal.commit({
    status: 'started',
    startedAt: run.startedAt ?? engine.clock.now().toISOString(),
    fence: lease.current.fence,
    attempts: run.attempts + 1,
    stalls: run.stalls + 1,
  });
  const result = await orFailure(work, async () => {
    if (run.stalls >= engine.settings.maxStalls) {
      throw new EngineFaultError(
        'run.stalled',
        `The push was taken up ${run.stalls} times and never got further.`,
      );
    }
    const destination = await work.ports.openDestination(run);
    return { destination, receipt: await write(work, push, destination) };
  });
  return { journal, push, result };
}

async function write(work: PushWork, push: Push, destination: PushDestination): Promise<PushReceipt> {
  const { lease, ports } = work;
  const batch = readPayload(await payloadOf(ports, push));
  const takesNone = push.action === 'delete' || push.action === 'clear';
  if (batch.count === 0 && !takesNone) return { accepted: 0, rejected: [], publications: [] };
  return withRetries(work, () => {
    lease.assertHeld();
    return destination.write(batch, lease.signal);
  });
}

async function payloadOf({ payloads }: PushWork['ports'], { payloadKey }: Push): Promise<Uint8Array> {
  if (payloadKey === undefined) return new Uint8Array();
  const payload = await payloads.read(payloadKey);
  if (payload !== undefined) return payload;
  throw new EngineFaultError(
    'push.payload_lost',
    'The records were kept for so long that they expired before the index could be written.',
  );
}

async function end(work: PushWork, { journal, push, result }: BegunPush): Promise<void> {
  const also = leaveLine(work.ports.table.tableName, journal.run);
  const published =
    result instanceof MillraceError
      ? result
      : await orFailure(work, async () => {
          const { destination, receipt } = result;
          await withRetries(work, () =>
            destination.waitForPublication(receipt.publications, work.lease.signal),
          );
          return receipt;
        });
  const scope = { engine: work.engine, journal };
  if (published instanceof MillraceError) {
    const [settlement, note] = failureOf(journal.run, published);
    return finishRun(scope, settlement, [{ ...note, eventID: push.eventID }], { also });
  }
  const { counts, settlement, notes } = settlePush(journal.run, push, published);
  const { rejected } = published;
  const { rejectedRecords } = work.engine;
  const kept =
    rejected.length === 0
      ? {}
      : { rejectedKept: await rejectedRecords.keep(journal.run, work.lease.current, rejected) };
  return finishRun(scope, settlement, notes, { changes: { counts, ...kept }, also });
}

/** The event is there; what is left is done again by the sweep, or by the payload's expiry. */
async function tidyUp({ engine, ports }: PushWork, { journal, push }: BegunPush): Promise<void> {
  const { run } = journal;
  try {
    await engine.handOff(run);
    if (push.payloadKey !== undefined) await ports.payloads.delete(push.payloadKey);
  } catch (error) {
    engine.log.error('A push that was applied could not be tidied up', error, { runID: run.runID });
  }
}

/** What ends this push and no other: the owner can act on it, or trying again would not help. */
async function orFailure<Result>(
  { lease }: PushWork,
  act: () => Promise<Result>,
): Promise<Result | MillraceError> {
  try {
    return await act();
  } catch (error) {
    lease.signal.throwIfAborted();
    const isOfThePush =
      error instanceof DestinationError ||
      error instanceof TransformError ||
      (error instanceof MillraceError && error.disposition === 'fatal');
    if (isOfThePush) return error;
    throw error;
  }
}

/** Tries again while the destination says that it may pass: later pushes wait, since they must not overtake. */
async function withRetries<Result>(work: PushWork, act: () => Promise<Result>): Promise<Result> {
  const { engine, lease } = work;
  const reserve = engine.settings.sliceReserveSeconds * 1000;
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      lease.signal.throwIfAborted();
      const isKnown = error instanceof DestinationError || error instanceof TransformError;
      const mayPass = isKnown && error.disposition === 'retryable';
      if (!mayPass || tries >= engine.settings.maxTries) throw error;
      const longest = Math.min(MAX_DELAY_MILLISECONDS, FIRST_DELAY_MILLISECONDS * 2 ** (tries - 1));
      const milliseconds = Math.round(engine.random() * longest);
      if (work.remainingMilliseconds() < milliseconds + reserve) {
        throw new OutOfTimeError('push.out_of_time', 'The push goes on in the next slice.', { cause: error });
      }
      await engine.clock.sleep(milliseconds, lease.signal);
    }
  }
}
