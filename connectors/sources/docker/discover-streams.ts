import { SourceError } from '../../../core/runs/source-error.ts';
import type { ConnectorProcess } from './connector-process.ts';
import { connectorFault } from './connector-fault.ts';
import { MessageScanner } from './message-scanner.ts';
import { toSentence, type CatalogStream } from './protocol.ts';
import type { Session } from './session.ts';

const MAX_CATALOG_BYTES = 16 * 1024 * 1024;
const POLL_MILLISECONDS = 1_000;

/** Has the connector list its streams. */
export async function discoverStreams(session: Session): Promise<CatalogStream[]> {
  const { protocol } = session;
  const process = await session.start(protocol.discoverArgs);
  try {
    const catalog = protocol.discoversByMessages
      ? await findCatalog(session, process)
      : await readDocument(process);
    return protocol.parseCatalog(catalog);
  } catch (error) {
    if (error instanceof SourceError || session.signal.aborted) throw error;
    throw new SourceError(
      'docker.bad_catalog',
      `The connector listed its streams in a way that is not ${protocol.name}'s: ${toSentence(error instanceof Error ? error.message : '')}`,
      { cause: error },
    );
  } finally {
    await process.stop();
  }
}

/** Singer's taps print one document, over as many lines as they like. */
async function readDocument(process: ConnectorProcess): Promise<unknown> {
  const lines: string[] = [];
  for await (const line of linesOf(process)) lines.push(line.toString());
  await process.confirmSuccess();
  const text = lines.join('\n');
  // Some print a greeting before it.
  const start = text.search(/^\s*\{/mu);
  return JSON.parse(start < 0 ? text : text.slice(start));
}

async function findCatalog(session: Session, process: ConnectorProcess): Promise<unknown> {
  const scanner = new MessageScanner();
  let found: { catalog: unknown } | undefined;
  let fault: SourceError | undefined;
  for await (const line of linesOf(process)) {
    if (!scanner.load(line)) {
      process.note(`${line.subarray(0, 1_000).toString()}\n`);
      continue;
    }
    const message = session.protocol.parse(scanner);
    if (message.kind === 'catalog') found = message;
    if (message.kind === 'log') process.note(`${message.text}\n`);
    if (message.kind === 'error') fault ??= connectorFault(message, session.blot);
  }
  if (fault !== undefined) throw fault;
  await process.confirmSuccess();
  if (found !== undefined) return found.catalog;
  throw new SourceError('docker.no_catalog', 'The connector ended without listing its streams.');
}

async function* linesOf(process: ConnectorProcess): AsyncGenerator<Buffer> {
  for (;;) {
    const lines = await process.nextLines(POLL_MILLISECONDS);
    if (lines === undefined) return;
    if (lines === 'waiting') continue;
    if (process.bytesRead > MAX_CATALOG_BYTES) {
      throw new SourceError('docker.bad_catalog', 'The connector listed its streams in more than 16 MB.');
    }
    yield* lines;
  }
}
