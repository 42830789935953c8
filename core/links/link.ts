import * as z from 'zod';

import { sealedSecretSchema } from '../foundation/sealing.ts';

export const REGIONS = ['eu', 'us'] as const;
export type Region = (typeof REGIONS)[number];

/** An application at Algolia whose tasks, runs and events are copied here. Which application it is never changes. */
export const linkSchema = z.object({
  applicationID: z.string(),
  /** Where its Ingestion API is: the analytics region of the application. */
  region: z.enum(REGIONS),
  /** Only these tasks and their runs; absent: all. */
  taskIDs: z.array(z.string()).optional(),
  apiKey: sealedSecretSchema,
});

export type Link = z.output<typeof linkSchema>;

export function otherRegion(region: Region): Region {
  return region === 'eu' ? 'us' : 'eu';
}

/** Whether the link is about this task. */
export function isLinked({ taskIDs }: Pick<Link, 'taskIDs'>, taskID: string): boolean {
  return taskIDs?.includes(taskID) ?? true;
}
