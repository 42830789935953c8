import type { FargatePace } from '../../../connectors/containers/fargate/fargate-containers.ts';

/** Both sides look often; a worker that is gone is noticed after half a second. */
export const FAST: FargatePace = {
  worker: { partMilliseconds: 5, taskMilliseconds: 50, beatMilliseconds: 50 },
  relay: {
    partBytes: 1024 * 1024,
    flushMilliseconds: 20,
    pollMilliseconds: 10,
    beatMilliseconds: 50,
    silenceMilliseconds: 500,
    wallMilliseconds: 60_000,
  },
};
