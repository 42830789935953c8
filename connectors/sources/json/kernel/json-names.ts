import type { JsonMembers } from '../json-members.ts';

/** Records with more names than this are looked at one by one. */
const MAX_NAMES = 256;
/** After so many records that brought nothing new, or another order, no more is to be learnt. */
const MAX_VAIN_LESSONS = 1000;

/**
 * The names of all attributes that a file's records had so far, in the order in which they follow one another. A record with
 * some of them, in this order, has none twice.
 */
export class JsonNames {
  /** Each as it is written, with its quotes and the colon, byte by byte. */
  readonly texts: string[] = [];
  /** Which name holds the id, and which is `objectID`; -1 without. */
  id = -1;
  objectID = -1;
  #vainLessons = 0;

  /** Takes in the names of a record that was read in full; false where nothing came of it. */
  learn(bytes: Buffer, members: JsonMembers): boolean {
    if (this.#vainLessons >= MAX_VAIN_LESSONS || !members.areNamesPlain) return false;
    const isNew = this.#insert(members.nameTexts(bytes));
    if (isNew) {
      this.id = indexOf(this.texts, members.idName);
      this.objectID = indexOf(this.texts, 'objectID');
    } else this.#vainLessons += 1;
    return isNew;
  }

  #insert(texts: readonly string[]): boolean {
    const before = this.texts.length;
    let place = 0;
    for (const text of texts) {
      const found = this.texts.indexOf(text);
      // In another order than before: it would have to stand in two places.
      if (found >= 0 && found < place) break;
      if (found < 0 && this.texts.length === MAX_NAMES) break;
      if (found < 0) this.texts.splice(place, 0, text);
      place = found < 0 ? place + 1 : found + 1;
    }
    return this.texts.length > before;
  }
}

function indexOf(texts: readonly string[], name: string): number {
  return texts.indexOf(Buffer.from(`${JSON.stringify(name)}:`).toString('latin1'));
}
