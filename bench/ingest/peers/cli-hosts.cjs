// Preloaded into @algolia/cli, which has no option for the host: sends its requests to the sink (BENCH_SINK, host:port).
const Module = require('node:module');

const load = Module._load;
Module._load = function loadWithHosts(request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (request !== 'algoliasearch') return loaded;
  return (appID, apiKey) => loaded(appID, apiKey, { hosts: [process.env.BENCH_SINK], protocol: 'http:' });
};
