import type { TaskSourceInput } from '../tasks/task-source-input.ts';
import { readOutputs, type CheckedOutputs } from '../transformations/read-outputs.ts';
import type { StageInput, TransformStage } from '../transformations/transform-stage.ts';
import { parseDirective } from './directive.ts';
import type { ReadValue } from './row-path.ts';
import { parseTrigger, type Trigger } from './trigger.ts';

interface MappedAction {
  readonly isFor: Trigger;
  readonly fields: readonly (readonly [fieldKey: string, read: ReadValue])[];
}

/**
 * What a task's mapping makes of its source's rows, and then `next` of that; `next` where the task has no mapping. The
 * first enabled action whose trigger holds makes a row's one record; a row that none is for is dropped. Errors:
 * `task.unsupported_mapping`.
 */
export function addMapping(
  input: TaskSourceInput | undefined,
  next: TransformStage | undefined,
): TransformStage | undefined {
  if (input === undefined || !('mapping' in input)) return next;
  const { format } = input.mapping;
  const actions = input.mapping.actions
    .map((action) => ({ isEnabled: action.enabled, ...parseAction(action) }))
    .filter(({ isEnabled }) => isEnabled);
  return {
    transformationID: next?.transformationID ?? format,
    transform: async (records, signal) => {
      const mapped = records.map((record) => mapRow(actions, record));
      return next === undefined ? { outcomes: mapped, logs: [] } : passOn(mapped, { records, next, signal });
    },
  };
}

function parseAction({
  trigger,
  fieldDirectives,
}: {
  trigger: string;
  fieldDirectives: readonly { fieldKey: string; value: unknown }[];
}): MappedAction {
  return {
    isFor: parseTrigger(trigger),
    fields: fieldDirectives.map(
      ({ fieldKey, value }) => [fieldKey, parseDirective(fieldKey, value)] as const,
    ),
  };
}

function mapRow(actions: readonly MappedAction[], { json, objectID }: StageInput): CheckedOutputs {
  const row: unknown = JSON.parse(json);
  const action = actions.find(({ isFor }) => isFor(row));
  if (action === undefined) return { records: [] };
  const fields = Object.fromEntries(action.fields.map(([fieldKey, read]) => [fieldKey, read(row)]));
  return readOutputs({ outputs: [JSON.stringify(fields)] }, objectID);
}

/** Transforms what the rows became; what became nothing stays nothing. */
async function passOn(
  mapped: readonly CheckedOutputs[],
  parts: { records: readonly StageInput[]; next: TransformStage; signal: AbortSignal },
) {
  const inputs = mapped.map((outcome, index) => {
    const [record] = 'records' in outcome ? outcome.records : [];
    return record && { json: record.json, objectID: parts.records[index]?.objectID ?? '' };
  });
  const sent = inputs.filter((input) => input !== undefined);
  const { outcomes, logs } = await parts.next.transform(sent, parts.signal);
  let taken = 0;
  const all = mapped.map((outcome, index) => {
    if (inputs[index] === undefined) return outcome;
    const transformed = outcomes[taken];
    taken += 1;
    return transformed ?? outcome;
  });
  return { outcomes: all, logs };
}
