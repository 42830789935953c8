import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { RelayInput, RelayOrders, RelayPace } from './relay/protocol.ts';

// Longer than any task. They hold no longer than the credentials of whoever signed them, and those are the worker's own: a
// worker whose credentials have ended can read no parts either.
const URL_SECONDS = 30 * 60;
/** How many parts may wait for the worker: what bounds the memory of S3, so to speak, and how far a connector runs ahead. */
const WAITING_PARTS = 16;

/** A part as the relay sent it. */
export type RawPart = Uint8Array;

/** The objects through which a worker and the task of one connector speak. */
export class TaskFiles {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #pace: RelayPace;
  #beat = 0;
  #next = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #isRemoved = false;

  constructor(options: { client: S3Client; bucket: string; id: string; pace: RelayPace }) {
    this.#client = options.client;
    this.#bucket = options.bucket;
    this.#prefix = `connectors/${options.id}`;
    this.#pace = options.pace;
  }

  /** Writes what the task begins with, and answers where it finds that. */
  async open(input: RelayInput): Promise<string> {
    await this.#client.send(
      new PutObjectCommand({
        ...this.#place('input'),
        Body: JSON.stringify(input),
        ContentType: 'application/json',
      }),
    );
    await this.beat();
    return this.#sign(new GetObjectCommand(this.#place('orders')));
  }

  /** Tells the task that its worker lives, and which parts it wants. */
  async beat(): Promise<void> {
    // One after the other: the last to arrive holds.
    this.#writing = this.#writing.catch(() => undefined).then(async () => this.#writeOrders());
    await this.#writing;
  }

  /** The next part, if it is there. */
  async read(number: number): Promise<RawPart | undefined> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand(this.#place(String(number))));
      return await Body?.transformToByteArray();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  /** Removes a part that is done with, and lets the task send more of them. */
  async release(number: number): Promise<void> {
    this.#next = number + 1;
    // With the first part, its files are fetched: nobody needs them any more.
    const names = number === 0 ? ['input', '0'] : [String(number)];
    // What is left all the same expires.
    await this.#remove(names).catch(() => undefined);
    if (this.#next % (WAITING_PARTS / 2) === 0) await this.beat();
  }

  /** Removes all that is left. */
  async remove(): Promise<void> {
    this.#isRemoved = true;
    await this.#writing.catch(() => undefined);
    await this.#remove(['orders', 'input', ...this.#wanted().map(String)]);
  }

  async #writeOrders(): Promise<void> {
    if (this.#isRemoved) return;
    this.#beat += 1;
    const orders: RelayOrders = {
      beat: this.#beat,
      ordersURL: await this.#sign(new GetObjectCommand(this.#place('orders'))),
      inputURL: await this.#sign(new GetObjectCommand(this.#place('input'))),
      firstPart: this.#next,
      partURLs: await Promise.all(
        this.#wanted().map(async (number) => this.#sign(new PutObjectCommand(this.#place(String(number))))),
      ),
      pace: this.#pace,
    };
    await this.#client.send(
      new PutObjectCommand({
        ...this.#place('orders'),
        Body: JSON.stringify(orders),
        ContentType: 'application/json',
      }),
    );
  }

  #wanted(): number[] {
    return Array.from({ length: WAITING_PARTS }, (_, index) => this.#next + index);
  }

  async #remove(names: readonly string[]): Promise<void> {
    await Promise.all(
      names.map(async (name) => this.#client.send(new DeleteObjectCommand(this.#place(name)))),
    );
  }

  #place(name: string) {
    return { Bucket: this.#bucket, Key: `${this.#prefix}/${name}` };
  }

  async #sign(command: GetObjectCommand | PutObjectCommand): Promise<string> {
    return getSignedUrl(this.#client, command, { expiresIn: URL_SECONDS });
  }
}
