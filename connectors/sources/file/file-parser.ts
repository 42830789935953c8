import type { BatchBuilder } from '../../../core/records/batch-builder.ts';
import type { ParserPosition } from './file-cursor.ts';
import type { InputWindow } from './input-window.ts';

/** Turns the bytes of one file format into records. Made for one reading of one file. */
export interface FileParser {
  /** Goes on at `position`; `prologue` holds the first `position.prologueBytes` bytes of the file. */
  resume(position: ParserPosition, prologue: Buffer): void;
  /**
   * Takes complete records from the window until the batch is full (true) or the window has none left (false).
   * Errors: `SourceError` for what makes the rest of the file unreadable.
   */
  parse(window: InputWindow, batch: BatchBuilder): boolean;
  /** Where the window's `start` stands. */
  position(): ParserPosition;
}
