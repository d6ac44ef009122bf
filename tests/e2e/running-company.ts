import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomId } from '../../contracts/ids.ts';
import type { Role } from '../../contracts/policy.ts';
import { registerCompany } from '../platform/register-company.ts';
import { type Platform, signIn, startPlatform } from '../platform/start-platform.ts';
import { type Caller, type ConformingClient, conformingClient } from './conforming-client.ts';

export interface RunningCompany {
  readonly platform: Platform;
  readonly client: ConformingClient;
  readonly dataDir: string;
  /** Somebody who may do everything in the demo company. */
  readonly owner: Caller;
  readonly ownerToken: string;
  /** A colleague with a role, signed in. */
  colleague(role: Role): Promise<Caller>;
  /** A program with an API key of its own. */
  program(role: Role, channel: string): Promise<Caller>;
  /** The owner of a company that has just been registered. */
  otherCompany(): Promise<Caller>;
  close(): Promise<void>;
}

const PASSWORD = 'correct horse battery staple';

/** Starts the platform as `npm start` does, in a directory of its own, with its demo company. */
export const startCompany = async (env: Readonly<Record<string, string>> = {}): Promise<RunningCompany> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'e2e-'));
  const platform = await startPlatform(dataDir, env);
  const { client, ownerToken } = await enterDemo(platform);
  const owner = client.as(ownerToken);

  const enter = async (email: string): Promise<Caller> => {
    const { body } = await client.as(undefined).post<{ token: string }>('/v1/sign-in', { email, password: PASSWORD });
    return client.as(body.token);
  };

  return {
    platform,
    client,
    dataDir,
    owner,
    ownerToken,
    colleague: async (role) => {
      const email = `${role}-${randomId()}@demo.example`;
      const { status } = await owner.post('/v1/users', { email, name: role, roles: [role], password: PASSWORD });
      if (status !== 201) throw new Error(`the colleague was not registered: ${status}`);
      return enter(email);
    },
    program: async (role, channel) => {
      const { body } = await owner.post<{ key: string }>('/v1/api-keys', { name: channel, role, channel });
      return client.as(body.key);
    },
    otherCompany: async () => {
      const email = `owner-${randomId()}@other.example`;
      await registerCompany({ dataDir }, email, PASSWORD);
      return enter(email);
    },
    close: async () => {
      const code = await platform.stop();
      await rm(dataDir, { recursive: true, force: true });
      if (code !== 0) throw new Error(`the platform ended with ${code}:\n${platform.output()}`);
    },
  };
};

/** Where it fails nobody would end the platform afterwards. */
const enterDemo = async (platform: Platform) => {
  try {
    return { client: await conformingClient(platform.origin), ownerToken: await signIn(platform) };
  } catch (error) {
    await platform.kill();
    throw error;
  }
};
