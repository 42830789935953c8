/** One stream that a source offers: what a task of the source may name in its `input.streams`. */
export interface SourceStream {
  readonly name: string;
  /** JSON Schema of its records. */
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  /** How it can be read; `incremental` goes on where the run before ended. */
  readonly syncModes: readonly ('fullTable' | 'incremental')[];
  /** The attributes that are its records' key together; empty where it names none. */
  readonly keyProperties: readonly string[];
}
