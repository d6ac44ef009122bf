import { allTrainers } from './all-trainers.ts';
import { type TrainedVersion, type TrainingOrder, trainModel } from './train-model.ts';
import { TooLittleDataError } from './trainer.ts';
import { openTrainingLog, type TrainingConfig } from './training-log.ts';

/** What a training process is sent, once. */
export interface TrainingTask {
  readonly name: string;
  readonly order: TrainingOrder;
  readonly config: TrainingConfig;
  readonly folder: string;
}

/** What it answers. */
export type TrainingNews =
  | { readonly news: 'progress'; readonly part: number }
  | { readonly news: 'trained'; readonly trained: TrainedVersion }
  | { readonly news: 'too-little-data' | 'failed'; readonly message: string };

const tell = (news: TrainingNews): void => {
  process.send?.(news);
};

const train = async ({ name, order, config, folder }: TrainingTask): Promise<TrainingNews> => {
  const trainer = allTrainers.find((one) => one.name === name);
  if (trainer === undefined) return { news: 'failed', message: `there is no trainer of ${name}` };
  const { eventStore, close } = await openTrainingLog(config);
  try {
    const onProgress = (part: number) => tell({ news: 'progress', part });
    const { modelsDir } = config;
    return {
      news: 'trained',
      trained: await trainModel(trainer, order, { eventStore, modelsDir, folder, onProgress }),
    };
  } catch (error) {
    if (error instanceof TooLittleDataError) return { news: 'too-little-data', message: error.message };
    return { news: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  } finally {
    await close();
  }
};

// Nobody would take its model in any more.
process.once('disconnect', () => process.exit(0));
process.once('message', (task) => {
  void train(task as TrainingTask).then((news) => {
    tell(news);
    process.disconnect();
  });
});
