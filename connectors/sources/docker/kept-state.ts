import type { SourceContext } from '../../contract/source-connector.ts';
import { changed } from './docker-cursor.ts';

/** With everything else a cursor stays under 4 KB. */
const MAX_INLINE_BYTES = 3_000;
const INLINE = '=';
const KEPT = '@';

/** A state as a cursor holds it: the text itself, or the key under which it is kept. */
export async function keepState(
  { states }: Pick<SourceContext<unknown>, 'states'>,
  text: string,
): Promise<string> {
  if (text === '') return '';
  // As JSON it may be longer: quotes are escaped.
  const isSmall = Buffer.byteLength(JSON.stringify(text)) <= MAX_INLINE_BYTES;
  return isSmall || states === undefined ? INLINE + text : KEPT + (await states.keep(text));
}

export async function openState(
  { states }: Pick<SourceContext<unknown>, 'states'>,
  kept: string,
): Promise<string> {
  if (!kept.startsWith(KEPT)) return kept.slice(INLINE.length);
  const text = await states?.open(kept.slice(KEPT.length));
  if (text !== undefined) return text;
  throw changed('The state that the connector had come to is not kept any more');
}
