import { createHash, type Hash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { BatchBuilder } from '../../../core/records/batch-builder.ts';
import { keepText } from '../../../core/records/kept-content.ts';
import type { RecordBatch } from '../../../core/records/record-batch.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import type { BatchLimits } from '../../../core/runs/ports.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import { writeRecord, type ScannedRecord } from '../json/json-record-writer.ts';
import { changed, type DockerCursor } from './docker-cursor.ts';
import { connectorFault } from './connector-fault.ts';
import { leaveOutOthers } from './leave-out-others.ts';
import { MessageScanner, type Span } from './message-scanner.ts';
import type { Protocol, SelectedStream } from './protocol.ts';
import { createMakeID, type MakeID } from './record-key.ts';

/** How much is looked at of a line that cannot be read, and shown. */
const LOOK_CHARACTERS = 1_000;
const RECORD_TYPE = /^\s*\{.*"RECORD"/iu;
const MAX_STATE_BYTES = 4 * 1024 * 1024;

interface ReadStream {
  readonly selected: SelectedStream;
  readonly makeID: MakeID;
  keyPaths: readonly (readonly string[])[];
  /** Records have come that no state covers. */
  isUncovered: boolean;
  isIncomplete: boolean;
}

export interface StreamReaderOptions {
  readonly protocol: Protocol;
  readonly selected: readonly SelectedStream[];
  readonly taskID: string;
  readonly limits: BatchLimits;
  /** Where the connector was started, with the state that it was given. */
  readonly place: DockerCursor;
  readonly state: string;
  /** Keeps a state; what it resolves with fits into a cursor. */
  readonly keepState: (state: string) => Promise<string>;
  /** Keeps what the connector says beside its messages. */
  readonly note: (text: string) => void;
  readonly blot: (text: string) => string;
}

/**
 * Makes batches of a connector's lines. The cursor of a batch holds the last state that came before the batch's end, and
 * which records came after it: those are read again and passed over, and must be the same.
 */
export class StreamReader {
  readonly #options: StreamReaderOptions;
  readonly #scanner = new MessageScanner();
  readonly #batch: BatchBuilder;
  readonly #streams: ReadonlyMap<string, ReadStream>;
  #state: string;
  #keptState: { text: string; kept: string };
  #hasProgressed = false;
  #hasRejected = false;
  /** Records since the state, those passed over too, and their digest. */
  #since = 0;
  #digest = createHash('sha256');
  #records: number;
  /** Of those to be passed over: how many are left, and the digest of those that were. */
  #toSkip: number;
  readonly #skipped: Hash = createHash('sha256');
  #fault: SourceError | undefined;

  constructor(options: StreamReaderOptions) {
    const { limits, place, selected, state, taskID } = options;
    this.#options = options;
    this.#batch = new BatchBuilder(limits);
    this.#state = state;
    this.#keptState = { text: state, kept: place.state };
    this.#records = place.records;
    this.#toSkip = place.since;
    this.#streams = new Map(
      selected.map((each) => [
        each.stream.recordName,
        {
          selected: each,
          makeID: createMakeID(taskID, each, selected.length > 1),
          keyPaths: each.stream.keyPaths,
          isUncovered: false,
          isIncomplete: false,
        },
      ]),
    );
  }

  /** Takes a line. False when the batch has to be sealed first; the line is then to be taken again. */
  take(line: Buffer): boolean {
    if (!this.#scanner.load(line)) {
      if (RECORD_TYPE.test(line.toString('latin1', 0, LOOK_CHARACTERS))) this.#takeBroken(line);
      else this.#options.note(`${line.subarray(0, LOOK_CHARACTERS).toString()}\n`);
      return true;
    }
    const message = this.#options.protocol.parse(this.#scanner);
    switch (message.kind) {
      case 'record':
        return this.#takeRecord(message.recordName, message.record);
      case 'state':
        this.#takeState(message.text);
        return true;
      case 'keys': {
        const stream = this.#streams.get(message.recordName);
        if (stream !== undefined) stream.keyPaths = message.keyPaths;
        return true;
      }
      case 'status': {
        const stream = this.#streams.get(message.recordName);
        if (stream !== undefined) stream.isIncomplete = !message.isComplete;
        return true;
      }
      case 'error':
        this.#options.note(`${message.text}\n`);
        this.#fault ??= connectorFault(message, this.#options.blot);
        return true;
      case 'log':
        this.#options.note(`${message.text}\n`);
        return true;
      default:
        return true;
    }
  }

  isFull(): boolean {
    return this.#batch.isFull();
  }

  /** Whether something waits for the next batch. */
  hasRecords(): boolean {
    return this.#batch.count > 0 || this.#hasRejected;
  }

  async seal(bytesRead: number, isDone = false): Promise<RecordBatch> {
    const bytes = this.#options.place.bytes + bytesRead;
    const place = await this.#place();
    this.#hasRejected = false;
    return this.#batch.seal({ ...place, bytes, done: isDone }, bytes);
  }

  /** Throws what the connector said is wrong. */
  assertNoFault(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** Throws unless everything came that was to come. */
  assertComplete(): void {
    this.assertNoFault();
    if (this.#toSkip > 0) throw changed('The connector sent fewer records than before');
    for (const { selected, isIncomplete, isUncovered } of this.#streams.values()) {
      const { name } = selected.stream;
      if (isIncomplete) {
        const message = `The connector says that it did not read the stream ${name} to its end.`;
        throw new SourceError('docker.incomplete', message, { disposition: 'retryable' });
      }
      if (selected.isIncremental && isUncovered) {
        const message = `The connector ended without a state after the last records of the stream ${name}: its output may be cut, and the next run will read them again.`;
        throw new SourceError('docker.no_final_state', message, { disposition: 'retryable' });
      }
    }
  }

  async #place(): Promise<DockerCursor> {
    const { place, keepState } = this.#options;
    // Nothing is certain before all that was passed over proved to be the same.
    if (this.#toSkip > 0 || !this.#hasProgressed) return { ...place, starts: place.starts + 1 };
    if (this.#keptState.text !== this.#state) {
      this.#keptState = { text: this.#state, kept: await keepState(this.#state) };
    }
    return {
      ...place,
      state: this.#keptState.kept,
      since: this.#since,
      digest: digestOf(this.#digest, this.#since),
      records: this.#records,
      starts: 0,
    };
  }

  #takeRecord(recordName: string, span: Span): boolean {
    const stream = this.#streams.get(recordName);
    // Some connectors send what nobody asked for.
    if (stream === undefined) return true;
    const record = this.#scanner.record(span);
    if (this.#toSkip > 0) {
      this.#passOver(this.#scanner.bytesOf(span));
      return true;
    }
    const position = this.#records + 1;
    const outcome = record === undefined ? notAnObject() : this.#write(record, stream, position);
    if (outcome === false) return false;
    const bytes = this.#scanner.bytesOf(span);
    if (outcome !== true) this.#reject(outcome, bytes);
    this.#noteTaken(bytes);
    stream.isUncovered = true;
    return true;
  }

  /** Lost without a word, it would be missed by nobody. */
  #takeBroken(line: Buffer): void {
    if (this.#toSkip > 0) return this.#passOver(line);
    const message = 'A line of the connector that begins like a record is not valid JSON.';
    this.#reject({ code: 'docker.bad_record', message }, line);
    this.#noteTaken(line);
  }

  #reject(reason: RejectedRecord, bytes: Buffer): void {
    this.#batch.reject({ position: this.#records + 1, content: keepText(bytes), ...reason });
    this.#hasRejected = true;
  }

  #noteTaken(bytes: Buffer): void {
    this.#hasProgressed = true;
    this.#records += 1;
    this.#count(bytes);
  }

  #write(record: ScannedRecord, stream: ReadStream, position: number): boolean | RejectedRecord {
    if (!isUtf8(record.bytes.subarray(record.start, record.end))) {
      return { code: 'record.invalid_utf8', message: 'The record is not valid UTF-8.' };
    }
    const id = stream.makeID(record, stream.keyPaths);
    if (!Buffer.isBuffer(id)) return id;
    leaveOutOthers(record, stream.selected.properties, stream.keyPaths);
    return writeRecord(record, id, this.#batch, position);
  }

  #passOver(bytes: Buffer): void {
    this.#skipped.update(bytes);
    this.#count(bytes);
    this.#toSkip -= 1;
    if (this.#toSkip > 0) return;
    const { place } = this.#options;
    if (digestOf(this.#skipped, place.since) === place.digest) return;
    throw changed('The connector does not send the same records again');
  }

  #count(bytes: Buffer): void {
    this.#since += 1;
    this.#digest.update(bytes);
  }

  #takeState(text: string): void {
    this.#state = this.#options.protocol.mergeState(this.#state, text);
    if (Buffer.byteLength(this.#state) > MAX_STATE_BYTES) {
      throw new SourceError('docker.state_too_large', 'The state of the connector has more than 4 MB.');
    }
    // A tap that only passes its state on has come no further.
    if (this.#toSkip === 0 && this.#state !== this.#options.state) this.#hasProgressed = true;
    this.#since = 0;
    this.#digest = createHash('sha256');
    for (const stream of this.#streams.values()) stream.isUncovered = false;
  }
}

function digestOf(hash: Hash, count: number): string {
  return count === 0 ? '' : hash.copy().digest('base64url').slice(0, 22);
}

function notAnObject(): RejectedRecord {
  return {
    code: 'docker.not_an_object',
    message: 'The record is not an object, or one of too many attributes.',
  };
}
