import { SourceError } from '../../../core/runs/source-error.ts';

/** As much of a file's beginning is looked at to tell what it is. */
export const SNIFFED_BYTES = 512;

const SIGNATURES: readonly { bytes: number[]; is: string; says: string }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], is: 'a zip archive within another', says: 'one layer can be read' },
  {
    bytes: [0x1f, 0x8b],
    is: 'a file that is compressed twice',
    says: 'one layer of compression can be read',
  },
];

/** Refuses what is not the file that was meant: the web page of a login or an error, most of all. */
export function refuseOtherContent(
  firstBytes: Buffer,
  contentType: string | undefined,
  format: string,
): void {
  const mediaType = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  const text = firstBytes
    .subarray(0, SNIFFED_BYTES)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (mediaType === 'text/html' || /^<(?:!doctype\s+html\b|html\b|head\b|body\b|!--)/i.test(text)) {
    throw new SourceError(
      'source.html',
      `The answer is an HTML page instead of ${format}. Check that the URL leads to the file itself and not to a page ` +
        'that shows it, a login or an error, and that the server does not call the file text/html.',
    );
  }
  const found = SIGNATURES.find(({ bytes }) => bytes.every((byte, index) => firstBytes[index] === byte));
  if (found === undefined) return;
  throw new SourceError('source.not_text', `The answer is ${found.is} instead of ${format}: ${found.says}.`);
}
