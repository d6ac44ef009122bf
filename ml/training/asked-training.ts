import { join } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Config, readConfig } from '../../infra/config/config.ts';
import { demoTenant } from '../../infra/config/demo-tenant.ts';
import { UsageError } from '../../infra/terminal/run-command.ts';
import { allTrainers } from './all-trainers.ts';
import type { Trainer } from './trainer.ts';

export interface AskedTraining {
  readonly trainer: Trainer;
  readonly tenant: string;
  /** ISO 8601 UTC instant. */
  readonly asOf: string;
  readonly config: Config;
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

/**
 * Reads `NAME [--tenant ID] [--as-of DATE] …` of a command on a terminal. Undefined: help was asked for.
 * @param more further options of the command
 * @throws UsageError naming the argument
 */
export const askedTraining = (
  argv: readonly string[],
  more: NonNullable<ParseArgsConfig['options']>,
): AskedTraining | undefined => {
  const { values, positionals } = argumentsOf(argv, more);
  if (values.help === true) return undefined;
  const [name, ...others] = positionals;
  const trainer = allTrainers.find((one) => one.name === name);
  if (trainer === undefined || others.length > 0) {
    throw new UsageError(`give the NAME of one model: ${allTrainers.map((one) => one.name).join(', ')}`);
  }
  const config = readConfig(process.env);
  const tenant = typeof values.tenant === 'string' ? values.tenant : demoTenant(config.dataDir);
  if (tenant === undefined) {
    throw new UsageError(`--tenant is missing, and ${join(config.dataDir, 'demo.json')} names no demo company`);
  }
  return { trainer, tenant, asOf: asOfFrom(values['as-of'], new Date().toISOString()), config, values };
};

const argumentsOf = (argv: readonly string[], more: NonNullable<ParseArgsConfig['options']>) => {
  const options = {
    tenant: { type: 'string' },
    'as-of': { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    ...more,
  } as const;
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  return { values: values as Record<string, string | boolean | undefined>, positionals };
};

/** The end of a UTC day, or an instant as it is. */
const asOfFrom = (given: string | boolean | undefined, now: string): string => {
  if (given === undefined) return now;
  const text = String(given);
  const instant = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59.999Z` : text;
  if (Number.isNaN(Date.parse(instant))) throw new UsageError(`--as-of: a date like 2017-03-01, not "${text}"`);
  return new Date(instant).toISOString();
};
