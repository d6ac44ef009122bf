import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Where credentials and personal data stand in what gets logged. They never reach a log, whatever the level. */
const SECRET_FIELDS = [
  'password',
  'passwordHash',
  'authorization',
  'cookie',
  'secret',
  'apiKey',
  'key',
  'token',
  'contact',
  'emailAddress',
  'email',
  'phoneNumber',
  'fullName',
  'firstName',
  'lastName',
  'notes',
];

/** Depths that are redacted: at the top, in what is logged (`body.password`), and one below (`request.body.password`). */
const redactedPaths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/**
 * A pino logger of JSON lines. `stream` takes the lines (tests); by default standard output, written off the hot
 * path in chunks of at least `bufferBytes`. Call `flushLog` before the process ends.
 */
export const createLogger = (level: string, stream?: DestinationStream, bufferBytes = 4096): Logger =>
  pino(
    { level, base: null, redact: { paths: redactedPaths, censor: '[hidden]' } },
    stream ?? destination({ dest: 1, sync: false, minLength: bufferBytes }),
  );

/**
 * Writes what is buffered. Resolves as well where nobody reads standard output any more: pino learns it here and stops writing,
 * whereas its own flush at the exit would try for ever (sonic-boom 4.2.1 repeats a synchronous write whatever its error).
 */
export const flushLog = (logger: Logger): Promise<void> => new Promise((resolve) => logger.flush(() => resolve()));
