import Koa from 'koa';
import mount from 'koa-mount';
import { errorCatalogue } from '../../contracts/errors.ts';
import { octoError, octoErrorBody } from '../../contracts/octo/octo-error.ts';
import { type ApiOptions, createApi } from './api.ts';
import { docsRoutes } from './docs-routes.ts';
import { type ErrorDialect, openApiDocument } from './openapi.ts';
import type { Route } from './route.ts';
import { withoutTrailingSlash } from './without-trailing-slash.ts';

const API_INFO = {
  title: 'Spirit Tours',
  version: '1',
  description: 'Commands and queries of a travel platform. Figures of money are integers in minor units.',
};

const OCTO_ERRORS: ErrorDialect = {
  contentType: 'application/json',
  schema: octoErrorBody,
  statusOf: (code) => octoError({ refused: code, detail: '', field: '' }, errorCatalogue[code].status).status,
};

export interface PlatformRoutes {
  readonly commands: readonly Route[];
  readonly queries: readonly Route[];
  /** Answer errors as OCTO has them. */
  readonly octoCommands: readonly Route[];
  readonly octoQueries: readonly Route[];
  /** Health and metrics: neither limited nor counted. */
  readonly operations: readonly Route[];
}

/** The command, query and OCTO APIs that a process serves, with their documentation, as one app. */
export const platformApp = (api: Omit<ApiOptions, 'routes'>, routes: PlatformRoutes): Koa => {
  const { commands, queries, octoCommands, octoQueries, operations } = routes;
  const document = openApiDocument(
    [...commands, ...queries, ...octoCommands, ...octoQueries, ...operations],
    API_INFO,
    (route) => (route.path.startsWith('/octo/') ? OCTO_ERRORS : undefined),
  );
  const octo = { ...api, errorFormat: octoError };
  const { authenticate, logger } = api;
  const app = new Koa();
  app.use(withoutTrailingSlash('/octo'));
  for (const mine of [commands, queries]) app.use(mount('/', createApi({ ...api, routes: mine })));
  for (const mine of [octoCommands, octoQueries]) app.use(mount('/', createApi({ ...octo, routes: mine })));
  app.use(mount('/', createApi({ authenticate, logger, routes: [...operations, ...docsRoutes(document)] })));
  return app;
};
