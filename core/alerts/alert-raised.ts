import * as z from 'zod';

import { incidentCauseSchema } from './causes.ts';
import { TOLD_TRANSITIONS } from './delivery.ts';
import { INCIDENT_STATUSES, runFactsSchema, taskFactsSchema } from './incident.ts';

/** One incident as programs read it. */
const raisedIncidentSchema = z.object({
  incidentID: z.string(),
  cause: incidentCauseSchema,
  status: z.enum(INCIDENT_STATUSES),
  openedAt: z.string(),
  occurrences: z.int(),
  task: taskFactsSchema.optional(),
  run: runFactsSchema.optional(),
});

/** What an alert tells programs: on the bus as the detail of `AlertRaised`, in a webhook as `data`. */
export const alertRaisedSchema = z
  .object({
    version: z.literal(1),
    appID: z.string(),
    alertID: z.string(),
    /** The same in every attempt to deliver it. */
    deliveryID: z.string(),
    transition: z.enum(TOLD_TRANSITIONS),
    /** What people are told, in one line and in full. */
    title: z.string(),
    text: z.string(),
    /** One, but for a digest (many) and a test (none). */
    incidents: z.array(raisedIncidentSchema),
  })
  .meta({
    title: 'AlertRaised',
    examples: [
      {
        version: 1,
        appID: 'APP1234567',
        alertID: '4b9bb5ac-7d0c-4f3e-9a39-7e2f3c1f9b57',
        deliveryID: '0d9f1ad2-0f3b-8c59-8a37-5b1a1d4b7c11',
        transition: 'opened',
        title: 'Too many records failed: catalogue → products',
        text: 'Too many records failed: catalogue → products\n\n12 of 100 records failed (12 %); the task accepts 5 %.',
        incidents: [
          {
            incidentID: 'b2f2c3a0-6f38-8a1e-9d07-1c5fb3d9a0e1',
            cause: 'thresholdBreached',
            status: 'open',
            openedAt: '2026-01-08T16:47:44.456Z',
            occurrences: 1,
            task: {
              taskID: '6c02aeb1-775e-818e-870b-1faccd4b2c0f',
              sourceName: 'catalogue',
              destinationName: 'products',
              indexName: 'products',
              action: 'replace',
            },
          },
        ],
      },
    ],
  });

export type AlertRaised = z.output<typeof alertRaisedSchema>;
