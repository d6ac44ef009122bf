import { type Examination, type ExaminationLimits, examineFolder } from './examine-folder.ts';
import type { VersionAddress } from './model-folders.ts';

/** What an examining process is sent, once. */
export interface ExaminationTask {
  readonly folder: string;
  readonly address: VersionAddress;
  readonly limits: ExaminationLimits;
}

/** `ready` comes first: what ends the process after it is the model's doing. */
export type ExaminationNews =
  | { readonly ready: true }
  | { readonly examination: Examination }
  | { readonly failed: string };

const tell = (news: ExaminationNews): void => {
  process.send?.(news);
};

// Nobody would hear of it any more.
process.once('disconnect', () => process.exit(0));
process.once('message', (message) => {
  const { folder, address, limits } = message as ExaminationTask;
  void examineFolder(folder, address, limits)
    .then(
      (examination) => tell({ examination }),
      (error: unknown) => tell({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
    .finally(() => process.disconnect());
});
tell({ ready: true });
