import type { Engine } from '../../../infra/engines/engine.ts';
import { quickMongodb } from '../../../infra/engines/mongodb.ts';

/** A MongoDB that is no replica set and has no transactions. */
export const standalone: Engine = {
  ...quickMongodb,
  launch: async (place) => {
    const { args, ...rest } = await quickMongodb.launch(place);
    return { ...rest, args: [...args, '--standalone'] };
  },
  url: (port) => `mongodb://127.0.0.1:${port}/spirit-tours`,
};
