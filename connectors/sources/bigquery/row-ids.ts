import { deriveID } from '../../../core/foundation/ids.ts';
import { createPositionID } from '../../../core/records/record-id.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { Column } from './bigquery-api.ts';
import { cellsOf, valueOf } from './write-rows.ts';

/** The columns that together tell the rows of an export apart. */
export const EVENT_KEY = [
  'user_pseudo_id',
  'event_timestamp',
  'event_name',
  'event_bundle_sequence_id',
] as const;
/** A session that goes over midnight has a row for each of the two days. */
const SESSION_KEY = ['fullVisitorId', 'visitId', 'visitStartTime'] as const;

export interface RowNaming {
  readonly taskID: string;
  readonly uniqueIDColumn?: string | undefined;
  readonly dataType?: 'ga4' | 'ga360' | undefined;
}

/** Where a row stands. */
interface RowPlace {
  /** Empty for the result of a query. */
  readonly table: string;
  /** From 1. */
  readonly number: number;
}

export interface RowIDs {
  /** The column that a record has in its objectID and nowhere else; -1 where there is none. */
  readonly leftOut: number;
  idOf(row: unknown, place: RowPlace): string | RejectedRecord;
}

/** How the rows of these columns get their ids. Errors: `SourceError` where the columns do not have what names them. */
export function createRowIDs(columns: readonly Column[], naming: RowNaming): RowIDs {
  const leftOut = columns.findIndex(({ name }) => name === 'objectID');
  const { uniqueIDColumn, dataType, taskID } = naming;
  if (uniqueIDColumn !== undefined) return { leftOut, ...byColumn(columns, uniqueIDColumn) };
  if (leftOut >= 0) return { leftOut, ...byColumn(columns, 'objectID') };
  const key = keyOf(columns, dataType);
  if (key !== undefined) {
    return {
      leftOut,
      idOf: (row) => {
        const cells = cellsOf(row);
        return deriveID(...key.map((index) => JSON.stringify(valueOf(cells[index]))));
      },
    };
  }
  const positionIDs = new Map<string, (place: number) => string>();
  return {
    leftOut,
    idOf: (_row, { table, number }) => {
      // Among tables of several days a row keeps its id when the days move on.
      const positionID =
        positionIDs.get(table) ?? createPositionID(table === '' ? taskID : `${taskID}/${table}`);
      positionIDs.set(table, positionID);
      return positionID(number);
    },
  };
}

function byColumn(columns: readonly Column[], wanted: string): Pick<RowIDs, 'idOf'> {
  const index = findColumn(columns, wanted);
  const column = columns[index];
  if (column === undefined) {
    const known = columns
      .map(({ name }) => name)
      .join(', ')
      .slice(0, 300);
    throw new SourceError(
      'source.no_id_column',
      `There is no column ${JSON.stringify(wanted.slice(0, 100))}, which the source names as uniqueIDColumn; there are ${known}.`,
    );
  }
  if (column.mode === 'REPEATED' || column.fields !== undefined) {
    throw new SourceError(
      'source.no_id_column',
      `The column ${column.name} holds lists or records, so it cannot be the source's uniqueIDColumn: name a column of single values.`,
    );
  }
  return {
    idOf: (row, { number }) => {
      const value = valueOf(cellsOf(row)[index]);
      if (value !== null && value !== '') return String(value);
      return {
        position: number,
        field: column.name,
        code: 'record.missing_id',
        message: `Row ${number} has nothing in the column ${column.name}, which names the records.`,
      };
    },
  };
}

/** Which columns are the key, where there are all of them. */
function keyOf(columns: readonly Column[], dataType: RowNaming['dataType']): number[] | undefined {
  if (dataType === undefined) return undefined;
  const names = dataType === 'ga4' ? EVENT_KEY : SESSION_KEY;
  const found = names.map((name) => findColumn(columns, name));
  return found.includes(-1) ? undefined : found;
}

/** BigQuery does not tell small letters from capital ones in names of columns. */
function findColumn(columns: readonly Column[], wanted: string): number {
  return columns.findIndex(({ name }) => name.toLowerCase() === wanted.toLowerCase());
}
