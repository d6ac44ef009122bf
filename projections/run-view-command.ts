import { randomId } from '../contracts/ids.ts';
import type { ProjectionRunner, RunnerOptions } from './runner/projection-runner.ts';
import { createProjectionRunner, ensureRunnerCollections } from './runner/projection-runner.ts';
import { Projectors } from './runner/projectors.ts';
import { commandOf, removeCommand, sendCommand, type ViewCommand } from './runner/view-commands.ts';

export type AskedCommand = Pick<ViewCommand, 'command' | 'view' | 'stream'>;

/** The command could not be carried out. The message says why. */
export class ViewCommandError extends Error {
  override readonly name = 'ViewCommandError';
}

const LOOK_EVERY_MS = 100;

/**
 * Carries out what an operator asks of the views: by the process that runs the view, where there is one (`onWait` is called
 * while it works), otherwise here. Resolves with what came of it, in words.
 * @throws ViewCommandError
 */
export const runViewCommand = async (
  options: RunnerOptions,
  asked: AskedCommand,
  onWait: () => void = () => undefined,
): Promise<string> => {
  const { documents, projections } = options;
  if (!projections.some(({ name }) => name === asked.view))
    throw new ViewCommandError(`there is no view ${asked.view}`);
  await ensureRunnerCollections(documents);
  const projectors = new Projectors(documents, randomId(), false);
  const id = await sendCommand(documents, asked);
  let runner: ProjectionRunner | undefined;
  try {
    for (;;) {
      const command = await commandOf(documents, id);
      if (command === undefined) throw new ViewCommandError('the command was taken back');
      if (command.status === 'failed') throw new ViewCommandError(command.outcome ?? 'it failed');
      if (command.status === 'done') return command.outcome ?? 'done';
      if (runner === undefined && ![...(await projectors.alive()).values()].some(({ shares }) => shares)) {
        // Nobody runs the views: this process does, for as long as it takes, and finds its own command.
        const own = projections.filter(({ name }) => name === asked.view);
        runner = createProjectionRunner({ ...options, projections: own, follow: false });
        await runner.start();
      }
      onWait();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  } finally {
    await runner?.stop();
    await removeCommand(documents, id);
  }
};
