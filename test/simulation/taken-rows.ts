import type { Run } from '../../core/runs/run.ts';
import type { SimTask } from './sim-task.ts';
import type { Row } from './sim-source.ts';

/** What a run has come to up to its cursor. */
interface TakenRows {
  /** With the place of each, from 1. */
  readonly rows: readonly (Row & { readonly place: number })[];
  /** The records that an update was to fetch and its source does not have. */
  readonly missing: readonly string[];
  /** Whether one of those may be a row that cannot be read and says no id: then they stay as they are. */
  readonly isUnclear: boolean;
}

/** All rows before the cursor, or of an update those that it was to fetch. */
export function takenRows(run: Run, task: SimTask): TakenRows {
  const { cursor, type, trigger } = run;
  const all = task.source
    .rows(Number(cursor?.['version']))
    .map((row, index) => ({ ...row, place: index + 1 }));
  const rows = all.slice(0, Number(cursor?.['position'] ?? 0));
  if (type !== 'update') return { rows, missing: [], isUnclear: false };
  const ids = task.updates.get(trigger.key) ?? [];
  const isNamed = ({ objectID }: Row) => ids.includes(objectID);
  return {
    rows: rows.filter(isNamed),
    missing:
      cursor?.['entitiesDone'] === true ? ids.filter((id) => !all.some((row) => row.objectID === id)) : [],
    isUnclear: !task.source.isAskable && all.some((row) => row.isNameless === true && row.isBroken === true),
  };
}

/** Whether no record can come of a row. */
export function isBad({ isBroken, isRefused }: Row): boolean {
  return isBroken === true || isRefused === true;
}
