import { SourceError } from '../../../core/runs/source-error.ts';

/** Marks that say how the text is encoded; that of UTF-8 is left to the parsers, which read UTF-8. */
const MARKS: readonly { bytes: number[]; charset: string }[] = [
  { bytes: [0xef, 0xbb, 0xbf], charset: 'utf-8' },
  { bytes: [0xff, 0xfe], charset: 'utf-16le' },
  { bytes: [0xfe, 0xff], charset: 'utf-16be' },
];
/** Read as UTF-8, of which ASCII is a part; `binary` is what stores call a file that they did not look into. */
const UTF8 = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii', 'unicode-1-1-utf-8', 'utf8mb4', 'binary']);

/**
 * How the text is encoded, by its mark or else by the server's word (`text/csv; charset=iso-8859-1`); undefined for UTF-8.
 * As in browsers ISO-8859-1 is windows-1252, and UTF-16 without a mark has its low bytes first.
 */
export function detectCharset(contentType: string | undefined, firstBytes: Buffer): string | undefined {
  const marked = MARKS.find(({ bytes }) => bytes.every((byte, index) => firstBytes[index] === byte));
  const said = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase();
  const charset = marked?.charset ?? said ?? 'utf-8';
  if (UTF8.has(charset)) return undefined;
  try {
    return new TextDecoder(charset).encoding;
  } catch (error) {
    throw new SourceError(
      'source.unsupported_charset',
      `The server says that the file is in ${JSON.stringify(charset.slice(0, 40))}, which cannot be read: UTF-8, UTF-16, ` +
        'ISO-8859-1 and the others of the Encoding Standard can.',
      { cause: error },
    );
  }
}

/** The text in UTF-8. What is no text in its encoding is an error. */
export async function* toUTF8(chunks: AsyncIterable<Buffer>, charset: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(charset, { fatal: true });
  let read = 0;
  const decode = (bytes: Buffer | undefined): Buffer => {
    try {
      return Buffer.from(bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true }));
    } catch (error) {
      const says = `The file is not valid ${charset.toUpperCase()} near byte ${read}. Check what it was saved as.`;
      throw new SourceError('source.invalid_text', says, { cause: error });
    }
  };
  for await (const chunk of chunks) {
    read += chunk.length;
    const text = decode(chunk);
    if (text.length > 0) yield text;
  }
  const rest = decode(undefined);
  if (rest.length > 0) yield rest;
}
