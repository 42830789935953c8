/**
 * A Singer tap into a search index, twice: the second run goes on where the first one ended. Start Millrace with the tap in the
 * place of its image, then run this:
 *
 *   MILLRACE_COMMANDS="{\"tap-planets\":[\"node\",\"$PWD/examples/tap-planets.mjs\"]}" npm start
 *   npx node examples/docker-to-index.ts [index name]
 *
 * With docker or podman on the machine any image will do: docs/connectors/docker.md.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { algoliasearch } from 'algoliasearch';

const [indexName = 'planets'] = process.argv.slice(2);
const connection = JSON.parse(
  readFileSync(`${process.env['MILLRACE_DATA'] ?? '.millrace'}/connection.json`, 'utf8'),
);
const { hostname, port } = new URL(connection.url);
const ingestion = algoliasearch(connection.appID, connection.apiKey).initIngestion({
  region: 'us',
  options: { hosts: [{ url: hostname, port: Number(port), accept: 'readWrite', protocol: 'http' }] },
});

// 1. The source, in the older shape, which says that the image is a tap. Its streams are asked for.
const input = { imageType: 'singer', registry: 'dockerhub', image: 'tap-planets', configuration: {} };
const { sourceID } = await ingestion.createSource({ type: 'docker', name: 'planets', input });
const { data, message } = await ingestion.triggerDockerSourceDiscover({ sourceID });
console.log(message, JSON.stringify(data));

// 2. Where they go.
const { authenticationID } = await ingestion.createAuthentication({
  type: 'algolia',
  name: 'my search application',
  input: { appID: connection.search.appID, apiKey: connection.search.apiKey },
});
const { destinationID } = await ingestion.createDestination({
  type: 'search',
  name: indexName,
  authenticationID,
  input: { indexName },
});

// 3. `save` keeps what is there, so an incremental stream can go on from run to run.
const { taskID } = await ingestion.createTask({
  sourceID,
  destinationID,
  action: 'save',
  input: { streams: [{ name: 'planets', syncMode: 'incremental' }] },
});
for (const which of ['first', 'second']) {
  const { runID } = await ingestion.runTask({ taskID });
  let run = await ingestion.getRun({ runID });
  while (run.status !== 'finished') {
    await delay(500);
    run = await ingestion.getRun({ runID });
  }
  console.log(`${which} run: ${run.outcome}, ${run.progress?.receivedNbOfEvents} records read`);
}
