import type { TransformReport } from '../records/record-batch.ts';
import type { RunNote } from './run-journal.ts';

const MAX_NAMED_FAILURES = 20;
const MAX_LOGS = 50;

/** What two batches' reports come to together. */
export function addReport(
  sum: TransformReport | undefined,
  next: TransformReport | undefined,
): TransformReport | undefined {
  if (sum === undefined || next === undefined) return sum ?? next;
  return {
    transformationID: next.transformationID,
    in: sum.in + next.in,
    out: sum.out + next.out,
    dropped: sum.dropped + next.dropped,
    failed: sum.failed + next.failed,
    failures: [...sum.failures, ...next.failures.slice(0, MAX_NAMED_FAILURES - sum.failures.length)],
    logs: [...sum.logs, ...next.logs.slice(0, MAX_LOGS - sum.logs.length)],
  };
}

/** The events of a transformation: what it did, and what its code printed. */
export function transformNotes(report: TransformReport | undefined): RunNote[] {
  if (report === undefined) return [];
  const { transformationID, failures, logs } = report;
  const notes: RunNote[] = [
    {
      type: 'transform',
      status: report.failed > 0 ? 'failed' : 'succeeded',
      batchSize: report.in,
      data: {
        transformationID,
        in: report.in,
        out: report.out,
        dropped: report.dropped,
        failed: report.failed,
        ...(failures[0] === undefined ? {} : { error: failures[0].message }),
        ...(failures.length > 0 ? { reasons: failures } : {}),
      },
    },
  ];
  if (logs.length > 0) {
    notes.push({
      type: 'log',
      status: null,
      data: {
        level: logs.some(({ level }) => level === 'error') ? 'error' : 'info',
        code: 'transform.console',
        transformationID,
        message: logs.map(({ message }) => message).join('\n'),
        lines: logs,
      },
    });
  }
  return notes;
}
