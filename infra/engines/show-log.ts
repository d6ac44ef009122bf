import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';

const SHOWN_BYTES = 64 * 1024;

/**
 * Prints the last 64 KiB of a log file.
 * @param follow goes on with what is added, until this process ends
 * @throws Error when there is no such file
 */
export const showLog = async (file: string, follow: boolean): Promise<void> => {
  let shown = Math.max(0, (await stat(file)).size - SHOWN_BYTES);
  do {
    const { size } = await stat(file);
    // Shorter than before: somebody began it anew.
    if (size < shown) shown = 0;
    if (size > shown)
      await pipeline(createReadStream(file, { start: shown, end: size - 1 }), process.stdout, { end: false });
    shown = size;
    if (follow) await pause(200);
  } while (follow);
};
