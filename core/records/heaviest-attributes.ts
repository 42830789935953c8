const HEAVIEST_SHOWN = 3;
const LONGEST_NAME = 100;

export interface HeavyAttribute {
  readonly name: string;
  readonly sizeBytes: number;
}

/** The first-level attributes of a record that take the most bytes, heaviest first; none of what is no JSON object. */
export function heaviestAttributes(json: string): HeavyAttribute[] {
  const record: unknown = JSON.parse(json);
  if (typeof record !== 'object' || record === null) return [];
  return Object.entries(record)
    .map(([name, value]) => ({
      name: name.slice(0, LONGEST_NAME),
      sizeBytes: Buffer.byteLength(JSON.stringify(value)),
    }))
    .sort((left, right) => right.sizeBytes - left.sizeBytes)
    .slice(0, HEAVIEST_SHOWN);
}
