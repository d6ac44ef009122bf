import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { isRefusal } from './problem.ts';
import { type MultipartBody, type ReceivedFile, type ReceivedFiles, type Refusal, refuse } from './route.ts';

/** A file's name in the folder: plain, so that it means the same on every file system and leads nowhere else. */
const FILE_NAME = /^[A-Za-z0-9][\w.-]{0,99}$/;

const MULTIPART_TYPE = /^multipart\/form-data\s*;.*boundary=/i;

/**
 * Receives the files of a request into a folder of their own and hands them to `use`. Whatever comes of it, nothing is left in
 * that folder.
 */
export const withReceivedFiles = async <R>(
  request: IncomingMessage,
  multipart: MultipartBody,
  use: (received: ReceivedFiles) => Promise<R> | R,
): Promise<R | Refusal> => {
  const folder = await multipart.newFolder();
  try {
    const files = await receiveMultipart(request, multipart, folder);
    return isRefusal(files) ? files : await use({ folder, files });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/**
 * Streams a multipart/form-data body (RFC 7578) into files of `folder`, each on disk before this resolves. Refuses with 415 another
 * content type, 413 more than `maxBytes`, 400 what is no multipart or was cut off, 422 a part that is missing, unknown or there
 * twice. What was written by then stays in the folder, which is the caller's to remove.
 * @returns the files in the order of the parts, the declared ones under their declared names
 */
const receiveMultipart = async (
  request: IncomingMessage,
  multipart: MultipartBody,
  folder: string,
): Promise<readonly ReceivedFile[] | Refusal> => {
  const { parts, furtherFiles, maxBytes } = multipart;
  const type = request.headers['content-type'] ?? '';
  if (!MULTIPART_TYPE.test(type))
    return refuse('UNSUPPORTED_MEDIA_TYPE', 'Send the body as multipart/form-data', 'Content-Type');
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
    return refuse('UNSUPPORTED_MEDIA_TYPE', 'Send the body without Content-Encoding', 'Content-Encoding');
  const tooLarge = refuse('PAYLOAD_TOO_LARGE', `The body may have at most ${maxBytes} bytes`, 'body');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge;

  const cutOff = refuse('BAD_REQUEST', 'The body ended before its last boundary', 'body');
  const most = Object.keys(parts).length + (furtherFiles?.most ?? 0);
  const parser = new Busboy({
    headers: { ...request.headers, 'content-type': type } as BusboyHeaders,
    limits: { parts: most, headerPairs: 20 },
    isPartAFile: () => true,
  });
  const received = new Map<string, Promise<ReceivedFile>>();
  const givenUp = new AbortController();
  const { promise: parsed, resolve: end } = settledOnce();
  let refusal: Refusal | undefined;
  let failure: unknown;
  const giveUp = (why: Refusal): void => {
    refusal ??= why;
    request.unpipe(parser);
    // What still comes is read and dropped, so that the client can read the answer.
    request.resume();
    givenUp.abort();
    end();
  };

  parser.on('file', (part: string, stream: Readable, sentName: string) => {
    // Of a part that is cut off the parser tells twice: here, and by its own error below.
    stream.on('error', () => {});
    if (refusal !== undefined) {
      stream.destroy();
      return;
    }
    const target = targetOf(part, sentName, multipart, received);
    if (isRefusal(target)) {
      giveUp(target);
      return;
    }
    const file = save(stream, part, join(folder, target.fileName), target.fileName, givenUp.signal);
    file.catch((error: unknown) => {
      if (refusal === undefined) failure = error;
      giveUp(cutOff);
    });
    received.set(target.fileName, file);
  });
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) giveUp(tooLarge);
  });
  request.on('aborted', () => giveUp(cutOff));
  request.on('error', () => giveUp(cutOff));
  parser.on('partsLimit', () => giveUp(refuse('INVALID_BODY', `There may be at most ${most} parts`, 'body')));
  parser.on('error', (error: Error) =>
    giveUp(refuse('BAD_REQUEST', `The body is not whole: ${error.message}`, 'body')),
  );
  parser.on('finish', end);
  request.pipe(parser);
  await parsed;
  const files = await Promise.all(received.values()).catch(() => []);
  if (failure !== undefined) throw failure;
  if (refusal !== undefined) return refusal;
  const missing = Object.entries(parts).find(([, { fileName }]) => !received.has(fileName));
  return missing === undefined ? files : refuse('INVALID_BODY', `${missing[0]}: the part is missing`, missing[0]);
};

const settledOnce = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
};

const targetOf = (
  part: string,
  sentName: string | undefined,
  { parts, furtherFiles }: MultipartBody,
  received: ReadonlyMap<string, unknown>,
): { readonly fileName: string } | Refusal => {
  const declared = Object.hasOwn(parts, part) ? parts[part] : undefined;
  if (declared === undefined && (part !== 'file' || furtherFiles === undefined)) {
    const known = [...Object.keys(parts), ...(furtherFiles === undefined ? [] : ['file'])].join(', ');
    return refuse('INVALID_BODY', `${part}: not a known part; known are ${known}`, part);
  }
  const fileName = declared?.fileName ?? sentName ?? '';
  if (received.has(fileName)) return refuse('INVALID_BODY', `${part}: ${fileName} is there twice`, part);
  if (declared !== undefined) return declared;
  if (Object.values(parts).some((one) => one.fileName === fileName))
    return refuse('INVALID_BODY', `file: ${fileName} comes as a part of its own`, 'file');
  return FILE_NAME.test(fileName)
    ? { fileName }
    : refuse('INVALID_BODY', `file: "${fileName}" is not a file name that is taken`, 'file');
};

/** @throws Error when the part was cut off, or the disk is full */
const save = async (
  stream: Readable,
  part: string,
  path: string,
  fileName: string,
  signal: AbortSignal,
): Promise<ReceivedFile> => {
  const hash = createHash('sha256');
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  // `flush`: the bytes are on the disk when the file is closed.
  await pipeline(stream, createWriteStream(path, { flags: 'wx', flush: true }), { signal });
  return { part, fileName, bytes, hash: hash.digest('hex') };
};
