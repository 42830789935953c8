import type { TransformReport } from '../records/record-batch.ts';
import type { RejectedRecord } from '../records/rejected-record.ts';
import { addReport } from '../runs/transform-notes.ts';
import { transformBatch } from '../transformations/transform-batch.ts';
import type { TransformStage } from '../transformations/transform-stage.ts';
import type { PushDestination } from './push-destination.ts';

/** The destination, with its transformation applied to what is written; a repeat transforms the same again. */
export function transformPush(destination: PushDestination, stage: TransformStage): PushDestination {
  return {
    async write(batch, signal) {
      const rejected: RejectedRecord[] = [];
      const publications: number[] = [];
      let accepted = 0;
      let transformed: TransformReport | undefined;
      for (const part of await transformBatch(stage, batch, signal)) {
        rejected.push(...part.rejected);
        transformed = addReport(transformed, part.transformed);
        if (part.count === 0) continue;
        const receipt = await destination.write(part, signal);
        accepted += receipt.accepted;
        rejected.push(...receipt.rejected);
        publications.push(...receipt.publications);
      }
      return { accepted, rejected, publications, transformed };
    },
    waitForPublication: (publications, signal) => destination.waitForPublication(publications, signal),
  };
}
