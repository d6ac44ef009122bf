import { z } from 'zod';
import { isRejection } from '../../contracts/decider.ts';
import { modelName, modelVersion } from '../../contracts/models/model-name.ts';
import { rollbackBody, ruleBody, type StageBody, stageBody } from '../../contracts/models/model-requests.ts';
import { modelIdOf, modelView } from '../../contracts/views/model.ts';
import { defineRoute, type RequestContext, type Route, refuse } from '../../infra/http/route.ts';
import { metaOf, principalOf } from '../handling/meta-of.ts';
import { replyTo } from '../handling/reply-to.ts';
import { type ModelCommand, modelDecider } from './model-decider.ts';
import { asItStands, type TakingIn, takeInVersion } from './take-in-version.ts';

const nameParams = z.object({ name: modelName });
const versionParams = nameParams.extend({ version: modelVersion });

/** 200 MB of files, and what the form around them takes. */
const MOST_UPLOAD_BYTES = 201 * 1024 * 1024;

/** Routes that take models in and say which of them gets which traffic. */
export const modelRoutes = (deps: TakingIn): readonly Route[] => {
  const { handling, intake } = deps;
  const common = { tag: 'Models', action: 'models:write' } as const;
  const changed = { 200: { description: 'The model with its versions as it stands now', schema: modelView } };

  const send = async (command: ModelCommand, context: RequestContext) => {
    const id = modelIdOf(principalOf(context).tenant, command.name);
    return replyTo(await handling.handle(modelDecider, id, command, metaOf(context), asItStands), (body) => ({ body }));
  };

  return [
    defineRoute({
      ...common,
      method: 'put',
      path: '/v1/models/:name/versions/:version',
      operationId: 'putModelVersion',
      summary: 'Upload a version of a model',
      description:
        'It is examined: manifest, graph, golden samples, speed. What passes is registered and gets no traffic before it is given a stage; what does not is refused with `errors` that tell what to change. The same files again are no error, other files under the same version are.',
      params: versionParams,
      multipart: {
        parts: {
          manifest: { fileName: 'manifest.json', description: 'What the platform must know of the model, as JSON' },
          model: { fileName: 'model.onnx', description: 'The model, as ONNX with its weights inside' },
        },
        furtherFiles: {
          most: 20,
          description: 'What else belongs to it, under its own file name: `card.html`, `tokenizer.json`',
        },
        maxBytes: MOST_UPLOAD_BYTES,
        newFolder: () => intake.newFolder(),
      },
      responses: {
        201: { description: 'The model with the new version', schema: modelView },
        200: { description: 'The model, which had the version already', schema: modelView },
      },
      errors: ['MODEL_REFUSED', 'ALREADY_EXISTS'],
      handle: async ({ params, received: { folder }, context }) => {
        const arrival = { tenant: principalOf(context).tenant, ...params, folder };
        const outcome = await takeInVersion(deps, arrival, 'upload', metaOf(context));
        if ('problems' in outcome) return refuseModel(outcome.problems);
        const status = isRejection(outcome) || outcome.events.length === 0 ? 200 : 201;
        return replyTo(outcome, (body) => ({ status, body }));
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/models/:name/versions/:version/stage',
      operationId: 'setModelStage',
      summary: 'Bring a version into a stage',
      description:
        '`shadow` scores beside the live version, `canary` answers for a share of the traffic, `live` for the rest of it; `registered` ends shadow or canary, `retired` is for good. With `expectedLive` the change is refused where another version is live meanwhile.',
      params: versionParams,
      body: stageBody,
      responses: changed,
      errors: ['NOT_FOUND', 'CONFLICT'],
      handle: ({ params, body, context }) => send(stageCommand(params, body, context), context),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/models/:name/rollback',
      operationId: 'rollBackModel',
      summary: 'Take the live version back to the one before',
      description: 'Where there is none before, callers take their fallback.',
      params: nameParams,
      body: rollbackBody,
      responses: changed,
      errors: ['NOT_FOUND', 'CONFLICT'],
      handle: ({ params: { name }, body: { reason, expectedLive }, context }) =>
        send({ type: 'roll-back', name, expectedLive, reason: reason ?? askedBy(context) }, context),
    }),
    defineRoute({
      ...common,
      method: 'put',
      path: '/v1/models/:name/rule',
      operationId: 'setModelRule',
      summary: 'Say what is done by itself: training, promotion, roll-back',
      params: nameParams,
      body: ruleBody,
      responses: changed,
      handle: ({ params: { name }, body: rule, context }) => send({ type: 'set-rule', name, rule }, context),
    }),
  ];
};

const askedBy = (context: RequestContext): string => `asked for by ${principalOf(context).actor}`;

const stageCommand = (
  { name, version }: { readonly name: string; readonly version: string },
  { stage, share, expectedLive, reason, force }: StageBody,
  context: RequestContext,
): ModelCommand => {
  const why = reason ?? askedBy(context);
  switch (stage) {
    case 'registered':
      return { type: 'withdraw', name, version, reason: why };
    case 'shadow':
      return { type: 'start-shadow', name, version };
    case 'canary':
      // The schema asks a canary for its share.
      return { type: 'start-canary', name, version, share: share ?? 0 };
    case 'live':
      return { type: 'promote', name, version, reason: why, expectedLive, ...(force === undefined ? {} : { force }) };
    case 'retired':
      return { type: 'retire', name, version };
  }
};

const refuseModel = (problems: readonly string[]) =>
  refuse('MODEL_REFUSED', problems[0] ?? '', undefined, {
    errors: problems.map((detail) => ({ field: 'model', detail })),
  });
