import { setTimeout as sleep } from 'node:timers/promises';
import { RELAY_EXITS, type RelayInput, type RelayOrders } from './protocol.ts';
import { RelayError, request } from './requests.ts';

/** The worker's orders as they were last read. */
export class Orders {
  #orders: RelayOrders;
  #changedAt = performance.now();

  private constructor(orders: RelayOrders) {
    this.#orders = orders;
  }

  static async open(ordersURL: string): Promise<Orders> {
    return new Orders(await read<RelayOrders>(ordersURL));
  }

  get pace(): RelayOrders['pace'] {
    return this.#orders.pace;
  }

  async input(): Promise<RelayInput> {
    return read<RelayInput>(this.#orders.inputURL);
  }

  /** Where a part is put; waits until the worker wants it. */
  async partURL(number: number): Promise<string> {
    for (;;) {
      const url = this.#orders.partURLs[number - this.#orders.firstPart];
      if (url !== undefined) return url;
      await sleep(this.pace.pollMilliseconds);
      await this.renew();
    }
  }

  /** Reads them again. A worker that stopped to write them is gone. */
  async renew(): Promise<void> {
    const orders = await read<RelayOrders>(this.#orders.ordersURL);
    if (orders.beat !== this.#orders.beat) this.#changedAt = performance.now();
    this.#orders = orders;
    if (performance.now() - this.#changedAt > this.pace.silenceMilliseconds) {
      throw new RelayError(RELAY_EXITS.silence, 'The worker is gone');
    }
  }
}

async function read<Content>(url: string): Promise<Content> {
  const answer = await request(url);
  // The worker removes what it wrote when it needs the connector no more.
  if (answer === undefined) throw new RelayError(RELAY_EXITS.refused, 'There are no orders any more');
  const content: unknown = await answer.json();
  // oxlint-disable-next-line typescript/consistent-type-assertions -- written by the worker, of the same release
  return content as Content;
}
