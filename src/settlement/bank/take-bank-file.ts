import { Injectable } from '@nestjs/common';
import { OnDuePaid } from '../../agreements';
import type { Fault } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { enqueue, type JobPayload } from '../../platform/jobs/jobs';
import { publish } from '../../platform/outbox/outbox';
import { Storage, type StoredFile } from '../../platform/storage/storage';
import { accountOfNumber } from './accounts/bank-accounts.repository';
import {
  type BankFile,
  entriesOfFile,
  fileOfContent,
  findFile,
  insertFile,
  keepEntries,
  keepReceipt,
  keepStatement,
  markRead,
  type NewEntry,
} from './bank-files.repository';
import { fileOfMessage } from './outgoing/payment-files.repository';
import { settleByBank } from './outgoing/settle-by-bank';
import { takeStatuses } from './outgoing/take-statuses';
import type { AccountReport, BankMessage } from './reading/bank-message';
import { readBankFile } from './reading/read-bank-file';
import { matchReceipt } from './receipts/match-receipt';

export const readBankFileJob = 'read-bank-file';

/** How many entries came to what. */
export class Outcome {
  private readonly counts = new Map<string, number>();

  add(what: string, times = 1): void {
    if (times > 0) this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  get all(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.counts].sort());
  }
}

/** Files from banks: stored as they came, each once; read whole before they are kept; worked on by a job, which may be killed anywhere and run twice. */
@Injectable()
export class TakeBankFile {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly storage: Storage,
    private readonly onDuePaid: OnDuePaid,
  ) {}

  /** What the file says. Refuses with bank-file-unreadable. */
  read(sha256: string): Promise<BankMessage> {
    return readBankFile(this.storage.read(sha256));
  }

  /** The same content is the same file. Refuses with bank-account-unknown, and bank-message-repeated where the bank gave another file under this message id. */
  async keep(tx: Tx, actor: Actor, file: StoredFile, message: BankMessage): Promise<BankFile> {
    const before = await fileOfContent(tx, file.sha256);
    if (before !== undefined) return before;
    const at = this.clock.now();
    return tx.asSystem(async () => {
      const accountId = await accountOfFile(tx, message);
      const { kind, messageId } = message;
      const kept = await insertFile(tx, { kind, accountId, messageId, file, by: actorName(actor), at });
      if (kept === undefined) {
        // Somebody may have brought it just now.
        const same = await fileOfContent(tx, file.sha256);
        if (same !== undefined) return same;
        throw new DomainError('bank-message-repeated');
      }
      await enqueue(tx, readBankFileJob, { fileId: kept.id }, `${readBankFileJob} ${kept.id}`);
      const details = { kind, sha256: file.sha256 };
      await audit(tx, actor, { action: 'bank-file.brought', subjectId: kept.id, details, at });
      return kept;
    });
  }

  async execute({ fileId = '' }: JobPayload): Promise<void> {
    const file = await this.database.asSystem((tx) => findFile(tx, fileId), 'read');
    if (file === undefined || file.read_at !== null) return;
    const message = await this.read(file.file_sha256);
    const outcome = new Outcome();
    if (message.kind === 'payment-status') {
      await this.database.asSystem((tx) => takeStatuses(tx, message, { at: this.clock.now(), outcome }));
    } else {
      await this.database.asSystem((tx) => keepReports(tx, fileId, message, outcome));
      const entries = await this.database.asSystem((tx) => entriesOfFile(tx, fileId), 'read');
      for (const entry of entries) await this.database.asSystem((tx) => this.takeEntry(tx, entry, outcome));
    }
    await this.database.asSystem((tx) => this.end(tx, file, outcome.all));
  }

  /** Each in a transaction of its own: a large statement holds nothing locked. */
  private async takeEntry(tx: Tx, entry: NewEntry, outcome: Outcome): Promise<void> {
    const at = this.clock.now();
    if (entry.payout_id !== null) outcome.add(await settleByBank(tx, entry.payout_id, at));
    else if (entry.direction === 'debit') outcome.add(entry.reversal ? 'receipt-reversed' : 'not-ours');
    // Statements tell of everything: a notification of the same money would make it two receipts.
    else if (entry.kind === 'notification') outcome.add('awaits-statement');
    else if (entry.reversal) outcome.add('not-ours');
    else {
      await keepReceipt(tx, entry.id);
      outcome.add(await matchReceipt(tx, entry.id, { at, onDuePaid: this.onDuePaid }));
    }
  }

  private async end(tx: Tx, file: BankFile, outcome: Readonly<Record<string, number>>): Promise<void> {
    const at = this.clock.now();
    if ((await markRead(tx, file.id, outcome, at)) === 0) return;
    const { operator_id: owner } = await tx.one<{ operator_id: string }>(
      `SELECT operator_id FROM bank_accounts WHERE $1::uuid IS NULL OR id = $1 ORDER BY opened_at LIMIT 1`,
      [file.account_id],
    );
    const entry = { subjectId: file.id, at };
    const by = { system: readBankFileJob, organizationId: owner };
    await audit(tx, by, { action: 'bank-file.read', details: outcome, ...entry });
    await publish(tx, { to: [owner], topic: 'bank-file.read', payload: outcome, ...entry });
  }
}

/** Whose it is: of a report every account in it must be ours, of an answer the file that it answers. */
async function accountOfFile(tx: Tx, message: BankMessage): Promise<string | null> {
  if (message.kind === 'payment-status') {
    const answered = await fileOfMessage(tx, message.originalMessageId);
    if (answered === undefined)
      throw new DomainError('bank-account-unknown', 'it answers a file of payments that is none of ours');
    return answered.account_id;
  }
  const faults: Fault[] = [];
  let first: string | null = null;
  for (const [place, { account, currency }] of message.reports.entries()) {
    const known = await accountOfNumber(tx, account, currency);
    first ??= known?.id ?? null;
    if (known === undefined)
      faults.push({
        pointer: `/${place}`,
        code: 'bank-account-unknown',
        message: `${account} in ${currency || 'no currency'} is no account of ours`,
      });
  }
  if (faults.length > 0) throw new DomainError('bank-account-unknown', undefined, faults);
  return first;
}

async function keepReports(tx: Tx, fileId: string, { kind, reports }: AccountReport, outcome: Outcome): Promise<void> {
  let before = 0;
  for (const report of reports) {
    const { id: accountId } = (await accountOfNumber(tx, report.account, report.currency))!;
    outcome.add('pending', report.pending);
    if (kind === 'statement' && !(await keepStatement(tx, { fileId, accountId, report }))) {
      outcome.add('statement-differs');
      continue;
    }
    const added = await keepEntries(tx, { fileId, accountId, kind, report, before });
    before += report.entries.length;
    outcome.add('repeated', report.entries.length - added);
  }
}
