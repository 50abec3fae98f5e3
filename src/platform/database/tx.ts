import { createHash } from 'node:crypto';
import type { PoolClient, QueryResult } from 'pg';

/** By which policies rows are seen. */
export type TxRole = 'member' | 'operator' | 'auditor' | 'system';

/** Values that PostgreSQL parameters may carry. */
export type Parameter = string | number | bigint | boolean | Date | null | Buffer | readonly unknown[] | object;

/** A statement under a name: a connection reads it once, and plans it a few times at most. */
export interface Often {
  readonly name: string;
  readonly text: string;
}

const known = new Map<string, Often>();

/** For a statement of a text that never changes, and that runs many times a second: to be read and planned anew it takes longer than to be done. */
export function often(text: string): Often {
  const before = known.get(text);
  if (before !== undefined) return before;
  const named = { name: createHash('sha256').update(text).digest('hex').slice(0, 32), text };
  known.set(text, named);
  return named;
}

/** Does once what was gathered for it. */
type Last<Item> = (tx: Tx, items: readonly Item[]) => Promise<void>;

/**
 * An open transaction of one tenant, passed as a value so that no statement can run outside it.
 * int8 arrives as bigint, numeric and date as text.
 */
export class Tx {
  /** Whether news was written: once it is committed, followers in this process look at once. */
  told = false;
  private gathered = new Map<Last<never>, unknown[]>();

  constructor(
    readonly client: PoolClient,
    private role: TxRole,
  ) {}

  async rows<Row>(statement: string | Often, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return (await this.ask(statement, parameters)).rows as Row[];
  }

  async first<Row>(statement: string | Often, parameters: readonly Parameter[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(statement, parameters))[0];
  }

  /** For statements that must give exactly one row: anything else is a programmer's mistake. */
  async one<Row>(statement: string | Often, parameters: readonly Parameter[] = []): Promise<Row> {
    const rows = await this.rows<Row>(statement, parameters);
    const text = typeof statement === 'string' ? statement : statement.text;
    if (rows.length !== 1) throw new Error(`expected one row, got ${rows.length}: ${text.slice(0, 120)}`);
    return rows[0]!;
  }

  /** Runs a statement and says how many rows it touched. */
  async run(statement: string | Often, parameters: readonly Parameter[] = []): Promise<number> {
    return (await this.ask(statement, parameters)).rowCount ?? 0;
  }

  /** The one row of a statement without parameters of which nothing lasts, no lock either. One message, where a savepoint by itself takes three. */
  async undone<Row>(text: string): Promise<Row> {
    const answer = (await this.client.query(
      `SAVEPOINT undone; ${text}; ROLLBACK TO SAVEPOINT undone; RELEASE SAVEPOINT undone`,
    )) as unknown as readonly QueryResult[];
    const [row, ...others] = answer[1]!.rows as Row[];
    if (row === undefined || others.length > 0) throw new Error(`expected one row: ${text.slice(0, 120)}`);
    return row;
  }

  /** A text as it stands in a statement, for statements that can have no parameters. */
  literal(text: string): string {
    return this.client.escapeLiteral(text);
  }

  private ask(statement: string | Often, parameters: readonly Parameter[]): Promise<QueryResult> {
    const values = parameters as unknown[];
    return typeof statement === 'string'
      ? this.client.query(statement, values)
      : this.client.query({ ...statement, values });
  }

  /**
   * Lets `work` act under the system's policies inside this transaction: for rows of a deal that no party may write by itself
   * (sums, postings, statements). Nested use is fine; the caller's role returns afterwards.
   */
  async asSystem<T>(work: () => Promise<T>): Promise<T> {
    const before = this.role;
    if (before === 'system') return work();
    await this.take('system');
    const result = await work();
    // After a failure the transaction is aborted and rolls back, so the role needs no restoring then.
    await this.take(before);
    return result;
  }

  /** Has `last` done with this and all else that is gathered for it: by one statement instead of many, right before the transaction commits. */
  gather<Item>(last: Last<Item>, item: Item): Promise<void> {
    const items = this.gathered.get(last) ?? [];
    this.gathered.set(last, items);
    items.push(item);
    return Promise.resolve();
  }

  /** What is gathered, before COMMIT. */
  async finish(): Promise<void> {
    for (const [last, items] of this.gathered) await last(this, items as never[]);
  }

  /** Lets `work` fail without losing the transaction: what it did is undone, the failure goes on to the caller. */
  async savepoint<T>(work: () => Promise<T>): Promise<T> {
    const before = this.role;
    const gathered = new Map([...this.gathered].map(([last, items]) => [last, [...items]]));
    await this.client.query('SAVEPOINT attempt');
    try {
      const result = await work();
      await this.client.query('RELEASE SAVEPOINT attempt');
      return result;
    } catch (error) {
      // Settings go back with it, the role among them.
      await this.client.query('ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt');
      this.role = before;
      this.gathered = gathered;
      throw error;
    }
  }

  private async take(role: TxRole): Promise<void> {
    await this.client.query(`SET LOCAL accordo.role = '${role}'`);
    this.role = role;
  }
}
