import type { SourceStream } from '../../../core/sources/source-stream.ts';
import type { MessageScanner, Span } from './message-scanner.ts';

/** A stream as the connector's catalog has it. */
export interface CatalogStream extends SourceStream {
  /** How its records and states name it. */
  readonly recordName: string;
  /** Paths to the values that are its key together. */
  readonly keyPaths: readonly (readonly string[])[];
  /** The catalog's own entry. */
  readonly entry: Readonly<Record<string, unknown>>;
}

/** A stream that is read, and how. */
export interface SelectedStream {
  readonly stream: CatalogStream;
  readonly isIncremental: boolean;
  /** Attributes to read; all where absent. */
  readonly properties: readonly string[] | undefined;
}

/** What one line says. Spans lie in the line that was scanned last. */
export type ConnectorMessage =
  | { readonly kind: 'record'; readonly recordName: string; readonly record: Span }
  | { readonly kind: 'keys'; readonly recordName: string; readonly keyPaths: readonly (readonly string[])[] }
  /** `text` is the state's own JSON. */
  | { readonly kind: 'state'; readonly text: string }
  | { readonly kind: 'status'; readonly recordName: string; readonly isComplete: boolean }
  /** Of its configuration, which only the owner of the source can put right, or one that may pass. */
  | { readonly kind: 'error'; readonly isConfiguration: boolean; readonly text: string }
  | { readonly kind: 'catalog'; readonly catalog: unknown }
  | { readonly kind: 'connection'; readonly isGood: boolean; readonly text: string }
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'other' };

/** How one kind of connector is called and what it answers. States are texts that only the protocol looks into. */
export interface Protocol {
  readonly name: 'Singer' | 'Airbyte';
  /** The arguments of a program whose files lie in `directory`. */
  readonly discoverArgs: (directory: string) => readonly string[];
  readonly readArgs: (directory: string, hasState: boolean) => readonly string[];
  /** Where the connector can be asked whether its configuration is right. */
  readonly checkArgs?: (directory: string) => readonly string[];
  /** Whether discovery prints messages, line by line, or one document. */
  readonly discoversByMessages: boolean;
  /** Throws a plain `Error` with what is wrong. */
  readonly parseCatalog: (catalog: unknown) => CatalogStream[];
  /** The catalog file that selects these streams of all there are. */
  readonly selectStreams: (all: readonly CatalogStream[], selected: readonly SelectedStream[]) => string;
  readonly parse: (scanner: MessageScanner) => ConnectorMessage;
  /** The state after a message, and what is put into the file for the program. */
  readonly mergeState: (state: string, text: string) => string;
  readonly toStateFile: (state: string) => string;
  /** The state without what it says of streams that are read in full. */
  readonly forgetStreams: (state: string, streams: readonly CatalogStream[]) => string;
}

/** A sentence of a connector as a message may quote it: one line, bounded. */
export function toSentence(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.replaceAll(/\s+/gu, ' ').trim().slice(0, 500);
}
