import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { NetworkPolicy } from './network-policy.ts';

type Address = ReturnType<typeof ipaddr.parse>;

/** Decides which addresses may be connected to. */
export interface AddressPolicy {
  /** A public address, or one in a range that the operator allows. Text that is no IP address is not allowed. */
  isAllowed(address: string): boolean;
  /** The operator named this host and port: its addresses are not judged. */
  isTrusted(host: string, port: number): boolean;
}

/** Azure's metadata and DNS service answers on this address, which lies in a public range. */
const AZURE_PLATFORM = '168.63.129.16';
/** All public IPv6 lies here; what else counts as unicast (`::127.0.0.1`, say) is a way to write something private. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
/** NAT64's well-known prefix: the last 32 bits are the IPv4 address that is really reached. */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');

/** Reads the operator's exceptions once; an entry that is no CIDR or no `host:port` is an error that names it. */
export function createAddressPolicy(network: NetworkPolicy): AddressPolicy {
  const ranges = network.allowPrivate.map(parseRange);
  const trusted = new Set(network.trustedHosts.map(parseTrustedHost));
  return {
    isAllowed: (text) => {
      if (isIP(text) === 0) return false;
      const address = ipaddr.parse(text);
      return isPublic(address) || isInRanges(address, ranges);
    },
    isTrusted: (host, port) => trusted.has(`${bracketed(host)}:${port}`),
  };
}

function isPublic(address: Address): boolean {
  if (address.kind() === 'ipv4')
    return address.range() === 'unicast' && address.toString() !== AZURE_PLATFORM;
  if (address.match(NAT64)) return isPublic(innerIPv4(address));
  return address.range() === 'unicast' && address.match(GLOBAL_UNICAST);
}

function isInRanges(address: Address, ranges: readonly [Address, number][]): boolean {
  const judged = address.kind() === 'ipv6' && address.match(NAT64) ? innerIPv4(address) : address;
  return ranges.some(([network, bits]) => network.kind() === judged.kind() && judged.match(network, bits));
}

function innerIPv4(address: Address): Address {
  return ipaddr.fromByteArray(address.toByteArray().slice(-4));
}

function parseRange(entry: string): [Address, number] {
  const text = entry.trim();
  if (!ipaddr.isValidCIDR(text)) {
    throw new Error(`The allowed private range "${text}" is not a CIDR such as 10.1.0.0/16 or fd00::/8.`);
  }
  return ipaddr.parseCIDR(text);
}

function parseTrustedHost(entry: string): string {
  const text = entry.trim().toLowerCase();
  if (!/^(?:\[[\da-f:.]+\]|[^\s/:@[\]]+):\d{1,5}$/.test(text)) {
    throw new Error(`The trusted host "${text}" is not of the form host:port.`);
  }
  return text;
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host.toLowerCase();
}
