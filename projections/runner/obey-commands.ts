import type { Documents } from '../../infra/documents/documents.ts';
import { pendingCommands, settleCommand, type ViewCommand } from './view-commands.ts';
import type { ViewSupervisor } from './view-supervisor.ts';

/**
 * Looks for what operators asked in other processes of the views that run here, and does it, in the background. Meant to
 * be called again and again. A command whose view is given away meanwhile is left to the projector that has it then.
 */
export const commandObeyer = (
  documents: Documents,
  running: ReadonlyMap<string, ViewSupervisor>,
  onWarning: (error: unknown, message: string) => void,
): (() => Promise<void>) => {
  const obeying = new Set<string>();

  const obey = async (command: ViewCommand, supervisor: ViewSupervisor): Promise<void> => {
    const outcome = await perform(supervisor, command).then(
      (words) => ({ status: 'done', words }) as const,
      (error: unknown) => ({ status: 'failed', words: messageOf(error) }) as const,
    );
    if (outcome.status === 'failed' && supervisor.closed) return;
    await settleCommand(documents, command, outcome.status, outcome.words);
  };

  return async () => {
    for (const command of await pendingCommands(documents, [...running.keys()])) {
      const supervisor = running.get(command.view);
      if (supervisor === undefined || obeying.has(command.id)) continue;
      obeying.add(command.id);
      obey(command, supervisor)
        .catch((error: unknown) => onWarning(error, 'an answer to an operator was lost'))
        .finally(() => obeying.delete(command.id));
    }
  };
};

/** Carries a command out; resolves with what came of it, in words. */
const perform = async (supervisor: ViewSupervisor, { command, view, stream }: ViewCommand): Promise<string> => {
  if (command === 'rebuild') {
    await supervisor.rebuild();
    return `${view} is rebuilt`;
  }
  if (stream === null) throw new Error(`${command} needs a stream`);
  if (command === 'discard') {
    await supervisor.discard(stream);
    return `${stream} is discarded`;
  }
  const still = await supervisor.retry(stream);
  if (still !== undefined) throw new Error(`${stream} is still parked: ${still.error}`);
  return `${stream} goes on`;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
