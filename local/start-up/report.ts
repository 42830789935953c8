import { relative } from 'node:path';
import type { Machine } from './start-machine.ts';

const WIDTH = 17;

/** What a person reads when the machine is ready: where it is, how to get in, and what to try. */
export function startUpReport(machine: Machine, seconds: number, workingDirectory: string): string {
  const { connection, dataDirectory, isFirstStart } = machine;
  const data = relative(workingDirectory, dataDirectory);
  const shown = data === '' || data.startsWith('..') ? dataDirectory : data;
  const rows = [
    ['API', connection.url],
    ['Application ID', connection.appID],
    isFirstStart
      ? ['Admin API key', `${connection.apiKey}  (shown this once)`]
      : ['Admin API key', `in ${shown}/connection.json`],
    ['Local index', connection.search.url],
    ['Data', shown],
  ];
  return [
    `Millrace is ready, ${seconds.toFixed(1)} s after its start.`,
    '',
    ...rows.map(([label = '', value]) => `  ${label.padEnd(WIDTH)}${value}`),
    '',
    ...sampleLines(machine),
    ...commandLines(machine, shown),
    '',
  ].join('\n');
}

function sampleLines({ sample }: Machine): string[] {
  if (!sample) return [];
  if (sample.problems.length > 0) return [...sample.problems.map((problem) => `  ${problem}`), ''];
  const counts = Object.entries(sample.records).map(
    ([index, count]) => `${count.toLocaleString('en-US')} ${index}`,
  );
  const indices = Object.keys(sample.records).join(' and ');
  return [`  The sample has run: ${counts.join(' and ')} are searchable in the indices ${indices}.`, ''];
}

function commandLines({ connection, airportsTaskID }: Machine, data: string): string[] {
  const curl = `curl -K ${data}/curl.conf`;
  const listRuns = ['List runs', `${curl} ${connection.url}/1/runs`];
  const commands = airportsTaskID
    ? [
        listRuns,
        ['Run again', `${curl} -X POST ${connection.url}/2/tasks/${airportsTaskID}/run`],
        ['Search', `${curl} ${connection.search.url}/1/indexes/airports/query -d '{"query":"kennedy"}'`],
      ]
    : [
        listRuns,
        ['List tasks', `${curl} ${connection.url}/2/tasks`],
        ['List indices', `${curl} ${connection.search.url}/1/indexes`],
      ];
  return [
    '  Try next:',
    ...commands.map(([label = '', command]) => `    ${label.padEnd(WIDTH - 2)}${command}`),
  ];
}
