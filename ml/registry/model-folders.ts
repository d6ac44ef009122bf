import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { modelName, modelVersion } from '../../contracts/models/model-name.ts';

export const MODEL_FILE = 'model.onnx';
export const MANIFEST_FILE = 'manifest.json';
export const CARD_FILE = 'card.html';
/** Written beside a model that was looked at and not taken in: what to change, a line each. */
export const REFUSED_FILE = 'refused.txt';

/** Where files lie while they come, on the same file system as the models, so that they can be moved into place at once. */
export const incomingDir = (modelsDir: string): string => join(modelsDir, '.incoming');

/** Which version of whose model. */
export interface VersionAddress {
  readonly tenant: string;
  readonly name: string;
  readonly version: string;
}

/** Plain enough to be the name of a folder: ids of tenants are. */
const TENANT = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** Whether the address has a folder. What comes from outside is asked first: a name must lead nowhere else. */
export const isAddress = ({ tenant, name, version }: VersionAddress): boolean =>
  TENANT.test(tenant) && modelName.safeParse(name).success && modelVersion.safeParse(version).success;

/**
 * The folder of a version, `<models>/<tenant>/<name>/<version>`.
 * @throws RangeError when the address has none
 */
export const versionFolder = (modelsDir: string, address: VersionAddress): string => {
  if (!isAddress(address)) throw new RangeError(`no folder can be named ${Object.values(address).join('/')}`);
  return join(modelsDir, address.tenant, address.name, address.version);
};

/** SHA-256 of a file in hex, read in pieces. */
export const hashOfFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};
