import type { Client, estypes } from '@elastic/elasticsearch';
import { missing, withBoosts } from '../check.ts';
import type { IndexSchema } from '../search.ts';
import { InvalidSearchError } from '../search.ts';
import { persistently, statusOf, typeOf } from './calls.ts';
import { INDEX_SETTINGS, mappingOf } from './mapping.ts';

/** How long another process's change of boosts may go unseen. */
const KNOWN_MS = 10_000;

/**
 * The indexes of one prefix and their schemas, which are kept in the mappings. An index `tours` is an alias `x-tours` of
 * `x-tours@1`: writes go through the alias only, which nobody makes by writing to it.
 */
export class IndexCatalogue {
  readonly #client: Client;
  readonly #prefix: string;
  readonly #withinMs: number;
  readonly #known = new Map<string, { readonly schema: IndexSchema; readonly until: number }>();

  constructor(client: Client, prefix: string, withinMs: number) {
    this.#client = client;
    this.#prefix = prefix;
    this.#withinMs = withinMs;
  }

  aliasOf(name: string): string {
    return this.#prefix + name;
  }

  /** Undefined where there is no such index. */
  async schemaOf(name: string): Promise<IndexSchema | undefined> {
    const known = this.#known.get(name);
    return known !== undefined && Date.now() < known.until ? known.schema : this.#read(name);
  }

  forget(name: string): void {
    this.#known.delete(name);
  }

  /** @throws InvalidSearchError when it exists with other fields. */
  async ensure(asked: IndexSchema): Promise<void> {
    const stored = (await this.#read(asked.name)) ?? (await this.#create(asked));
    const schema = withBoosts(stored, asked);
    if (JSON.stringify(schema) === JSON.stringify(stored)) return;
    const { _meta = {} } = mappingOf(schema);
    await this.#call((requestTimeout) =>
      this.#client.indices.putMapping({ index: this.#behind(asked.name), _meta }, { requestTimeout }),
    );
    this.#know(asked.name, schema);
  }

  async drop(name: string): Promise<void> {
    this.#known.delete(name);
    await this.#call((requestTimeout) =>
      this.#client.indices.delete({ index: this.#behind(name), ignore_unavailable: true }, { requestTimeout }),
    );
  }

  /** In one step for all readers. Its readers see no removed documents, which queries of ours leave out by the tenant. */
  async alias(name: string, index: string): Promise<void> {
    const isIndex = await this.#call((requestTimeout) =>
      this.#client.indices.exists({ index: this.#behind(name) }, { requestTimeout }),
    );
    if (isIndex) throw new InvalidSearchError(`index: ${name} is the name of an index`);
    const alias = this.aliasOf(name);
    const actions: estypes.IndicesUpdateAliasesAction[] = [
      { remove: { index: `${this.#prefix}*`, alias, must_exist: false } },
      { add: { index: this.#behind(index), alias, filter: { exists: { field: 'tenant' } } } },
    ];
    await this.#call((requestTimeout) => this.#client.indices.updateAliases({ actions }, { requestTimeout })).catch(
      (error: unknown) => {
        throw statusOf(error) === 404 ? missing(index) : error;
      },
    );
    this.#known.delete(name);
  }

  /** No name has `@`, so none is another one's. */
  #behind(name: string): string {
    return `${this.#prefix}${name}@1`;
  }

  async #read(name: string): Promise<IndexSchema | undefined> {
    const found = await this.#call((requestTimeout) =>
      this.#client.indices.getMapping({ index: this.aliasOf(name) }, { requestTimeout }),
    ).catch((error: unknown) => {
      if (statusOf(error) === 404) return {};
      throw error;
    });
    const schema = Object.values(found)[0]?.mappings._meta?.schema as IndexSchema | undefined;
    if (schema === undefined) this.#known.delete(name);
    else this.#know(name, schema);
    return schema;
  }

  /** Another process may be faster: then what it made counts. */
  async #create(schema: IndexSchema): Promise<IndexSchema> {
    const { name } = schema;
    const body = {
      index: this.#behind(name),
      aliases: { [this.aliasOf(name)]: { is_write_index: true } },
      settings: INDEX_SETTINGS,
      mappings: mappingOf(schema),
      wait_for_active_shards: 1,
    };
    try {
      await this.#call((requestTimeout) => this.#client.indices.create(body, { requestTimeout }));
    } catch (error) {
      if (typeOf(error) !== 'resource_already_exists_exception') throw error;
    }
    return (await this.#read(name)) ?? schema;
  }

  #know(name: string, schema: IndexSchema): void {
    this.#known.set(name, { schema, until: Date.now() + KNOWN_MS });
  }

  #call<T>(call: (timeoutMs: number) => Promise<T>): Promise<T> {
    return persistently(this.#withinMs, call);
  }
}
