/** Which host to ask next: the same one as long as it answers. */
export interface HostRotation {
  readonly count: number;
  /** Base URL without a trailing slash. */
  current(): string;
  /** `host` did not answer; the next one is asked, unless another request has already moved on. */
  failed(host: string): void;
}

/** Rotates over the given base URLs. */
export function createHostRotation(hosts: readonly [string, ...string[]]): HostRotation {
  let at = 0;
  return {
    count: hosts.length,
    current: () => hosts[at] ?? hosts[0],
    failed: (host) => {
      if (hosts[at] === host) at = (at + 1) % hosts.length;
    },
  };
}

/**
 * Algolia's hosts for an application: the main one, then three fallbacks on another domain in random order, so that not
 * all clients press on the same one when the first fails (as Algolia's own clients do).
 */
export function algoliaHosts(applicationID: string, random: () => number): readonly [string, ...string[]] {
  const application = encodeURIComponent(applicationID.toLowerCase());
  const fallbacks = [1, 2, 3]
    .map((number) => ({ url: `https://${application}-${number}.algolianet.com`, rank: random() }))
    .sort((left, right) => left.rank - right.rank);
  return [`https://${application}.algolia.net`, ...fallbacks.map(({ url }) => url)];
}
