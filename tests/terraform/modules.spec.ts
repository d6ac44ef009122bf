import { beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, type Expression, type Module, readModules, sourceOf } from './terraform-modules.ts';

const ENVIRONMENTS = ['development', 'staging', 'production'].map((name) => `environments/${name}`);
/** Arguments of every module call that are none of its variables. */
const META = new Set(['source', 'for_each', 'count', 'depends_on', 'providers']);

let modules: readonly Module[];

beforeAll(async () => {
  modules = await readModules();
}, 120_000);

const moduleNamed = (name: string): Module => {
  const found = modules.find((module) => module.name === name);
  if (found === undefined) throw new Error(`no module ${name}`);
  return found;
};

/** Names that mean something inside an expression's block alone: iterators of `dynamic`, and types. */
const isLocalName = ({ path, text }: Expression, head: string): boolean => {
  if (path[0] === 'variable' && path.at(-1) === 'type') return true;
  if (['each', 'count', 'self', 'path', 'terraform'].includes(head)) return true;
  if (path.includes('dynamic') && path.includes(head)) return true;
  return path.includes('ignore_changes') && text.startsWith(`\${${head}`);
};

/** Why a reference leads nowhere; undefined where it resolves. */
const problemWith = (module: Module, [head = '', name = '', ...rest]: readonly string[]): string | undefined => {
  if (head === 'var') return module.variables.has(name) ? undefined : `no variable ${name}`;
  if (head === 'local') return module.locals.has(name) ? undefined : `no local ${name}`;
  if (head === 'module') {
    const call = module.calls.get(name);
    if (call === undefined) return `no module call ${name}`;
    const output = rest[0] ?? '';
    return moduleNamed(sourceOf(module, call)).outputs.has(output) ? undefined : `no output ${output} of ${name}`;
  }
  const address = ['data', 'ephemeral'].includes(head) ? `${head}.${name}.${rest[0] ?? ''}` : `${head}.${name}`;
  return module.objects.has(address) ? undefined : `no ${address}`;
};

describe('the Terraform files', () => {
  it('refer to nothing that is not there', () => {
    const problems = modules.flatMap((module) =>
      module.expressions.flatMap((expression) =>
        expression.references
          .filter(([head = '']) => !isLocalName(expression, head))
          .flatMap((reference) => problemWith(module, reference) ?? [])
          .map((problem) => `${module.name}/${expression.file}: ${problem}`),
      ),
    );
    expect(problems).toEqual([]);
    expect(modules.flatMap((module) => module.expressions).length).toBeGreaterThan(500);
  });

  it('notice a reference that leads nowhere', () => {
    const installation = moduleNamed('modules/installation');
    expect(problemWith(installation, ['module', 'kafka', 'uri'])).toBe('no output uri of kafka');
    expect(problemWith(installation, ['var', 'nmae'])).toBe('no variable nmae');
    expect(problemWith(installation, ['aws_kms_key', 'this', 'arn'])).toBe('no aws_kms_key.this');
  });

  it('pass every module what it needs, and nothing that it does not know', () => {
    const problems = modules.flatMap((module) =>
      [...module.calls].flatMap(([name, call]) => {
        const called = moduleNamed(sourceOf(module, call));
        const given = Object.keys(call).filter((argument) => !META.has(argument));
        const needed = [...called.variables].filter(([, variable]) => !('default' in variable)).map(([key]) => key);
        return [
          ...needed.filter((key) => !given.includes(key)).map((key) => `${module.name}: ${name} lacks ${key}`),
          ...given.filter((key) => !called.variables.has(key)).map((key) => `${module.name}: ${name} knows no ${key}`),
        ];
      }),
    );
    expect(problems).toEqual([]);
  });

  it('type and describe every variable, describe every output, and use every variable and local', () => {
    for (const module of modules) {
      const used = new Set(
        module.expressions
          .filter(({ path }) => path[0] !== 'variable')
          .flatMap(({ references }) => references.map(([head, name]) => `${head}.${name}`)),
      );
      for (const [name, variable] of module.variables) {
        expect(variable.type, `${module.name}: type of ${name}`).toEqual(expect.any(String));
        expect(variable.description, `${module.name}: description of ${name}`).toMatch(/\w{3}/);
        expect(used, module.name).toContain(`var.${name}`);
        for (const validation of blocksOf(variable, 'validation'))
          expect(String(validation.error_message), `${module.name}: what is wrong`).toMatch(new RegExp(`^${name}[:.]`));
      }
      for (const [name, output] of module.outputs)
        expect(output.description, `${module.name}: description of output ${name}`).toMatch(/\w{3}/);
      for (const name of module.locals.keys()) expect(used, module.name).toContain(`local.${name}`);
    }
  });

  it('declare the providers that they use, in environments of one version each, in modules bounded', () => {
    for (const module of modules) {
      const [required] = module.terraform.flatMap((block) => blocksOf(block, 'required_providers'));
      const declared = Object.entries(required ?? {}) as [string, { readonly version: string }][];
      const types = [...module.objects.keys()].map((address) => address.replace(/^(data|ephemeral)\./, ''));
      const used = new Set(types.map((type) => type.split('_', 1)[0] ?? ''));
      expect(
        [...used].filter((provider) => !declared.some(([name]) => name === provider)),
        module.name,
      ).toEqual([]);
      const isRoot = !module.name.startsWith('modules/');
      for (const [name, { version }] of declared)
        expect(version, `${module.name}: ${name}`).toMatch(
          isRoot ? /^\d+\.\d+\.\d+$/ : /^>= \d+\.\d+\.\d+, < \d+\.\d+\.\d+$/,
        );
      expect(module.terraform.map((block) => block.required_version).filter(Boolean), module.name).toHaveLength(1);
    }
  });
});

describe('the environments', () => {
  it.each(ENVIRONMENTS)('%s uses every module', (name) => {
    const reached = new Set<string>();
    const visit = (module: Module): void => {
      reached.add(module.name);
      for (const call of module.calls.values()) visit(moduleNamed(sourceOf(module, call)));
    };
    visit(moduleNamed(name));
    const all = modules.map((module) => module.name).filter((path) => path.startsWith('modules/'));
    expect([...reached].filter((path) => path !== name).toSorted()).toEqual(all);
  });

  it.each(ENVIRONMENTS)('%s keeps its state remote, locked and encrypted, apart from the others', (name) => {
    const [backend] = moduleNamed(name).terraform.flatMap((block) =>
      typeof block.backend === 'object' ? [block.backend] : [],
    );
    expect(backend).toEqual({
      s3: [{ key: `${name.split('/')[1]}/terraform.tfstate`, encrypt: true, use_lockfile: true }],
    });
  });
});
