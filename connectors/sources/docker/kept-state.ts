import type { SourceContext } from '../../contract/source-connector.ts';

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

/** Nothing when it is not kept any more. */
export async function openState(
  { states }: Pick<SourceContext<unknown>, 'states'>,
  kept: string,
): Promise<string | undefined> {
  return kept.startsWith(KEPT) ? states?.open(kept.slice(KEPT.length)) : kept.slice(INLINE.length);
}
