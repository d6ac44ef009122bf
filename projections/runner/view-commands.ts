import { randomId } from '../../contracts/ids.ts';
import type { Documents } from '../../infra/documents/documents.ts';

/** What an operator asks of the runner, from another process, by way of the documents. */
export interface ViewCommand {
  readonly id: string;
  readonly command: 'rebuild' | 'retry' | 'discard';
  readonly view: string;
  /** Null for `rebuild`. */
  readonly stream: string | null;
  readonly status: 'pending' | 'done' | 'failed';
  /** What came of it, in words. */
  readonly outcome: string | null;
}

const COLLECTION = 'view-commands';

export const ensureCommands = (documents: Documents): Promise<void> =>
  documents.ensure({ name: COLLECTION, indexes: [{ fields: ['status'] }] });

/** Leaves a command for the process that runs the view. Returns its id. */
export const sendCommand = async (
  documents: Documents,
  command: Pick<ViewCommand, 'command' | 'view' | 'stream'>,
): Promise<string> => {
  const id = randomId();
  await put(documents, { ...command, id, status: 'pending', outcome: null });
  return id;
};

export const commandOf = (documents: Documents, id: string): Promise<ViewCommand | undefined> =>
  documents.get<ViewCommand>(COLLECTION, id);

export const removeCommand = (documents: Documents, id: string): Promise<void> =>
  documents.commit([{ collection: COLLECTION, id, remove: true }]);

/** What operators wait for from whoever runs these views. */
export const pendingCommands = async (
  documents: Documents,
  views: readonly string[],
): Promise<readonly ViewCommand[]> => {
  if (views.length === 0) return [];
  const filter = { status: 'pending', view: { $in: views } };
  return (await documents.find<ViewCommand>(COLLECTION, { filter, limit: 20 })).items;
};

/** Tells who asked what came of it. */
export const settleCommand = (
  documents: Documents,
  command: ViewCommand,
  status: 'done' | 'failed',
  outcome: string,
): Promise<void> => put(documents, { ...command, status, outcome });

const put = (documents: Documents, command: ViewCommand): Promise<void> =>
  documents.commit([{ collection: COLLECTION, id: command.id, put: { ...command } }]);
