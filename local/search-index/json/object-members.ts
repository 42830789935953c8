import { decodeString } from './json-string.ts';
import { readObject, skipValue, skipWhitespace } from './json-scanner.ts';

/** One first-level member of a record, its key and value spelled as they came. */
export interface Member {
  readonly key: string;
  /** The key's JSON string, quotes included. */
  readonly keyText: string;
  readonly valueText: string;
}

/** The first-level members of one JSON object by key; of a repeated key the last counts, as with `JSON.parse`. */
export function splitMembers(record: Buffer): Map<string, Member> {
  const members = new Map<string, Member>();
  readObject(record, skipWhitespace(record, 0), (keyStart, keyEnd, valueStart) => {
    const valueEnd = skipValue(record, valueStart);
    const key = decodeString(record, keyStart, keyEnd);
    members.set(key, {
      key,
      keyText: record.toString('utf8', keyStart, keyEnd),
      valueText: record.toString('utf8', valueStart, valueEnd),
    });
    return valueEnd;
  });
  return members;
}

/** The members as one JSON object, in their order. */
export function joinMembers(members: Iterable<Member>): Buffer {
  const texts: string[] = [];
  for (const member of members) texts.push(`${member.keyText}:${member.valueText}`);
  return Buffer.from(`{${texts.join(',')}}`);
}

/** A new member for a key that was not in the record. */
export function createMember(key: string, valueText: string): Member {
  return { key, keyText: JSON.stringify(key), valueText };
}
