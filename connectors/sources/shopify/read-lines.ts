import type { Readable } from 'node:stream';
import { SourceError } from '../../../core/runs/source-error.ts';
import { toSourceError } from '../file/to-source-error.ts';

/** A product with its longest description is far below; more is no line. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * The lines of a file, in the groups in which they arrive, none of them empty. They are views of what arrived: whoever
 * keeps one copies it.
 */
export async function* readLines(file: Readable): AsyncGenerator<readonly Buffer[]> {
  const begun: Buffer[] = [];
  let begunBytes = 0;
  try {
    for await (const part of file) {
      const chunk = Buffer.from(part);
      const lines: Buffer[] = [];
      let start = 0;
      for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
        const rest = chunk.subarray(start, end);
        lines.push(begun.length === 0 ? rest : Buffer.concat([...begun.splice(0), rest]));
        begunBytes = 0;
        start = end + 1;
      }
      if (start < chunk.length) begun.push(chunk.subarray(start));
      begunBytes += chunk.length - start;
      if (begunBytes > MAX_LINE_BYTES) throw tooLong();
      yield lines.filter((line) => line.length > 0);
    }
  } catch (error) {
    throw toSourceError(error);
  } finally {
    file.destroy();
  }
  const last = Buffer.concat(begun);
  if (last.length > 0) yield [last];
}

function tooLong(): SourceError {
  const message = `The result of the bulk operation has a line of more than ${MAX_LINE_BYTES} bytes.`;
  return new SourceError('source.invalid_answer', message);
}
