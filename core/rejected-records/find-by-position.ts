import type { Run } from '../runs/run.ts';
import type { KeptRejection } from './kept-rejection.ts';
import type { RejectedRecordStore } from './rejected-record-store.ts';

/** Several records can come from one place of the source, where a transformation made them. */
const NEIGHBOURS = 5;

/** Finds rejected records by where they stand in the source, which is the order of their numbers. */
export function findByPosition(
  rejectedRecords: Pick<RejectedRecordStore, 'read'>,
  run: Run,
): (position: number) => Promise<KeptRejection[]> {
  const kept = run.rejectedKept ?? 0;
  const positions = new Map<number, Promise<number>>();
  const readPosition = async (number: number): Promise<number> => {
    const [rejection] = await rejectedRecords.read(run, [number]);
    return rejection?.position ?? 0;
  };
  const positionAt = (number: number): Promise<number> => {
    const found = positions.get(number) ?? readPosition(number);
    positions.set(number, found);
    return found;
  };
  return async (position) => {
    let low = 1;
    let high = kept + 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((await positionAt(middle)) < position) low = middle + 1;
      else high = middle;
    }
    const found: KeptRejection[] = [];
    for (let first = low; first <= kept; first += NEIGHBOURS) {
      const length = Math.min(NEIGHBOURS, kept - first + 1);
      const numbers = Array.from({ length }, (_, index) => first + index);
      const next = await rejectedRecords.read(run, numbers);
      found.push(...next.filter((rejection) => rejection.position === position));
      if (next.at(-1)?.position !== position) break;
    }
    return found;
  };
}
