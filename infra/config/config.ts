import { join } from 'node:path';
import { z } from 'zod';

/** What one process can do. All of them run in one process by default. */
export const ROLES = ['command-api', 'query-api', 'relay', 'projector', 'process-managers', 'ml'] as const;
export type ProcessRole = (typeof ROLES)[number];

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `at least ${least}`).max(most, `at most ${most}`));

const url = (...schemes: readonly string[]) => urlThat(URL.canParse, schemes);

/** May name the servers of a cluster: `kafka://a:9092,b:9092`. */
const clusterUrl = (...schemes: readonly string[]) =>
  urlThat((value) => {
    const [, before = '', hosts = '', after = ''] = /^([^/]*:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/.exec(value) ?? [];
    return hosts.split(',').every((host) => host !== '' && URL.canParse(`${before}${host}${after}`));
  }, schemes);

const urlThat = (isValid: (value: string) => boolean, schemes: readonly string[]) =>
  z
    .string()
    .refine(
      (value) => schemes.some((scheme) => value.startsWith(`${scheme}://`)) && isValid(value),
      `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    )
    .optional();

const yesOrNo = z.enum(['true', 'false'], 'true or false').transform((value) => value === 'true');

const roles = z.string().transform((value, context): readonly ProcessRole[] => {
  const asked = value.split(/[\s,]+/).filter((name) => name !== '');
  const unknown = asked.filter((name) => !ROLES.some((known) => known === name));
  if (unknown.length > 0 || asked.length === 0) {
    context.addIssue(`one or more of ${ROLES.join(', ')}; not "${unknown.join(', ')}"`);
    return z.NEVER;
  }
  return ROLES.filter((role) => asked.includes(role));
});

/** Every variable that is read, with its default. `.env.example` lists the same; a test holds the two together. */
export const environment = z.object({
  PORT: whole(0, 65_535).prefault('8080'),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: url('http', 'https'),
  DATA_DIR: z.string().default('.data'),
  ROLES: roles.prefault(ROLES.join(',')),
  SEED_DEMO: yesOrNo.prefault('true'),

  EVENT_STORE_URL: clusterUrl('esdb', 'esdb+discover'),
  EVENT_BUS_URL: clusterUrl('kafka'),
  DOCUMENTS_URL: clusterUrl('mongodb', 'mongodb+srv'),
  SEARCH_URL: url('http', 'https'),
  JOBS_URL: url('redis', 'rediss'),

  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'one of fatal, error, warn, info, debug, trace, silent',
    )
    .default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http', 'https'),

  SESSION_SECRET: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= 32, 'at least 32 bytes')
    .optional(),
  SESSION_HOURS: whole(1, 24 * 30).prefault('12'),

  RATE_LIMIT_CREDENTIAL_PER_MINUTE: whole(0, 1e9).prefault('600000'),
  RATE_LIMIT_IP_PER_MINUTE: whole(0, 1e9).prefault('120000'),
  RATE_LIMIT_SIGN_IN_PER_MINUTE: whole(0, 1e9).prefault('30'),
  MAX_CONCURRENT_REQUESTS: whole(1, 1e6).prefault('2000'),
  MAX_BODY_BYTES: whole(1024, 64 * 1024 * 1024).prefault(String(1024 * 1024)),
  READ_AFTER_TIMEOUT_MS: whole(0, 60_000).prefault('2000'),
  SHUTDOWN_SECONDS: whole(0, 60).prefault('8'),

  HOLD_MINUTES: whole(1, 24 * 60).prefault('30'),
  DEPARTURE_HORIZON_DAYS: whole(1, 730).prefault('365'),

  MODELS_DIR: z.string().optional(),
  ML_WORKERS: whole(1, 256).optional(),
  TRAIN_MODELS: yesOrNo.prefault('true'),
});

export type Environment = z.output<typeof environment>;

/** The environment as the code names it. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Where clients reach the platform, when something stands before it. */
  readonly publicUrl: string | undefined;
  readonly dataDir: string;
  readonly roles: readonly ProcessRole[];
  /** Whether an empty platform gets the demo company. */
  readonly seedDemo: boolean;
  /** Undefined = the embedded engine. */
  readonly eventStoreUrl: string | undefined;
  readonly eventBusUrl: string | undefined;
  readonly documentsUrl: string | undefined;
  readonly searchUrl: string | undefined;
  readonly jobsUrl: string | undefined;
  readonly logLevel: Environment['LOG_LEVEL'];
  /** Undefined = no tracing. */
  readonly otlpEndpoint: string | undefined;
  /** Undefined = made once and kept under `dataDir`. */
  readonly sessionSecret: string | undefined;
  readonly sessionHours: number;
  /** Requests a minute; 0 = no limit. */
  readonly rateLimits: {
    readonly credentialPerMinute: number;
    readonly ipPerMinute: number;
    readonly signInPerMinute: number;
  };
  readonly maxConcurrentRequests: number;
  readonly maxBodyBytes: number;
  readonly readAfterTimeoutMs: number;
  readonly shutdownSeconds: number;
  readonly holdMinutes: number;
  readonly departureHorizonDays: number;
  /** Folder of the models, by tenant, name and version. */
  readonly modelsDir: string;
  /** Threads that run models, of each process that predicts; undefined = one fewer than there are processors, and one at least. */
  readonly mlWorkers: number | undefined;
  /** Whether models are trained by themselves: a company's first ones, and later ones by its rule. */
  readonly trainModels: boolean;
}

/** The configuration can't be used. The message has one line a variable, and no values: they may be secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration. An empty variable counts as unset.
 * @param argv `--roles projector,relay` wins over ROLES
 * @throws ConfigError naming every variable that is not valid
 */
export const readConfig = (env: Readonly<Record<string, string | undefined>>, argv: readonly string[] = []): Config => {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const rolesArgument = argumentOf(argv, '--roles');
  const parsed = environment.safeParse(rolesArgument === undefined ? given : { ...given, ROLES: rolesArgument });
  if (parsed.success) return toConfig(parsed.data);
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`The configuration is not valid:\n${lines.join('\n')}`);
};

const argumentOf = (argv: readonly string[], name: string): string | undefined => {
  const at = argv.findIndex((argument) => argument === name || argument.startsWith(`${name}=`));
  if (at === -1) return undefined;
  const argument = argv[at] ?? '';
  return argument === name ? (argv[at + 1] ?? '') : argument.slice(name.length + 1);
};

const toConfig = (env: Environment): Config => ({
  port: env.PORT,
  host: env.HOST,
  publicUrl: env.PUBLIC_URL,
  dataDir: env.DATA_DIR,
  roles: env.ROLES,
  seedDemo: env.SEED_DEMO,
  eventStoreUrl: env.EVENT_STORE_URL,
  eventBusUrl: env.EVENT_BUS_URL,
  documentsUrl: env.DOCUMENTS_URL,
  searchUrl: env.SEARCH_URL,
  jobsUrl: env.JOBS_URL,
  logLevel: env.LOG_LEVEL,
  otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  sessionSecret: env.SESSION_SECRET,
  sessionHours: env.SESSION_HOURS,
  rateLimits: {
    credentialPerMinute: env.RATE_LIMIT_CREDENTIAL_PER_MINUTE,
    ipPerMinute: env.RATE_LIMIT_IP_PER_MINUTE,
    signInPerMinute: env.RATE_LIMIT_SIGN_IN_PER_MINUTE,
  },
  maxConcurrentRequests: env.MAX_CONCURRENT_REQUESTS,
  maxBodyBytes: env.MAX_BODY_BYTES,
  readAfterTimeoutMs: env.READ_AFTER_TIMEOUT_MS,
  shutdownSeconds: env.SHUTDOWN_SECONDS,
  holdMinutes: env.HOLD_MINUTES,
  departureHorizonDays: env.DEPARTURE_HORIZON_DAYS,
  modelsDir: env.MODELS_DIR ?? join(env.DATA_DIR, 'models'),
  mlWorkers: env.ML_WORKERS,
  trainModels: env.TRAIN_MODELS,
});
