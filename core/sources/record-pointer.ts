/** Deeper than any document that is read. */
const MAX_STEPS = 64;

/**
 * The steps to the records within a JSON document, from the JSON Pointer (RFC 6901) in its URL's fragment:
 * `https://shop.example/feed.json#/data/products`. None where the URL has no fragment; undefined where it is no pointer.
 */
export function parseRecordPointer(url: string): readonly string[] | undefined {
  const fragment = URL.parse(url)?.hash.slice(1) ?? '';
  if (fragment === '') return [];
  const pointer = decode(fragment);
  if (pointer === undefined || !pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  const steps = pointer.slice(1).split('/');
  if (steps.length > MAX_STEPS) return undefined;
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What a request is told whose URL has another fragment. */
export const POINTER_RULE =
  'must have nothing after its # but a JSON Pointer to the array of records, such as https://example.com/feed.json#/data/products';

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
