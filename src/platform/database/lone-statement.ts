import type { Connection, CustomTypesConfig, Submittable } from 'pg';
import type { Often } from './tx';

/** A statement that comes often, and its values as PostgreSQL writes them. */
export interface Statement extends Often {
  readonly values: readonly (string | null)[];
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/** What each connection has read and planned, as far as it is known. */
const planned = new WeakMap<Connection, Set<string>>();

/**
 * A transaction that is one statement, sent as one message and answered as one: `opening`, the statement, COMMIT. A statement of the driver's own waits
 * for its answer before the next is sent, and four of them take longer than many a statement's work. Whatever fails, the server passes over all
 * that comes behind it, COMMIT too; then the transaction is still to be rolled back. Given to a client's `query`, as cursors are.
 */
export class LoneStatement<Row> implements Submittable {
  private readonly rows: Row[] = [];
  private fields: readonly Field[] = [];
  private connection: Connection | undefined;
  private readonly settling = Promise.withResolvers<Row[]>();
  /** Rejects with what the server or the connection says. */
  readonly answer = this.settling.promise;

  constructor(
    private readonly opening: readonly string[],
    private readonly statement: Statement,
    private readonly types: CustomTypesConfig,
  ) {}

  /** Apart from what the driver itself prepares under the statement's name. */
  private get plan(): string {
    return `lone ${this.statement.name}`;
  }

  submit(connection: Connection): void {
    this.connection = connection;
    const { text, values } = this.statement;
    const name = this.plan;
    connection.stream.cork();
    for (const command of this.opening) send(connection, command);
    if (!planned.get(connection)?.has(name)) {
      // It may be there from an attempt that failed later on; closing what is not there is no error.
      connection.close({ type: 'S', name }, true);
      connection.parse({ name, text, types: [] }, true);
    }
    connection.bind({ statement: name, values: [...values] }, true);
    connection.describe({ type: 'P', name: '' }, true);
    connection.execute(null, true);
    send(connection, 'COMMIT');
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.fields = fields;
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const named = this.fields.map(({ name, dataTypeID }, at) => {
      const text = fields[at] ?? null;
      return [
        name,
        text === null ? null : (this.types.getTypeParser(dataTypeID, 'text') as (text: string) => unknown)(text),
      ];
    });
    this.rows.push(Object.fromEntries(named) as Row);
  }

  handleCommandComplete(): void {
    // One each for the opening, the statement and COMMIT: only the end of all counts.
  }

  handleReadyForQuery(): void {
    const { connection } = this;
    if (connection !== undefined) planned.set(connection, (planned.get(connection) ?? new Set()).add(this.plan));
    this.settling.resolve(this.rows);
  }

  handleError(error: Error): void {
    this.settling.reject(error);
  }
}

function send(connection: Connection, command: string): void {
  connection.parse({ name: '', text: command, types: [] }, true);
  connection.bind({}, true);
  connection.execute(null, true);
}
