import { createCommandHandling } from '../../command-side/handling/command-handling.ts';
import { tenantDecider } from '../../command-side/identity/tenant-decider.ts';
import { userDecider, userIdOf } from '../../command-side/identity/user-decider.ts';
import { isRejection } from '../../contracts/decider.ts';
import { randomId } from '../../contracts/ids.ts';
import { hashPassword } from '../../infra/auth/passwords.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { openSubjectKeys } from '../../infra/personal-data/open-subject-keys.ts';
import { sealedEventStore } from '../../infra/personal-data/sealed-event-store.ts';

/**
 * Registers a company with its owner. There is no route for that, so it goes to the log beside the platform, as an operator's tool
 * would. Resolves with the company's id.
 * @param installation the platform's DATA_DIR, and its URLs where it is not embedded
 */
export const registerCompany = async (
  { dataDir, env = {} }: { readonly dataDir: string; readonly env?: Readonly<Record<string, string>> },
  email: string,
  password: string,
): Promise<string> => {
  const { EVENT_STORE_URL: logUrl, DOCUMENTS_URL: documentsUrl } = env;
  const log = await openEventStore({ dataDir, ...(logUrl === undefined ? {} : { url: logUrl }) });
  const keys = await openSubjectKeys({ dataDir, ...(documentsUrl === undefined ? {} : { url: documentsUrl }) });
  try {
    const handling = createCommandHandling({
      eventStore: sealedEventStore(log, keys),
      snapshots: undefined,
      clock: () => new Date().toISOString(),
      onWarning: (message, error) => {
        throw new Error(message, { cause: error });
      },
    });
    const tenant = randomId();
    const meta = () => ({ commandId: randomId(), correlationId: 'test', tenant, actor: 'system:test' });
    const facts = { tenantId: tenant, name: 'Other Tours', country: 'ES', contactEmail: email };
    const registered = [
      await handling.handle(tenantDecider, tenant, { type: 'register-tenant', facts }, meta(), () => undefined),
      await handling.handle(
        userDecider,
        userIdOf(email),
        {
          type: 'register-user',
          userId: userIdOf(email),
          email,
          name: 'Other Owner',
          roles: ['owner'],
          passwordHash: await hashPassword(password),
        },
        meta(),
        () => undefined,
      ),
    ];
    for (const outcome of registered) if (isRejection(outcome)) throw new Error(outcome.detail);
    return tenant;
  } finally {
    await log.close();
    await keys.close();
  }
};
