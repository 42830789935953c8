import { lookup as systemLookup } from 'node:dns/promises';
import { connect as connectSocket, isIP, Socket, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { callbackify } from 'node:util';
import type { AddressPolicy } from './address-policy.ts';
import { HttpRequestError } from './http-request-error.ts';

/** All addresses of a name, as the system or a test knows them. */
export type Resolve = (hostname: string) => Promise<readonly { address: string; family: number }[]>;

/** What every connection is held to. */
export interface Guard {
  readonly policy: AddressPolicy;
  readonly connectMilliseconds: number;
  readonly resolve?: Resolve;
}

/** Takes the connection once it may be used, or why it may not. */
export type Connected = (error: Error | null, socket: Duplex) => void;

/** One connection to be made: how it is opened, and when it is ready. */
export interface Attempt {
  readonly guard: Guard;
  readonly host: string;
  readonly port: number;
  readonly readyEvent: 'connect' | 'secureConnect';
  readonly open: (lookup: LookupFunction) => Duplex | null | undefined;
}

/** A plain connection to a host that passed the policy, for protocols that are not http. Errors: `HttpRequestError`. */
export async function openGuardedSocket(guard: Guard, host: string, port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const open = (lookup: LookupFunction) => connectSocket({ host, port, lookup });
  connect({ guard, host, port, readyEvent: 'connect', open }, (error, socket) => {
    // Requests are small and each waits for its answer.
    if (error === null && socket instanceof Socket) resolve(socket.setNoDelay());
    else reject(error ?? new Error('The connection is no socket.'));
  });
  return promise;
}

/**
 * Judges the host if it is a literal (the resolver is never asked for those), all addresses if it is a name, and the
 * peer that was reached; only then is the connection handed to the request that waits for it.
 */
export function connect(attempt: Attempt, connected: Connected = () => {}): void {
  const { guard, host, port } = attempt;
  const trusted = guard.policy.isTrusted(host, port);
  const isAllowed = (address: string | undefined) =>
    trusted || (address !== undefined && guard.policy.isAllowed(address));
  // The agent's callback takes no socket beside an error, whatever its type says.
  const failed = (error: Error) => connected(error, new Socket());
  if (isIP(host) !== 0 && !isAllowed(host)) {
    failed(addressNotAllowed(host));
    return;
  }
  const socket = attempt.open(guardedLookup(guard.resolve ?? resolveBySystem, isAllowed));
  if (!(socket instanceof Socket)) {
    failed(new Error('The connection is no socket.'));
    return;
  }
  handOver(socket, attempt, { isAllowed, connected, failed });
}

function handOver(
  socket: Socket,
  attempt: Attempt,
  outcome: {
    isAllowed: (address: string | undefined) => boolean;
    connected: Connected;
    failed: (error: Error) => void;
  },
): void {
  const { connectMilliseconds } = attempt.guard;
  const timer = setTimeout(() => {
    const seconds = connectMilliseconds / 1000;
    socket.destroy(
      new HttpRequestError('http.timeout', `${attempt.host} could not be connected to within ${seconds} s.`),
    );
  }, connectMilliseconds);
  const onError = (error: Error) => {
    clearTimeout(timer);
    outcome.failed(error);
  };
  socket.once('error', onError);
  socket.once('connect', () => {
    if (!outcome.isAllowed(socket.remoteAddress)) socket.destroy(addressNotAllowed(attempt.host));
  });
  socket.once(attempt.readyEvent, () => {
    if (socket.destroyed) return;
    clearTimeout(timer);
    socket.off('error', onError);
    outcome.connected(null, socket);
  });
}

function guardedLookup(resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction {
  const lookupAllowed = callbackify(async (hostname: string) => {
    const addresses = await resolve(hostname);
    // One bad address is enough: the name's owner decides which of them is tried first.
    if (!addresses.every(({ address }) => isAllowed(address))) throw addressNotAllowed(hostname);
    return addresses;
  });
  return (hostname, options, callback) => {
    lookupAllowed(hostname, (error, addresses) => {
      const first = addresses?.[0];
      if (error !== null) callback(error, '');
      else if (first === undefined) callback(notFound(hostname), '');
      else if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

const resolveBySystem: Resolve = (hostname) => systemLookup(hostname, { all: true });

/** The same words whatever lies behind the address, so that nobody can look around with them. */
function addressNotAllowed(host: string): HttpRequestError {
  return new HttpRequestError(
    'http.address_not_allowed',
    `The address of ${host} is not public, so it is not requested; an operator can allow it with MILLRACE_ALLOW_PRIVATE.`,
  );
}

function notFound(hostname: string): HttpRequestError {
  return new HttpRequestError('http.not_found_host', `No host of the name ${hostname} is known.`);
}
