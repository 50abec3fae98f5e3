import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { concludedAgreementsBetween } from '../agreements';
import { territoryNumber, useModelCode } from '../kernel';
import { audit, type Doer } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { enqueue } from '../platform/jobs/jobs';
import { getOperation, moveOperation, openOperation } from '../platform/operations/operations';
import { publish } from '../platform/outbox/outbox';
import type { StoredFile } from '../platform/storage/storage';
import type { DelimitedLayout } from './engine/delimited-layout';
import { lockReplaceable, type Parties, reportOfTerritory } from './replaceable';
import type { OpeningContext } from './opening-context';
import { nextDay, type ReportOpening } from './read-opening';
import {
  contextsTogether,
  filesDiffer,
  insertPart,
  keptContext,
  partReceiptView,
  partsOfMessage,
  refuseOtherReplaced,
  type ReportPart,
} from './report-parts';
import { type ReceiptView, receiptView, type UsageReport } from './usage-report';
import { lastReadingOf } from './usage-report.repository';

export const reportBytesMax = 2 * 1024 ** 3;

/** A report that is stored already, as it introduces itself or is introduced. */
export interface ReceivedFile {
  readonly file: StoredFile;
  readonly packed: 'gzip' | null;
  readonly messageId: string;
  /** "2026-01" */
  readonly month: string;
  readonly replaces: string | undefined;
  /** In place of `replaces`: the territory that the replaced report of this month speaks for. */
  readonly replacesTerritory?: string | undefined;
  /** `delta`: the lines are differences to the replaced report. */
  readonly as?: 'full' | 'delta' | undefined;
  /** What a DSR file says before its first usage line. */
  readonly opening?: ReportOpening;
  /** Of a table: whose it is, and how it is read. */
  readonly mapped?: MappedFile;
}

export interface MappedFile {
  readonly labelId: string;
  readonly serviceId: string;
  readonly mappingId: string;
  readonly layout: DelimitedLayout;
}

interface NewReport {
  readonly reportId: string;
  readonly operationId: string;
}

interface Replacing {
  readonly replaced: string | null;
  readonly files?: number;
}

/**
 * Takes a report in: the file is stored already and becomes evidence here, its contexts claim their period, and a job will read it.
 * Refuses with report-party-unknown, message-id-reused, report-not-replaceable, delta-not-possible or period-already-reported.
 */
@Injectable()
export class ReceiveReport {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Doer, received: ReceivedFile): Promise<ReceiptView> {
    const { file, messageId, opening } = received;
    await claimMessage(tx, `${actor.organizationId} ${messageId}`);
    const before = await tx.first<UsageReport>(
      'SELECT * FROM usage_reports WHERE platform_id = $1 AND message_id = $2 AND reread_because IS NULL',
      [actor.organizationId, messageId],
    );
    const parts = await partsOfMessage(tx, actor.organizationId, messageId);
    const same = parts.find(({ file_sha256 }) => file_sha256 === file.sha256);
    refuseOtherwiseIntroduced(before ?? (same && { ...same, mapping_id: null }), received);
    if (same !== undefined) return partReceiptView(same);
    if (before?.files === 1 && before.file_sha256 === file.sha256) return receiptView(before);
    if (before !== undefined) throw messageReused(messageId, before.file_sha256);
    const parties = await this.partiesAndService(tx, actor, received);
    if (opening !== undefined) await this.checkCurrency(tx, actor, parties.labelId, opening);
    if (parts.length > 0 || (opening !== undefined && opening.head.numberOfFiles > 1n))
      return this.keepPart(tx, actor, received, { ...parties, parts });
    const replaced = await this.replacedBy(tx, received, parties);
    return tx.asSystem(async () => {
      const report = await this.newReport(tx, actor);
      return receiptView(await this.keep(tx, actor, received, { ...parties, replaced, ...report }));
    });
  }

  /** One of several files: kept until all are there, then all are one report, in the transaction of the last. */
  private async keepPart(
    tx: Tx,
    actor: Doer,
    received: ReceivedFile,
    { parts, ...parties }: Parties & { readonly parts: readonly ReportPart[] },
  ): Promise<ReceiptView> {
    const { messageId, opening, file, packed, month } = received;
    const [number, files] = [Number(opening?.head.fileNumber ?? 1n), Number(opening?.head.numberOfFiles ?? 1n)];
    const [first] = parts;
    const known = parts.find((part) => part.number === number);
    if (known !== undefined) throw messageReused(messageId, known.file_sha256);
    if (received.as === 'delta') throw wholeOnly();
    refuseOtherReplaced(parts, received);
    if (first !== undefined) await refuseDifferent(tx, first, { ...parties, files, month });
    const part: ReportPart = await tx.asSystem(async () => {
      const { reportId, operationId } =
        first === undefined
          ? await this.newReport(tx, actor)
          : { reportId: first.report_id, operationId: first.operation_id };
      const made: ReportPart = {
        message_id: messageId,
        number,
        files,
        report_id: reportId,
        operation_id: operationId,
        label_id: parties.labelId,
        service_id: parties.serviceId,
        month: `${month}-01`,
        file_sha256: file.sha256,
        bytes: BigInt(file.bytes),
        packed,
        replaces: received.replaces ?? null,
        replaces_territory: received.replacesTerritory ?? null,
        contexts: (opening?.contexts ?? []).map(keptContext),
        received_at: this.clock.now(),
      };
      await insertPart(tx, actor.organizationId, made);
      const at = made.received_at;
      const progress = { files, filesReceived: parts.length + 1 };
      await moveOperation(tx, operationId, { state: 'queued', progress, at });
      const details = { file: file.sha256, bytes: file.bytes, number, files };
      await audit(tx, actor, { action: 'usage-report.file-received', subjectId: reportId, details, at });
      return made;
    });
    const all = [...parts, part].sort((one, other) => one.number - other.number);
    if (all.length === files) await this.keepTogether(tx, actor, received, { ...parties, parts: all });
    return partReceiptView(part);
  }

  /** What the report replaces was said with any of its files. */
  private async keepTogether(
    tx: Tx,
    actor: Doer,
    received: ReceivedFile,
    { parts, ...parties }: Parties & { readonly parts: readonly ReportPart[] },
  ): Promise<void> {
    const [first] = parts as [ReportPart, ...ReportPart[]];
    // All that say so say the same.
    const said = parts.find((part) => (part.replaces ?? part.replaces_territory) !== null);
    const replaces = said?.replaces ?? undefined;
    const asked = { ...received, replaces, replacesTerritory: said?.replaces_territory ?? undefined };
    const replaced = await this.replacedBy(tx, asked, parties);
    const bytes = Number(parts.reduce((sum, part) => sum + part.bytes, 0n));
    const contexts = contextsTogether(parts);
    const whole = {
      ...received,
      file: { sha256: first.file_sha256, bytes },
      packed: first.packed,
      opening: { ...received.opening!, contexts },
    };
    const report = { reportId: first.report_id, operationId: first.operation_id, files: parts.length };
    await tx.asSystem(() => this.keep(tx, actor, whole, { ...parties, replaced, ...report }));
  }

  private async newReport(tx: Tx, actor: Doer): Promise<NewReport> {
    const reportId = randomUUID();
    const operation = { ownerId: actor.organizationId, kind: 'read-report', subjectId: reportId, at: this.clock.now() };
    const { id: operationId } = await openOperation(tx, operation);
    return { reportId, operationId };
  }

  private async partiesAndService(tx: Tx, actor: Doer, { opening, mapped }: ReceivedFile): Promise<Parties> {
    if (opening !== undefined) {
      return { labelId: await this.partiesOf(tx, actor, opening), serviceId: await this.serviceOf(tx, actor, opening) };
    }
    const { labelId = '', serviceId = '' } = mapped ?? {};
    await checkParties(tx, actor.organizationId, { labelId, serviceId });
    return { labelId, serviceId };
  }

  private async partiesOf(tx: Tx, actor: Doer, { head }: ReportOpening): Promise<string> {
    const own = await tx.one<{ party_id: string | null }>('SELECT party_id FROM organizations WHERE id = $1', [
      actor.organizationId,
    ]);
    if (own.party_id !== head.senderPartyId) {
      throw new DomainError(
        'report-party-unknown',
        `HEAD names the sender ${head.senderPartyId}, which is not your party id`,
      );
    }
    const label = await tx.first<{ id: string }>(
      `SELECT id FROM organizations WHERE party_id = $1 AND kind = 'label'`,
      [head.recipientPartyId],
    );
    if (label === undefined)
      throw new DomainError(
        'report-party-unknown',
        `HEAD names the recipient ${head.recipientPartyId ?? '(none)'}, which is no label here`,
      );
    return label.id;
  }

  private async serviceOf(tx: Tx, actor: Doer, { serviceName }: ReportOpening): Promise<string> {
    const service = await tx.first<{ id: string }>(
      'SELECT id FROM services WHERE organization_id = $1 AND lower(name) = lower($2)',
      [actor.organizationId, serviceName],
    );
    if (service === undefined)
      throw new DomainError('report-party-unknown', `"${serviceName}" is not the name of one of your services`);
    return service.id;
  }

  /** Only a live report of the same label, service and month can be replaced, and by one report at a time; one that was read again as it was read last. */
  private async replacedBy(tx: Tx, received: ReceivedFile, parties: Parties): Promise<string | null> {
    const { replaces, replacesTerritory, as, mapped, month } = received;
    if (replaces === undefined && replacesTerritory === undefined) return null;
    const replaced = await tx.asSystem(async () => {
      const id =
        replaces === undefined
          ? await reportOfTerritory(tx, replacesTerritory!, month, parties)
          : await lastReadingOf(tx, replaces);
      return lockReplaceable(tx, id, month, parties);
    });
    if (as === 'delta' && (mapped === undefined || replaced.layout === null)) {
      throw wholeOnly();
    }
    return replaced.id;
  }

  /** A report accounts in the currency of the agreements that it falls under: nothing is converted without a rate that a contract names. */
  private async checkCurrency(tx: Tx, actor: Doer, labelId: string, { contexts }: ReportOpening): Promise<void> {
    const agreements = await concludedAgreementsBetween(tx, labelId, actor.organizationId);
    const currencies = new Set(agreements.map(({ currency }) => currency));
    if (currencies.size === 0) return;
    const faults = contexts
      .filter(({ currencyOfAccounting: told }) => told !== null && !currencies.has(told))
      .map(({ lineNumber, currencyOfAccounting }) => ({
        pointer: `/lines/${lineNumber}`,
        code: 'currency-not-agreed',
        message: `accounts in ${currencyOfAccounting}; the agreement’s currency is ${[...currencies].join(', ')}`,
      }));
    if (faults.length > 0) throw new DomainError('report-unreadable', undefined, faults.slice(0, 100));
  }

  private async keep(
    tx: Tx,
    actor: Doer,
    { file, packed, messageId, month, opening, mapped, as = 'full' }: ReceivedFile,
    { labelId, serviceId, replaced, reportId, operationId, files = 1 }: Parties & NewReport & Replacing,
  ): Promise<UsageReport> {
    const at = this.clock.now();
    const report = await tx.one<UsageReport>(
      `INSERT INTO usage_reports (id, label_id, platform_id, service_id, message_id, file_sha256, bytes, month, state, replaces, operation_id, received_at, packed,
                                  mapping_id, layout, replaces_as, files)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'received', $9, $10, $11, $12, $13, $14, $15, $16) RETURNING *`,
      [
        ...[reportId, labelId, actor.organizationId, serviceId, messageId, file.sha256, file.bytes, `${month}-01`],
        ...[replaced, operationId, at, packed, mapped?.mappingId ?? null],
        mapped === undefined ? null : JSON.stringify(mapped.layout),
        replaced === null ? null : as,
        files,
      ],
    );
    if (opening !== undefined) await insertContexts(tx, report, opening.contexts, replaced === null);
    await enqueue(tx, 'read-report', { reportId: report.id }, `read-report ${report.id}`);
    await audit(tx, actor, {
      action: 'usage-report.received',
      subjectId: report.id,
      details: { file: file.sha256, bytes: file.bytes, replaces: replaced, ...(replaced !== null && { as }) },
      at,
    });
    await publish(tx, {
      to: [labelId, actor.organizationId],
      topic: 'usage-report.received',
      subjectId: report.id,
      payload: { month },
      at,
    });
    return report;
  }
}

const wholeOnly = (): DomainError =>
  new DomainError(
    'delta-not-possible',
    'differences are told by a table, to a table: a DSR file is replaced as a whole',
  );

const messageReused = (messageId: string, sha256: string): DomainError =>
  new DomainError('message-id-reused', `message ${messageId} was received with the hash ${sha256}`);

/** A table is told from another one also by what its sender said of it: the same content may be the plays of another label. A DSR file says all of it itself. */
function refuseOtherwiseIntroduced(
  before: Pick<UsageReport, 'message_id' | 'mapping_id' | 'label_id' | 'service_id' | 'month'> | undefined,
  { mapped, month }: ReceivedFile,
): void {
  if (before === undefined) return;
  const told = mapped && { label: mapped.labelId, service: mapped.serviceId, month: `${month}-01` };
  const known = { label: before.label_id, service: before.service_id, month: before.month };
  const differing = (['label', 'service', 'month'] as const).filter((what) => told && told[what] !== known[what]);
  const all = before.mapping_id === (mapped?.mappingId ?? null) ? differing : [...differing, 'mapping'];
  if (all.length === 0) return;
  throw new DomainError(
    'message-id-reused',
    `message ${before.message_id} was received with another ${all.join(', ')}`,
  );
}

/** Whether there are these two for a platform. Refuses with report-party-unknown. */
export async function checkParties(tx: Tx, platformId: string, { labelId, serviceId }: Parties): Promise<void> {
  const label = await tx.first(`SELECT 1 FROM organizations WHERE id = $1 AND kind = 'label'`, [labelId]);
  if (label === undefined) throw new DomainError('report-party-unknown', 'there is no label with this id');
  const service = await tx.first('SELECT 1 FROM services WHERE id = $1 AND organization_id = $2', [
    serviceId,
    platformId,
  ]);
  if (service === undefined) throw new DomainError('report-party-unknown', 'you have no service with this id');
}

/** Files of one report are to the same label, about the same service and month, and are equally many; and nobody has cancelled it. */
async function refuseDifferent(
  tx: Tx,
  first: ReportPart,
  { labelId, serviceId, files, month }: Parties & { readonly files: number; readonly month: string },
): Promise<void> {
  const isSame = first.label_id === labelId && first.service_id === serviceId && first.month === `${month}-01`;
  if (!isSame || first.files !== files) {
    throw filesDiffer(
      'another file of this report says otherwise who it is to, of which service and month, or how many files there are',
    );
  }
  // Held, so that whoever cancels it does so before or after all of this.
  await tx.run('SELECT FROM operations WHERE id = $1 FOR UPDATE', [first.operation_id]);
  const { state } = await getOperation(tx, first.operation_id);
  if (state === 'queued') return;
  throw new DomainError(
    'message-id-reused',
    `message ${first.message_id} was cancelled before all of its files were here`,
  );
}

/** One delivery of a message at a time. A second one is refused at once: waiting would hold a connection. */
async function claimMessage(tx: Tx, name: string): Promise<void> {
  const { taken } = await tx.one<{ taken: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 1)) AS taken',
    [name],
  );
  if (!taken) throw new DomainError('idempotency-key-in-use', 'this message is being received at the moment');
}

/** A report that replaces nothing speaks for its contexts from now on; a replacement does so once it has been read. */
async function insertContexts(
  tx: Tx,
  report: UsageReport,
  contexts: readonly OpeningContext[],
  live: boolean,
): Promise<void> {
  const rows = contexts.map((context) => ({
    context_id: context.summaryRecordId,
    use_model: useModelCode(context.useType, context.commercialModel),
    territory: territoryNumber(context.territory),
    period: `[${context.periodStart},${nextDay(context.periodEnd)})`,
    all_usages: String(context.usages),
    allocated_usages: String(context.allocatedUsages),
    net_revenue: context.netRevenue,
    music_usage_ratio: context.musicUsageRatio,
    currency: context.currencyOfAccounting,
  }));
  await tx.run(
    `INSERT INTO usage_contexts (report_id, label_id, platform_id, service_id, live, context_id, use_model, territory, period, all_usages,
                                 allocated_usages, net_revenue, music_usage_ratio, currency)
     SELECT $1, $2, $3, $4, $5, c.* FROM json_to_recordset($6) AS c(context_id text, use_model int, territory int, period daterange, all_usages bigint,
                                 allocated_usages bigint, net_revenue numeric, music_usage_ratio numeric, currency char(3))`,
    [report.id, report.label_id, report.platform_id, report.service_id, live, JSON.stringify(rows)],
  );
}
