import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { errorCatalogue } from '../../contracts/errors.ts';
import type { OpenApiDocument } from './openapi.ts';
import { defineRoute, type Route, refuse } from './route.ts';

/** Files of Swagger UI that the page needs, and their types. All come from here: the page works without the internet. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const START = 'start.js';
const START_SCRIPT = `window.onload = () => SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true });\n`;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Spirit Tours API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="api"></main>
<noscript>This page needs JavaScript. The same document stands at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/${START}"></script>
</body>
</html>
`;

/** Swagger UI sets styles on elements and draws its icons from data: URLs; nothing may come from elsewhere. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `/openapi.json`, a readable page of it at `/docs`, and what each problem type means at `/problems/:code`. */
export const docsRoutes = (document: OpenApiDocument): readonly Route[] => {
  const json = JSON.stringify(document);
  return [
    defineRoute({
      method: 'get',
      path: '/openapi.json',
      operationId: 'getOpenApi',
      summary: 'The API as an OpenAPI 3.1 document',
      tag: 'documentation',
      action: 'public',
      responses: { 200: { description: 'The document', schema: z.looseObject({}) } },
      handle: () => ({ body: json, headers: { 'Content-Type': 'application/json' } }),
    }),
    defineRoute({
      method: 'get',
      path: '/docs',
      operationId: 'getDocsPage',
      summary: 'The API as a page to read and try',
      tag: 'documentation',
      action: 'public',
      responses: { 200: { description: 'The page', contentType: 'text/html; charset=utf-8' } },
      handle: () => ({ body: PAGE, headers: { 'Content-Security-Policy': PAGE_POLICY } }),
    }),
    defineRoute({
      method: 'get',
      path: '/docs/:file',
      operationId: 'getDocsAsset',
      summary: 'A file that the page needs',
      tag: 'documentation',
      action: 'public',
      params: z.object({ file: z.string() }),
      responses: { 200: { description: 'The file', contentType: 'application/octet-stream' } },
      errors: ['NOT_FOUND'],
      handle: async ({ params: { file } }) => {
        if (file === START)
          return { body: START_SCRIPT, headers: { 'Content-Type': 'text/javascript; charset=utf-8' } };
        const type = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
        if (type === undefined) return refuse('NOT_FOUND', 'There is no such file');
        const body = await readFile(new URL(import.meta.resolve(`swagger-ui-dist/${file}`)));
        return { body, headers: { 'Content-Type': type } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/problems/:code',
      operationId: 'getProblemType',
      summary: 'What a problem type means',
      tag: 'documentation',
      action: 'public',
      params: z.object({ code: z.string() }),
      responses: {
        200: {
          description: 'The problem type',
          schema: z.object({ code: z.string(), status: z.int(), title: z.string() }),
        },
      },
      errors: ['NOT_FOUND'],
      handle: ({ params: { code } }) => {
        if (!isErrorCode(code)) return refuse('NOT_FOUND', 'There is no such problem type', 'code');
        return { body: { code, ...errorCatalogue[code] } };
      },
    }),
  ];
};

const isErrorCode = (code: string): code is keyof typeof errorCatalogue => Object.hasOwn(errorCatalogue, code);
