const MAX_CHARACTERS = 300;

/** A failure of a service that the operator names, on one line; what it said may be shown, credentials are never in it. */
export function describeFailure(what: string, error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return `${what}: ${said.replaceAll(/\p{Cc}+/gu, ' ').slice(0, MAX_CHARACTERS)}`;
}
