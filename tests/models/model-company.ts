import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelRoutes } from '../../command-side/models/routes.ts';
import type { Role } from '../../contracts/policy.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { openEventBus } from '../../infra/event-bus/open-event-bus.ts';
import { openSearch } from '../../infra/search/open-search.ts';
import { modelFiles } from '../../ml/registry/model-files.ts';
import { openModelIntake } from '../../ml/registry/model-intake.ts';
import { openModelStages } from '../../ml/registry/view-model-stages.ts';
import type { ModelStages } from '../../ml/serving/model-stages.ts';
import { models } from '../../projections/models/models.ts';
import type { Projection } from '../../projections/runner/projection.ts';
import { createProjectionRunner } from '../../projections/runner/projection-runner.ts';
import { modelRoutes as modelQueries } from '../../query-side/models/models.ts';
import { type Answer, startCommandApi } from '../spec-language/command-api.ts';
import { examineHere, type ModelFiles } from './small-model.ts';
import { formOf } from './upload.ts';

/** A company whose models go the whole way: from upload over event and view to the stages that the pool serves by. */
export interface ModelCompany {
  readonly modelsDir: string;
  readonly bundledDir: string;
  readonly stages: ModelStages;
  readonly warnings: readonly string[];
  readonly upload: (files: ModelFiles, version?: string, options?: { role?: Role; key?: string }) => Promise<Answer>;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    options?: { role?: Role; key?: string },
  ) => Promise<Answer>;
  /** Types of the models' events so far. */
  readonly history: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export const TENANT = 'acme';

/** @param bundle fills the folder of the models that come with the platform */
export const startModelCompany = async (
  bundle: (bundledDir: string) => Promise<void> = async () => {},
): Promise<ModelCompany> => {
  const dir = await mkdtemp(join(tmpdir(), 'models-'));
  const [dataDir, modelsDir, bundledDir] = ['data', 'models', 'bundled'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  await bundle(bundledDir);
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  const documents = await openDocuments({ dataDir: dir });
  const search = await openSearch({ dataDir: dir });
  const intake = await openModelIntake({ modelsDir, examine: examineHere });
  // The queries read the views of a runner that follows the log of the commands.
  let views: ReturnType<typeof createProjectionRunner> | undefined;
  const api = await startCommandApi(({ handling }) => [
    ...modelRoutes({ handling, intake }),
    ...modelQueries(
      {
        documents,
        search,
        get eventStore() {
          return api.eventStore;
        },
        get liveViews() {
          if (views === undefined) throw new Error('asked before it is up');
          return views.liveViews;
        },
        clock: () => new Date().toISOString(),
        readAfterTimeoutMs: 10_000,
      },
      modelFiles(modelsDir, bundledDir),
    ),
  ]);
  const bus = await openEventBus({ dataDir, onWarning }, api.eventStore);
  const { eventStore } = api;
  const runner = createProjectionRunner({
    projections: [models as unknown as Projection],
    documents,
    search,
    eventStore,
    bus,
  });
  await runner.start();
  views = runner;
  const collection = () => runner.liveViews.collection('models');
  const stages = await openModelStages({ documents, collection, modelsDir, bundledDir, intervalMs: 20, onWarning });

  const tokens = new Map<string, string>();
  const tokenOf = async (role: Role): Promise<string> => {
    const token = tokens.get(role) ?? (await api.keyOf(TENANT, role));
    tokens.set(role, token);
    return token;
  };
  const call: ModelCompany['call'] = async (method, path, body, { role = 'data-scientist', key } = {}) =>
    api.call(method, path, { token: await tokenOf(role), body, ...(key === undefined ? {} : { key }) });
  return {
    modelsDir,
    bundledDir,
    stages,
    warnings,
    call,
    upload: (files, version = '1.0.0', options) =>
      call('PUT', `/v1/models/cancellation/versions/${version}`, formOf(files), options),
    history: async () => (await api.log()).map(({ type }) => type).filter((type) => type.startsWith('model.')),
    close: async () => {
      await stages.close();
      await runner.stop();
      await bus.close();
      await api.close();
      await Promise.all([documents.close(), search.close()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
};
