/** A key and the name under which a sealed event refers to it. */
export interface SubjectKey {
  readonly id: string;
  /** 32 bytes, AES-256. */
  readonly key: Buffer;
}

/**
 * The vault of the keys that personal data is sealed with. It is kept apart from the log and its backups, because
 * destroying a key is what forgets a person (crypto-shredding).
 */
export interface SubjectKeys {
  /** A fresh key, durable before it is returned. */
  take(): SubjectKey;
  /** Undefined: destroyed. */
  find(id: string): Buffer | undefined;
  /** Destroys keys for good. Unknown ids are no error. */
  destroy(ids: readonly string[]): void;
  close(): void;
}
