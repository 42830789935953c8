import { SourceError } from '../../../core/runs/source-error.ts';
import { entitySchema } from './catalog-answers.ts';

const PARENT_KEY = Buffer.from('"__parentId"');
const FIRST_KEY = Buffer.from('{"id":"');
const QUOTE = 0x22;
const COLON = 0x3a;
const SPACE = 0x20;

/**
 * The id of the node that a line of a bulk operation's result belongs to: its parent's, or its own where it has none.
 * Found in the bytes, since most lines are of another part than is wanted and need not be parsed.
 */
export function ownerOf(line: Buffer): { readonly id: string; readonly isChild: boolean } {
  const parent = parentOf(line);
  if (parent !== undefined) return { id: parent, isChild: true };
  return { id: idOf(line), isChild: false };
}

/** Within a text of the line the quotes would be escaped, so it is a key, or a whole value, which no colon follows. */
function parentOf(line: Buffer): string | undefined {
  for (
    let at = line.lastIndexOf(PARENT_KEY);
    at >= 0;
    at = at === 0 ? -1 : line.lastIndexOf(PARENT_KEY, at - 1)
  ) {
    let next = skipSpaces(line, at + PARENT_KEY.length);
    if (line[next] !== COLON) continue;
    next = skipSpaces(line, next + 1);
    if (line[next] === QUOTE) return line.toString('latin1', next + 1, line.indexOf(QUOTE, next + 1));
  }
  return undefined;
}

function idOf(line: Buffer): string {
  if (line.subarray(0, FIRST_KEY.length).equals(FIRST_KEY))
    return line.toString('latin1', FIRST_KEY.length, line.indexOf(QUOTE, FIRST_KEY.length));
  return parseLine(line).id;
}

function skipSpaces(line: Buffer, from: number): number {
  let at = from;
  while (line[at] === SPACE) at += 1;
  return at;
}

/** A node as it stands in a line. Errors: `SourceError`. */
export function parseLine(line: Buffer) {
  try {
    return entitySchema.parse(JSON.parse(line.toString('utf8')));
  } catch (error) {
    const message = 'The result of the bulk operation has a line that is no node with an id.';
    throw new SourceError('source.invalid_answer', message, { cause: error });
  }
}
