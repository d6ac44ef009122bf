/** A key and the name under which a sealed event refers to it. */
export interface SubjectKey {
  readonly id: string;
  /** 32 bytes, AES-256. */
  readonly key: Buffer;
}

/**
 * The vault of the keys that personal data is sealed with. It is kept apart from the log and its backups, because
 * destroying a key is what forgets a person (crypto-shredding). Adapters: embedded (SQLite), MongoDB.
 */
export interface SubjectKeys {
  /** Fresh keys, durable before they are returned, given to nobody else. */
  take(count: number): Promise<readonly SubjectKey[]>;
  /** Those that are there, by id; a missing one was destroyed. A key destroyed by another process may be found for 5 s more. */
  findMany(ids: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
  /** Destroys keys for good. Unknown ids are no error. */
  destroy(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
