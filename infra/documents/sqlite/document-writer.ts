import Database from 'better-sqlite3';

/** Index into the commit's tables, id, and the document's JSON; null removes it. */
export type WriteRow = readonly [table: number, id: string, json: string | null];

/** What goes into the file together or not at all. */
export interface Commit {
  /** Quoted names; a table that is missing is made. */
  readonly tables: readonly string[];
  /** Run after the tables are there, before the writes. */
  readonly statements: readonly string[];
  readonly writes: readonly WriteRow[];
}

/** Undefined: it is in the file. Else why not, and nothing of it is. */
export type CommitOutcome = { readonly code: string; readonly message: string } | undefined;

/** The only connection of this process that writes the file. */
export class DocumentWriter {
  readonly #database: Database.Database;
  readonly #known = new Set<string>();
  readonly #statements = new Map<string, Database.Statement>();

  constructor(file: string) {
    this.#database = new Database(file);
    // 8 kB pages hold most documents whole; measured faster than 4 kB and than WITHOUT ROWID for documents of 1 kB.
    this.#database.pragma('page_size = 8192');
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = NORMAL');
    this.#database.pragma('busy_timeout = 5000');
    this.#database.pragma('cache_size = -32768');
    this.#database.pragma('wal_autocheckpoint = 8000');
    this.#database.pragma('journal_size_limit = 67108864');
  }

  /** Writes commits in one transaction; one that fails is rolled back alone. */
  write(commits: readonly Commit[]): readonly CommitOutcome[] {
    const outcomes: CommitOutcome[] = [];
    try {
      this.#database
        .transaction(() => {
          for (const commit of commits) outcomes.push(this.#attempt(commit));
        })
        .immediate();
      return outcomes;
    } catch (error) {
      // Nothing was written: the file is locked or full.
      this.#known.clear();
      return commits.map(() => outcomeOf(error));
    }
  }

  close(): void {
    this.#database.close();
  }

  #attempt(commit: Commit): CommitOutcome {
    try {
      // Within a transaction this is a savepoint.
      this.#database.transaction(() => this.#apply(commit))();
      if (commit.statements.length === 0) for (const table of commit.tables) this.#known.add(table);
      return undefined;
    } catch (error) {
      // Another process may have dropped a table that we know: ask again next time.
      this.#known.clear();
      if (!this.#database.inTransaction) throw error;
      return outcomeOf(error);
    }
  }

  #apply({ tables, statements, writes }: Commit): void {
    for (const table of tables) {
      if (!this.#known.has(table)) {
        this.#database.exec(`CREATE TABLE IF NOT EXISTS ${table} (id TEXT NOT NULL PRIMARY KEY, doc BLOB NOT NULL)`);
      }
    }
    for (const statement of statements) this.#database.exec(statement);
    if (statements.length > 0) this.#known.clear(); // one of them may have dropped a table
    for (const [index, id, json] of writes) {
      const table = tables[index] ?? '';
      if (json === null) this.#prepared(`DELETE FROM ${table} WHERE id = ?`).run(id);
      else {
        this.#prepared(
          `INSERT INTO ${table} (id, doc) VALUES (?, jsonb(?)) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc`,
        ).run(id, json);
      }
    }
  }

  #prepared(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

const outcomeOf = (error: unknown): CommitOutcome => ({
  code: error instanceof Database.SqliteError ? error.code : 'UNKNOWN',
  message: error instanceof Error ? error.message : String(error),
});
