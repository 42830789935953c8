import { SourceError } from '../../../core/runs/source-error.ts';
import { belongsTo, isDivisible, PART_BYTES, type BulkPart } from './bulk-parts.ts';
import { ownerOf } from './line-ids.ts';

/** A part that grows beyond this is divided, which bounds what is held: hashes spread entities, not their sizes. */
const MAX_HELD_BYTES = PART_BYTES * 2;
/** What a line costs beside its bytes. */
const LINE_OVERHEAD_BYTES = 200;
/** A single entity, which cannot be divided: 2,048 variants with 100 KB each. */
const MAX_ENTITY_BYTES = 200 * 1024 * 1024;

/** An entity's own line, which may come after those of its children, and theirs. */
export interface LineGroup {
  own: Buffer | undefined;
  readonly children: Buffer[];
}

/**
 * The entities of a part with all their children, in the order in which they are first met. Nothing when the part is too
 * large to be held and has to be divided.
 */
export async function collectPart(
  lines: AsyncIterable<readonly Buffer[]>,
  part: BulkPart,
  maxHeldBytes = MAX_HELD_BYTES,
): Promise<Map<string, LineGroup> | undefined> {
  const groups = new Map<string, LineGroup>();
  let heldBytes = 0;
  for await (const some of lines) {
    for (const line of some) {
      const { id, isChild } = ownerOf(line);
      if (!belongsTo(id, part)) continue;
      const group = groups.get(id) ?? { own: undefined, children: [] };
      groups.set(id, group);
      // A copy: the chunk that the line is a view of would be held for it.
      const copy = Buffer.from(line);
      if (isChild) group.children.push(copy);
      else group.own = copy;
      heldBytes += copy.length + LINE_OVERHEAD_BYTES;
    }
    if (heldBytes <= maxHeldBytes) continue;
    if (groups.size > 1 && isDivisible(part)) return undefined;
    if (heldBytes > MAX_ENTITY_BYTES) throw tooLarge(groups);
  }
  return groups;
}

function tooLarge(groups: ReadonlyMap<string, LineGroup>): SourceError {
  const [id = ''] = groups.keys();
  const message = `All that belongs to ${id} is more than ${MAX_ENTITY_BYTES} bytes. Name fewer metafields or countries in the task.`;
  return new SourceError('source.entity_too_large', message);
}
