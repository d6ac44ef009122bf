/** A mistake of the caller of a command: shown with the usage, without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type ErrorClass = new (...args: never[]) => Error;

/**
 * Runs a command of a terminal and sets the exit status of the process: what `run` resolves to, 2 for a mistake of the caller
 * (also one that `parseArgs` finds), 1 for anything else.
 * @param expected errors that a person can do something about: shown by their message alone
 */
export const runCommand = async (
  usage: string,
  run: () => Promise<number | undefined>,
  expected: readonly ErrorClass[] = [],
): Promise<void> => {
  try {
    process.exitCode = (await run()) ?? 0;
  } catch (error) {
    const isUsage = error instanceof UsageError || isParseArgsError(error);
    if (isUsage) console.error(`${(error as Error).message}\n\n${usage}`);
    else console.error(expected.some((one) => error instanceof one) ? (error as Error).message : error);
    process.exitCode = isUsage ? 2 : 1;
  }
};

const isParseArgsError = (error: unknown): boolean =>
  error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
