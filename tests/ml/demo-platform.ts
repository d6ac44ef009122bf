import { setTimeout as pause } from 'node:timers/promises';
import type { ModelView } from '../../contracts/views/model.ts';
import { type Platform, signIn } from '../platform/start-platform.ts';

/** Requests of the demo company's owner to a running platform. */
export interface OwnerCalls {
  call(method: string, path: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }>;
  /** Asks again until there is an answer. @throws Error after a minute, with what the platform printed */
  until<T>(what: string, look: () => Promise<T | undefined>): Promise<T>;
  /** A version of a model as the view has it; undefined: not there (yet). */
  versionOf(name: string, version: string): Promise<ModelView['versions'][number] | undefined>;
}

export const ownerCalls = async (platform: Platform): Promise<OwnerCalls> => {
  const headers = { authorization: `Bearer ${await signIn(platform)}`, 'content-type': 'application/json' };
  const call: OwnerCalls['call'] = async (method, path, body) => {
    const answer = await fetch(`${platform.origin}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return {
    call,
    until: async (what, look) => {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const found = await look();
        if (found !== undefined) return found;
        if (Date.now() > deadline) throw new Error(`waited 60 s in vain until ${what}: ${platform.output()}`);
        await pause(200);
      }
    },
    versionOf: async (name, version) => {
      const { status, body } = await call('GET', `/v1/models/${name}`);
      return status === 200
        ? (body as unknown as ModelView).versions.find((one) => one.version === version)
        : undefined;
    },
  };
};
