import { ndjson, type SavedObject } from './saved-objects.ts';

/** Kibana did not take the objects. The message says why and what to do, and holds no credentials. */
export class KibanaImportError extends Error {
  override readonly name = 'KibanaImportError';
}

interface ImportAnswer {
  readonly success?: boolean;
  readonly successCount?: number;
  readonly message?: string;
  readonly errors?: readonly {
    readonly type: string;
    readonly id: string;
    readonly error: { readonly type: string };
  }[];
}

const TIMEOUT_MS = 30_000;

/**
 * Imports saved objects over the API of Kibana 8, in place of those with the same ids.
 * @param target.url of Kibana; may hold user:password
 * @param target.apiKey in place of them
 * @param target.space where they go; the default one otherwise
 * @returns how many were imported
 * @throws KibanaImportError
 */
export const importSavedObjects = async (
  objects: readonly SavedObject[],
  target: { readonly url: string; readonly apiKey?: string | undefined; readonly space?: string | undefined },
): Promise<number> => {
  const { origin, pathname, username, password } = new URL(target.url);
  const base = origin + pathname.replace(/\/+$/, '');
  const space = target.space === undefined ? '' : `/s/${encodeURIComponent(target.space)}`;
  const form = new FormData();
  form.set('file', new Blob([ndjson(objects)], { type: 'application/ndjson' }), 'spirit-tours.ndjson');
  const headers: Record<string, string> = { 'kbn-xsrf': 'true' };
  const userAndPassword = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  if (target.apiKey !== undefined) headers.authorization = `ApiKey ${target.apiKey}`;
  else if (username !== '') headers.authorization = `Basic ${Buffer.from(userAndPassword).toString('base64')}`;

  let response: Response;
  try {
    response = await fetch(`${base}${space}/api/saved_objects/_import?overwrite=true`, {
      method: 'POST',
      headers,
      body: form,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const { cause, message } = error as Error;
    const why = (cause as { readonly code?: string } | undefined)?.code ?? message;
    throw new KibanaImportError(`${base} does not answer (${why})`, { cause: error });
  }
  const answer = (await response.json().catch(() => undefined)) as ImportAnswer | undefined;
  if (response.status === 401)
    throw new KibanaImportError(`${base} does not know who asks: give user:password in the URL, or KIBANA_API_KEY`);
  if (response.status === 403)
    throw new KibanaImportError(
      `${base}: whoever asks may not write saved objects (all rights on Saved Objects Management)`,
    );
  if (answer === undefined || response.status === 404)
    throw new KibanaImportError(
      `${base} answers ${response.status}, and not as Kibana does${space === '' ? '' : `, or it has no space ${target.space}`}`,
    );
  if (answer.success !== true) {
    const problems = (answer.errors ?? []).map(({ type, id, error }) => `  ${type} ${id}: ${error.type}`);
    const why = answer.message ?? `${problems.length} objects were not imported`;
    throw new KibanaImportError([`${base}: ${why}`, ...problems].join('\n'));
  }
  return answer.successCount ?? 0;
};
