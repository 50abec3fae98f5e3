import { setTimeout as wait } from 'node:timers/promises';
import type { Client, Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { applicationDataSource } from '../../../src/platform/database/database';

/** A statement on its way to the database. */
export interface Statement {
  /** Of one that is prepared: only one text may have it. */
  readonly name?: string | undefined;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What a planted bug does to the product's statements. */
export interface Tap {
  /** The statement that is run in its place. */
  readonly changed?: (statement: Statement) => Statement;
  /** Something that is done, on a connection of its own, before the statement. */
  readonly before?: (statement: Statement, superuser: Client) => Promise<void>;
  /** What the product gets to see of the answer. */
  readonly answered?: (statement: Statement, rows: Record<string, unknown>[]) => void;
}

/** How a process dies: before a statement, right after a commit, or with its connection torn down by the server. */
export type Death = 'before' | 'after-commit' | 'terminated';

export class Killed extends Error {
  constructor() {
    super('the process was killed here');
  }
}

const poolOf = ({ driver }: DataSource): Pool => (driver as unknown as { readonly master: Pool }).master;

/**
 * Stands where the product's pool stands, and can be pointed at another database. Each statement of the product passes here: it counts them, kills the
 * process that the simulator wants to see dead, and lets a planted bug have its way.
 */
export class TappedSource {
  private source: DataSource | undefined;
  private superuser: Client | undefined;
  private tap: Tap = {};
  private death: { readonly kind: Death; left: number } | undefined;
  private dead = false;

  async pointAt(url: string, superuser: Client, tap: Tap): Promise<void> {
    this.source = await applicationDataSource(url, 8).initialize();
    this.superuser = superuser;
    this.tap = tap;
  }

  async leave(): Promise<void> {
    await this.source?.destroy();
    this.source = undefined;
  }

  /** The process dies at its `left`-th statement (or commit) from now on; what it does afterwards never happens. */
  killAt(kind: Death, left: number): void {
    this.death = { kind, left };
  }

  /** Another process takes over. Gives whether the one before had died. */
  revive(): boolean {
    const { dead } = this;
    this.dead = false;
    this.death = undefined;
    return dead;
  }

  /** As much of TypeORM's source as the product uses: Database, and the counters of sign-ins, which no transaction holds and nothing is planted in. */
  asDataSource(): DataSource {
    const master = { query: (query: object): unknown => poolOf(this.source!).query(query as never) };
    return { createQueryRunner: () => this.queryRunner(), driver: { master } } as unknown as DataSource;
  }

  private queryRunner(): { connect: () => Promise<object>; release: () => Promise<void> } {
    const runner = this.source!.createQueryRunner();
    return {
      connect: async () => this.tapped((await runner.connect()) as PoolClient),
      release: () => runner.release(),
    };
  }

  private tapped(client: PoolClient): object {
    const query = (first: unknown, values?: unknown[]): unknown => {
      if (typeof first === 'string') return this.run(client, { text: first, values: values ?? [] });
      // COPY is a stream.
      if (typeof (first as { submit?: unknown }).submit === 'function') return client.query(first as never);
      return this.run(client, first as Statement);
    };
    return new Proxy(client, {
      get: (target, name) => {
        if (name === 'query') return query;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  private async run(client: PoolClient, statement: Statement): Promise<unknown> {
    if (statement.text === 'ROLLBACK') return client.query('ROLLBACK');
    await this.dying(client, statement.text);
    await this.tap.before?.(statement, this.superuser!);
    const { text, values } = this.tap.changed?.(statement) ?? statement;
    const name = text === statement.text ? statement.name : undefined;
    const result = await client.query({ text, values: [...values], ...(name !== undefined && { name }) });
    this.tap.answered?.(statement, (result.rows ?? []) as Record<string, unknown>[]);
    if (text === 'COMMIT' && this.death?.kind === 'after-commit' && this.isTime()) throw new Killed();
    return result;
  }

  private async dying(client: PoolClient, text: string): Promise<void> {
    if (this.dead) throw new Killed();
    if (this.death === undefined || this.death.kind === 'after-commit' || text.startsWith('BEGIN')) return;
    if (!this.isTime()) return;
    if (this.death.kind === 'terminated') await this.terminate(client);
    throw new Killed();
  }

  private isTime(): boolean {
    this.death!.left -= 1;
    if (this.death!.left > 0) return false;
    this.dead = true;
    return true;
  }

  /** The server ends the session, and with it the transaction. */
  private async terminate(client: PoolClient): Promise<void> {
    const { processID } = client as unknown as { processID: number };
    await this.superuser!.query('SELECT pg_terminate_backend($1)', [processID]);
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const { rows } = await this.superuser!.query('SELECT FROM pg_stat_activity WHERE pid = $1', [processID]);
      if (rows.length === 0) return;
      await wait(2);
    }
  }
}
