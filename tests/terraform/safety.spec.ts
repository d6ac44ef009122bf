import { beforeAll, describe, expect, it } from 'vitest';
import { type Block, blocksOf, type Module, readModules } from './terraform-modules.ts';

let modules: readonly Module[];

beforeAll(async () => {
  modules = await readModules(['output']);
}, 120_000);

const objects = (type: string): readonly { readonly where: string; readonly block: Block }[] =>
  modules.flatMap((module) =>
    [...module.objects]
      .filter(([address]) => address.startsWith(`${type}.`))
      .map(([address, block]) => ({ where: `${module.name}: ${address}`, block })),
  );

const theOnly = (type: string): Block => {
  const [object, ...others] = objects(type);
  if (object === undefined || others.length > 0) throw new Error(`${others.length + 1} of ${type}`);
  return object.block;
};

const inner = (block: Block, ...kinds: readonly string[]): Block =>
  kinds.reduce((outer, kind) => blocksOf(outer, kind)[0] ?? {}, block);

/** Names of arguments whose value is a secret. */
const SECRET = /(^|_)(password|passwords|secret_string|auth_token|api_?key|token|private_key|access_key)(_wo)?$/;

/** Every argument that is written as a literal, with its key. */
const literals = (json: unknown, key: string): readonly (readonly [string, string])[] => {
  if (typeof json === 'string') return json.includes('${') ? [] : [[key, json]];
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([inside, value]) => literals(value, Array.isArray(json) ? key : inside));
};

describe('secrets', () => {
  it('are nowhere in plain text', () => {
    for (const module of modules) {
      for (const [file, text] of Object.entries(module.files))
        expect(text, `${module.name}/${file}`).not.toMatch(
          /AKIA[A-Z0-9]{16}|-----BEGIN|:\/\/[a-z]+:[^$@\s]+@|(password|secret|token)\s*=\s*"[^"$]+"/i,
        );
      for (const [address, block] of module.objects)
        for (const [key, value] of literals(block, ''))
          expect(SECRET.test(key) ? `${address}.${key} = ${value.length} characters` : '', module.name).toBe('');
      for (const [name, variable] of module.variables)
        if (SECRET.test(name)) expect(variable, `${module.name}: ${name}`).not.toHaveProperty('default');
    }
  });

  it('are marked so in variables and outputs that carry them', () => {
    for (const module of modules) {
      for (const [name, variable] of module.variables)
        if (SECRET.test(name) || name === 'secret_environment')
          expect(variable, `${module.name}: ${name}`).toMatchObject({ sensitive: true, ephemeral: true });
      for (const { path, references } of module.expressions) {
        const [kind, name = ''] = path;
        if (kind !== 'output' || path.at(-1) !== 'value') continue;
        const carries = references.some((reference) =>
          SECRET.test(reference.findLast((part) => /\D/.test(part)) ?? ''),
        );
        if (
          carries ||
          references.some(([head, generator]) => head === 'random_password' || generator === 'random_password')
        )
          expect(module.outputs.get(name), `${module.name}: ${name}`).toMatchObject({ sensitive: true });
      }
    }
  });

  it('that Terraform makes are ephemeral, but for two that their providers can only take into the state', () => {
    expect(objects('ephemeral.random_password').length).toBeGreaterThan(0);
    expect(objects('random_password').map(({ where }) => where)).toEqual([
      'modules/documents: random_password.platform',
      'modules/search: random_password.platform',
    ]);
    for (const { where, block } of objects('kubernetes_secret_v1')) {
      expect(block, where).toHaveProperty('data_wo');
      expect(block, where).not.toHaveProperty('data');
    }
    for (const { where, block } of objects('aws_secretsmanager_secret_version')) {
      expect(block, where).toHaveProperty('secret_string_wo');
      expect(block, where).not.toHaveProperty('secret_string');
    }
  });
});

describe('what is stored and sent', () => {
  it('is encrypted by Kafka, with clients that show who they are', () => {
    const kafka = theOnly('aws_msk_cluster');
    expect(inner(kafka, 'encryption_info', 'encryption_in_transit')).toEqual({
      client_broker: 'TLS',
      in_cluster: true,
    });
    expect(inner(kafka, 'encryption_info')).toHaveProperty('encryption_at_rest_kms_key_arn');
    expect(inner(kafka, 'client_authentication')).toMatchObject({ unauthenticated: false, sasl: [{ scram: true }] });
  });

  it('is encrypted by Redis, whose default user can do nothing', () => {
    expect(theOnly('aws_elasticache_replication_group')).toMatchObject({
      at_rest_encryption_enabled: true,
      transit_encryption_enabled: true,
      transit_encryption_mode: 'required',
    });
    const users = objects('aws_elasticache_user').map(({ block }) => String(block.access_string));
    expect(users.filter((access) => access.startsWith('on '))).toHaveLength(1);
    expect(users).toContain('off -@all');
  });

  it('is encrypted in buckets, which are never public and speak TLS alone', () => {
    for (const { where, block } of objects('aws_s3_bucket_public_access_block'))
      expect(block, where).toMatchObject({
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      });
    for (const kind of ['server_side_encryption_configuration', 'versioning', 'policy', 'public_access_block'])
      expect(objects(`aws_s3_bucket_${kind}`), kind).toHaveLength(objects('aws_s3_bucket').length);
    const storage = modules.find(({ name }) => name === 'modules/object-storage');
    expect(storage?.files['main.tf']).toMatch(/effect\s+= "Deny"[\s\S]+aws:SecureTransport/);
  });

  it('is encrypted on volumes and in etcd, and logs too', () => {
    expect(theOnly('kubernetes_storage_class_v1').parameters).toMatchObject({ encrypted: 'true' });
    expect(inner(theOnly('aws_eks_cluster'), 'encryption_config')).toMatchObject({ resources: ['secrets'] });
    for (const { where, block } of objects('aws_cloudwatch_log_group'))
      expect(block, where).toHaveProperty('kms_key_id');
    for (const { where, block } of objects('aws_kms_key')) expect(block.enable_key_rotation, where).toBe(true);
  });
});

describe('rights', () => {
  const statements = () =>
    objects('data.aws_iam_policy_document').flatMap(({ where, block }) =>
      blocksOf(block, 'statement').map((statement) => ({ where, statement })),
    );

  it('name what they are for: no action * on resource *, but for the keys, whose policies mean the key alone', () => {
    const wide = statements()
      .filter(({ statement }) => statement.effect !== 'Deny')
      .filter(({ statement }) => {
        const actions = statement.actions as readonly string[];
        const resources = (statement.resources ?? []) as readonly string[];
        return actions.includes('*') || resources.includes('*') || actions.some((action) => action.endsWith(':*'));
      })
      .map(({ where }) => where);
    expect(new Set(wide)).toEqual(
      new Set([
        'modules/encryption: data.aws_iam_policy_document.key',
        'remote-state: data.aws_iam_policy_document.key',
      ]),
    );
    for (const { where, block } of objects('aws_iam_role_policy_attachment'))
      expect(JSON.stringify(block), where).not.toMatch(/AdministratorAccess|PowerUserAccess|FullAccess/);
  });

  it('of a service account are taken by that account alone', () => {
    const trusts = statements().filter(({ statement }) =>
      (statement.actions as readonly string[]).includes('sts:AssumeRoleWithWebIdentity'),
    );
    expect(trusts.length).toBeGreaterThan(0);
    for (const { where, statement } of trusts) {
      const conditions = blocksOf(statement, 'condition');
      expect(
        conditions.map(({ test }) => test),
        where,
      ).toEqual(['StringEquals', 'StringEquals']);
      expect(JSON.stringify(conditions), where).toMatch(/system:serviceaccount:\$\{var\.namespace\}:\$\{each\.key\}/);
    }
  });

  it('of pods are the least: no root, no capabilities, no writable root, no token of the cluster', () => {
    for (const type of ['kubernetes_deployment_v1', 'kubernetes_stateful_set_v1']) {
      const pod = inner(theOnly(type), 'spec', 'template', 'spec');
      expect(inner(pod, 'security_context'), type).toMatchObject({
        run_as_non_root: true,
        seccomp_profile: [{ type: 'RuntimeDefault' }],
      });
      expect(pod.automount_service_account_token, type).toBe(false);
      expect(inner(pod, 'container', 'security_context'), type).toEqual({
        allow_privilege_escalation: false,
        read_only_root_filesystem: true,
        capabilities: [{ drop: ['ALL'] }],
      });
      expect(inner(pod, 'container', 'resources'), type).toMatchObject({ limits: expect.anything() });
    }
  });

  it('to connect are given to groups, not to the internet', () => {
    for (const { where, block } of objects('aws_vpc_security_group_ingress_rule')) {
      expect(block, where).toHaveProperty('referenced_security_group_id');
      expect(block, where).not.toHaveProperty('cidr_ipv4');
    }
  });
});
