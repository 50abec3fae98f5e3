import { DataSource } from 'typeorm';
import { types, type ClientBase, type PoolClient } from 'pg';
import type { Actor, Audited } from '../auth/actor';
import { translateDatabaseError } from './constraints';
import { LoneStatement, type Statement } from './lone-statement';
import { Tx, type TxRole } from './tx';

const day = /^\d{4}-\d{2}-\d{2}$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** int8 as bigint, date as 'YYYY-MM-DD': PostgreSQL's exact values stay exact. */
const exactTypes = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === types.builtins.INT8) return (text: string) => BigInt(text);
    if (oid === types.builtins.DATE) return (text: string) => text;
    return types.getTypeParser(oid, format);
  },
};

/** The pool of the application role. TypeORM keeps it (and the migrations); statements are written by hand. */
export function applicationDataSource(url: string, poolSize = 10): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    poolSize,
    applicationName: 'accordo',
    synchronize: false,
    invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
    connectTimeoutMS: 5_000,
    // An idle connection's error must not end the process: the pool makes a new one at the next use.
    poolErrorHandler: () => undefined,
    extra: {
      types: exactTypes,
      statement_timeout: 120_000,
      lock_timeout: 20_000,
      idle_in_transaction_session_timeout: 120_000,
      keepAlive: true,
      // Between the pool and the runner that wants a new connection nobody listens to it: what it says in that instant must not end the process either.
      // Whoever uses it then learns that it is gone.
      onConnect: (client: ClientBase) => void client.on('error', () => undefined),
    },
  });
}

/** The only way to the tables: every transaction says first for whom it runs, and row-level security does the rest. */
export class Database {
  private committedNews = 0;
  private committedWrites = 0;

  constructor(readonly source: DataSource) {}

  /** How many transactions of this process have committed news: who has looked at the outbox since the last one knows what this process did. */
  get newsCommitted(): number {
    return this.committedNews;
  }

  /** How many transactions that could write this process has committed. */
  get writesCommitted(): number {
    return this.committedWrites;
  }

  /** Runs `work` in one transaction as the actor's organization. */
  withTenant<T>(
    actor: Pick<Actor, 'organizationId' | 'organizationKind' | 'audited'>,
    work: (tx: Tx) => Promise<T>,
    mode: 'read' | 'write' = 'write',
  ): Promise<T> {
    if (actor.organizationKind === 'auditor') return this.asAuditor(actor.audited, work);
    if (!uuid.test(actor.organizationId)) throw new Error('a tenant is an organization id');
    const role = actor.organizationKind === 'operator' ? 'operator' : 'member';
    return this.transaction(role, actor.organizationId, mode, work);
  }

  /** Looks at the audited months of one agreement, by policies of its own; whatever they do not name is not there, and nothing can be written. */
  private asAuditor<T>(audited: Audited | undefined, work: (tx: Tx) => Promise<T>): Promise<T> {
    if (audited === undefined || !uuid.test(audited.agreementId)) throw new Error('an auditor looks at an agreement');
    for (const date of [audited.from, audited.until]) if (!day.test(date)) throw new Error('an audit is of days');
    return this.transaction('auditor', '', 'read', work, `${audited.agreementId} ${audited.from} ${audited.until}`);
  }

  /** As withTenant, for a job that works for an organization: it sees what any member sees. */
  asMemberOf<T>(organizationId: string, work: (tx: Tx) => Promise<T>, mode: 'read' | 'write' = 'write'): Promise<T> {
    if (!uuid.test(organizationId)) throw new Error('a tenant is an organization id');
    return this.transaction('member', organizationId, mode, work);
  }

  /** Runs `work` in one transaction under the system's policies: jobs, sign-in, provider events. */
  asSystem<T>(work: (tx: Tx) => Promise<T>, mode: 'read' | 'write' = 'write'): Promise<T> {
    return this.transaction('system', '', mode, work);
  }

  /** As asSystem, for a transaction that is one statement and comes many times a second: one message to the server instead of four. */
  async statementAsSystem<Row>(statement: Statement, mode: 'read' | 'write' = 'write'): Promise<Row[]> {
    const rows = await this.onConnection((client) => {
      const opening = [beginning(mode), "SET LOCAL accordo.role = 'system'"];
      return client.query(new LoneStatement<Row>(opening, statement, exactTypes)).answer;
    });
    if (mode === 'write') this.committedWrites += 1;
    return rows;
  }

  private async transaction<T>(
    role: TxRole,
    organization: string,
    mode: 'read' | 'write',
    work: (tx: Tx) => Promise<T>,
    audited = '',
  ): Promise<T> {
    return this.onConnection(async (client) => {
      // One message: no statement can come between the start and the tenant. SET LOCAL (not set_config) also reaches Citus workers.
      await client.query(
        `${beginning(mode)}; SET LOCAL accordo.role = '${role}'; SET LOCAL accordo.organization = '${organization}'${audited === '' ? '' : `; SET LOCAL accordo.audited = '${audited}'`}`,
      );
      const tx = new Tx(client, role);
      const result = await work(tx);
      await tx.finish();
      await client.query('COMMIT');
      if (mode === 'write') this.committedWrites += 1;
      if (tx.told) this.committedNews += 1;
      return result;
    });
  }

  /** Runs `work`, which begins a transaction and commits it. */
  private async onConnection<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const runner = this.source.createQueryRunner();
    try {
      const client = (await runner.connect()) as PoolClient;
      try {
        return await work(client);
      } catch (error) {
        // A failed ROLLBACK means the connection is gone, and the transaction with it. Unless that is said now, a connection whose end is still on its way
        // goes back to the pool as sound, and fails whoever is next.
        await client.query('ROLLBACK').catch((gone: unknown) => client.emit('error', gone));
        throw error;
      }
    } catch (error) {
      throw translateDatabaseError(error);
    } finally {
      await runner.release().catch(() => undefined);
    }
  }
}

/** All statements of a read see one snapshot: what is put together of several of them was so at one moment. */
const beginning = (mode: 'read' | 'write'): string =>
  `BEGIN ${mode === 'read' ? 'ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'READ WRITE'}`;
