import type { JsonMembers } from '../json/json-members.ts';
import type { ScannedRecord } from '../json/json-record-writer.ts';
import { findMember } from './message-scanner.ts';

/** Has only the named attributes written, and those of the key: connectors may send more than was selected. */
export function leaveOutOthers(
  { bytes, members }: ScannedRecord,
  properties: readonly string[] | undefined,
  keyPaths: readonly (readonly string[])[],
): void {
  if (properties === undefined) return;
  const wanted = new Set<number>();
  for (const name of [...properties, ...keyPaths.map(([first = '']) => first)]) {
    const span = findMember(bytes, members, name);
    if (span !== undefined) wanted.add(span.start);
  }
  removeOthers(members, wanted);
}

/** `wanted`: where the values lie that stay. */
function removeOthers(members: JsonMembers, wanted: ReadonlySet<number>): void {
  for (let member = 0; member < members.count; member += 1) {
    if (!wanted.has(members.valueStarts[member] ?? -1)) members.leaveOut(member);
  }
}
