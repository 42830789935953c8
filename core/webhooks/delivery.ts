/** A request as it came to a hook, before anything in it is trusted. */
export interface Delivery {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The raw bytes: signatures are made over them. */
  readonly body: Buffer;
}
