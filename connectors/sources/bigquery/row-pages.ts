import { keepText } from '../../../core/records/kept-content.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import type { RecordBytes } from '../../paged/object-batch.ts';
import type { Page } from '../../paged/paged-source.ts';
import type { Column, RowPage } from './bigquery-api.ts';
import { createRowIDs, type RowNaming } from './row-ids.ts';
import { createRowWriter } from './write-rows.ts';

interface RowsOf {
  readonly columns: readonly Column[];
  readonly naming: RowNaming;
  /** Empty for the result of a query. */
  readonly table: string;
  /** Rows that come before the page. */
  readonly before: number;
}

/** The rows of a page as records. */
export function toRecords({ rows, sizeBytes }: RowPage, { columns, naming, table, before }: RowsOf): Page {
  const { leftOut, idOf } = createRowIDs(columns, naming);
  const { members } = createRowWriter(columns);
  const records: RecordBytes[] = [];
  const rejected: RejectedRecord[] = [];
  for (const [index, row] of rows.entries()) {
    const id = idOf(row, { table, number: before + index + 1 });
    const others = members(row, leftOut);
    if (typeof id === 'string') records.push(toRecord(id, others));
    else rejected.push({ ...id, content: keepText(Buffer.from(`{${others}}`)) });
  }
  return { records, rejected, sizeBytes };
}

function toRecord(objectID: string, others: string): RecordBytes {
  const id = `{"objectID":${JSON.stringify(objectID)}`;
  return { objectID, json: Buffer.from(`${id}${others === '' ? '' : ','}${others}}`) };
}
