import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Orders } from './orders.ts';
import type { TaskPlaces } from './prepare.ts';
import { RELAY_EXITS, type PartHeader } from './protocol.ts';
import { RelayError, request } from './requests.ts';
import { Said } from './said.ts';

/** For its last words, when it has ended. */
const LAST_WORDS_MILLISECONDS = 1_000;

/**
 * Brings a connector's output to its worker, in numbered parts, and how it ended. No more is held than a part that is sent
 * and one that is filled: then the connector waits, by its pipe.
 */
export async function relay(ordersURL: string, { output }: TaskPlaces): Promise<void> {
  const orders = await Orders.open(ordersURL);
  const { secrets } = await orders.input();
  const said = new Said(secrets, (line) => process.stderr.write(`${line}\n`));
  // The first part has nothing in it: it says that the files are fetched.
  await sendPart(orders, 0, [{ said: '', hasEnded: false }, []]);
  const filling = new Filling(orders.pace.partBytes);
  const sources = [
    filling.fill(readPipe(join(output, 'output'))),
    said.listen(readPipe(join(output, 'said'))),
  ];
  const guarded = Promise.all([...sources, watch(orders)]);
  await Promise.race([guarded, sendParts({ orders, filling, said, codeFile: join(output, 'code') })]);
}

/** By a program of its own: a read of Node's that waits for a writer would keep it from exiting. */
function readPipe(path: string): Readable {
  return spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout;
}

/** Looks for the worker, for as long as a task may last. */
async function watch(orders: Orders): Promise<never> {
  const until = performance.now() + orders.pace.wallMilliseconds;
  while (performance.now() < until) {
    await sleep(orders.pace.beatMilliseconds);
    await orders.renew();
  }
  throw new RelayError(RELAY_EXITS.wall, 'The task has lasted for as long as any may');
}

interface Sending {
  readonly orders: Orders;
  readonly filling: Filling;
  readonly said: Said;
  readonly codeFile: string;
}

async function sendParts({ orders, filling, said, codeFile }: Sending): Promise<void> {
  const { pollMilliseconds, flushMilliseconds } = orders.pace;
  let sentAt = performance.now();
  let toldEnd = false;
  for (let number = 1; ;) {
    const code = filling.hasEnded ? codeIn(codeFile) : undefined;
    if (code !== undefined) await lastWordsOf(said);
    const isDue = performance.now() - sentAt >= flushMilliseconds && (filling.sizeBytes > 0 || !said.isEmpty);
    const isFirstOfEnd = filling.hasEnded && !toldEnd;
    if (!filling.isFull && !isDue && !isFirstOfEnd && code === undefined) {
      await sleep(Math.min(pollMilliseconds, flushMilliseconds));
      continue;
    }
    toldEnd = filling.hasEnded;
    sentAt = performance.now();
    const header = { said: said.take(), hasEnded: toldEnd, ...(code === undefined ? {} : { code }) };
    await sendPart(orders, number, [header, filling.take()]);
    if (code !== undefined) return;
    number += 1;
  }
}

async function lastWordsOf(said: Said): Promise<void> {
  const until = performance.now() + LAST_WORDS_MILLISECONDS;
  while (!said.hasEnded && performance.now() < until) await sleep(10);
}

async function sendPart(
  orders: Orders,
  number: number,
  [header, chunks]: [PartHeader, readonly Buffer[]],
): Promise<void> {
  const body = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...chunks]);
  if ((await request(await orders.partURL(number), body)) !== undefined) return;
  // Its signature may have got too old.
  await orders.renew();
  if ((await request(await orders.partURL(number), body)) !== undefined) return;
  throw new RelayError(RELAY_EXITS.refused, 'S3 refuses a part');
}

/** A shell's last word; nothing as long as it has not said it. */
function codeIn(file: string): number | undefined {
  const [, code] = /^(\d+)\n/u.exec(readFileSync(file, 'utf8')) ?? [];
  return code === undefined ? undefined : Number(code);
}

/** What was read of the output and not yet sent. */
class Filling {
  hasEnded = false;
  sizeBytes = 0;
  #chunks: Buffer[] = [];
  #goOn: () => void = () => undefined;
  readonly #partBytes: number;

  constructor(partBytes: number) {
    this.#partBytes = partBytes;
  }

  get isFull(): boolean {
    return this.sizeBytes >= this.#partBytes;
  }

  async fill(stream: Readable): Promise<void> {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      this.#chunks.push(bytes);
      this.sizeBytes += bytes.length;
      if (!this.isFull) continue;
      await new Promise<void>((resolve) => {
        this.#goOn = resolve;
      });
    }
    this.hasEnded = true;
  }

  take(): Buffer[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.sizeBytes = 0;
    this.#goOn();
    return chunks;
  }
}
