import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { type Refusal, refuse } from './route.ts';

/** Largest body taken where the configuration says nothing: 1 MiB. */
export const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

/** Deeper JSON is refused: it is no booking, and recursion over it could exhaust the stack. */
export const MAX_JSON_DEPTH = 64;

/** A parsed JSON body; `value` is undefined where the request has none. */
export interface JsonBody {
  readonly value: unknown;
}

const NO_BODY: JsonBody = { value: undefined };

/** Whether the request announces a body (RFC 9112 §6.3). */
const hasBody = (request: IncomingMessage): boolean => {
  const length = request.headers['content-length'];
  return (length !== undefined && length !== '0') || request.headers['transfer-encoding'] !== undefined;
};

/** application/json, or a `+json` type, in UTF-8 (RFC 8259 §8.1). */
const JSON_TYPE = /^application\/(?:[\w.!#$&^-]+\+)?json\s*(?:;\s*charset="?utf-?8"?\s*)?$/i;

/**
 * Reads a JSON body of at most `maxBytes`. Refuses with 415 what is not plain JSON in UTF-8, 413 what is too large, 400
 * what does not parse. Own reader because it measured faster than @koa/bodyparser and names each refusal.
 */
export const readJsonBody = async (request: IncomingMessage, maxBytes: number): Promise<JsonBody | Refusal> => {
  if (!hasBody(request)) return NO_BODY;
  const type = request.headers['content-type'];
  if (type !== 'application/json' && !JSON_TYPE.test(type ?? '')) {
    return refuse('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json in UTF-8', 'Content-Type');
  }
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    return refuse('UNSUPPORTED_MEDIA_TYPE', 'Send the body without Content-Encoding', 'Content-Encoding');
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge(maxBytes);
  const bytes = await readBytes(request, maxBytes);
  if (bytes === 'too-large') return tooLarge(maxBytes);
  if (bytes === 'cut-off') return refuse('BAD_REQUEST', 'The body ended before its announced length', 'body');
  if (bytes.length === 0) return NO_BODY;
  return parse(bytes);
};

const tooLarge = (maxBytes: number): Refusal =>
  refuse('PAYLOAD_TOO_LARGE', `The body may have at most ${maxBytes} bytes`, 'body');

const parse = (bytes: Buffer): JsonBody | Refusal => {
  if (!isUtf8(bytes)) return refuse('BAD_REQUEST', 'The body is not valid UTF-8', 'body');
  const text = bytes.toString('utf8');
  if (isTooDeep(text)) return refuse('BAD_REQUEST', `The body nests deeper than ${MAX_JSON_DEPTH} levels`, 'body');
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return refuse('BAD_REQUEST', `The body is not valid JSON: ${error instanceof Error ? error.message : ''}`, 'body');
  }
};

const readBytes = (request: IncomingMessage, maxBytes: number): Promise<Buffer | 'too-large' | 'cut-off'> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      // What comes after the limit is read and dropped, so that the client can read the answer.
      if (size > maxBytes) resolve('too-large');
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', () => resolve('cut-off'));
    request.on('close', () => resolve('cut-off'));
  });

/** Whether `text` has more than `most` of a character. */
const hasMoreThan = (text: string, character: string, most: number): boolean => {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) {
    count += 1;
    if (count > most) return true;
  }
  return false;
};

/** Counts brackets outside strings. Text with too few brackets to nest that deep, as nearly all has, is not scanned. */
const isTooDeep = (text: string): boolean => {
  const few = MAX_JSON_DEPTH / 2;
  if (!hasMoreThan(text, '{', few) && !hasMoreThan(text, '[', few)) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > MAX_JSON_DEPTH) return true;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return false;
};
