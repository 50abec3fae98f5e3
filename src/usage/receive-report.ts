import { Injectable } from '@nestjs/common';
import { concludedAgreementsBetween } from '../agreements';
import type { SalesContext } from '../ddex';
import { territoryNumber, useModelCode } from '../kernel';
import { audit } from '../platform/audit/audit';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { enqueue } from '../platform/jobs/jobs';
import { openOperation } from '../platform/operations/operations';
import { publish } from '../platform/outbox/outbox';
import type { StoredFile } from '../platform/storage/storage';
import type { DelimitedLayout } from './engine/delimited-layout';
import { nextDay, type ReportOpening } from './read-opening';
import type { UsageReport } from './usage-report';
import { lastReadingOf } from './usage-report.repository';

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

interface Parties {
  readonly labelId: string;
  readonly serviceId: string;
}

/**
 * Takes a report in: the file is stored already and becomes evidence here, its contexts claim their period, and a job will read it.
 * Refuses with report-party-unknown, message-id-reused, report-not-replaceable, delta-not-possible or period-already-reported.
 */
@Injectable()
export class ReceiveReport {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, received: ReceivedFile): Promise<UsageReport> {
    const { file, messageId } = received;
    await claimMessage(tx, `${actor.organizationId} ${messageId}`);
    const before = await tx.first<UsageReport>(
      'SELECT * FROM usage_reports WHERE platform_id = $1 AND message_id = $2 AND reread_because IS NULL',
      [actor.organizationId, messageId],
    );
    if (before !== undefined) {
      if (before.file_sha256 === file.sha256) return before;
      throw new DomainError(
        'message-id-reused',
        `message ${messageId} was received with the hash ${before.file_sha256}`,
      );
    }
    const parties = await this.partiesAndService(tx, actor, received);
    const replaced = await this.replacedBy(tx, received, parties);
    if (received.opening !== undefined) await this.checkCurrency(tx, actor, parties.labelId, received.opening);
    return tx.asSystem(() => this.keep(tx, actor, received, { ...parties, replaced }));
  }

  private async partiesAndService(tx: Tx, actor: Actor, { opening, mapped }: ReceivedFile): Promise<Parties> {
    if (opening !== undefined) {
      return { labelId: await this.partiesOf(tx, actor, opening), serviceId: await this.serviceOf(tx, actor, opening) };
    }
    const { labelId = '', serviceId = '' } = mapped ?? {};
    const label = await tx.first(`SELECT 1 FROM organizations WHERE id = $1 AND kind = 'label'`, [labelId]);
    if (label === undefined) throw new DomainError('report-party-unknown', 'there is no label with this id');
    const service = await tx.first('SELECT 1 FROM services WHERE id = $1 AND organization_id = $2', [
      serviceId,
      actor.organizationId,
    ]);
    if (service === undefined) throw new DomainError('report-party-unknown', 'you have no service with this id');
    return { labelId, serviceId };
  }

  private async partiesOf(tx: Tx, actor: Actor, { head }: ReportOpening): Promise<string> {
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

  private async serviceOf(tx: Tx, actor: Actor, { serviceName }: ReportOpening): Promise<string> {
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
      throw new DomainError(
        'delta-not-possible',
        'differences are told by a table, to a table: a DSR file is replaced as a whole',
      );
    }
    return replaced.id;
  }

  /** A report accounts in the currency of the agreements that it falls under: nothing is converted without a rate that a contract names. */
  private async checkCurrency(tx: Tx, actor: Actor, labelId: string, { contexts }: ReportOpening): Promise<void> {
    const agreements = await concludedAgreementsBetween(tx, labelId, actor.organizationId);
    const currencies = new Set(agreements.map(({ currency }) => currency));
    if (currencies.size === 0) return;
    const faults = contexts
      .filter(({ currencyOfAccounting }) => !currencies.has(currencyOfAccounting))
      .map(({ lineNumber, currencyOfAccounting }) => ({
        pointer: `/lines/${lineNumber}`,
        code: 'currency-not-agreed',
        message: `accounts in ${currencyOfAccounting}; the agreement’s currency is ${[...currencies].join(', ')}`,
      }));
    if (faults.length > 0) throw new DomainError('report-unreadable', undefined, faults.slice(0, 100));
  }

  private async keep(
    tx: Tx,
    actor: Actor,
    { file, packed, messageId, month, opening, mapped, as = 'full' }: ReceivedFile,
    { labelId, serviceId, replaced }: Parties & { readonly replaced: string | null },
  ): Promise<UsageReport> {
    const at = this.clock.now();
    const operation = await openOperation(tx, { ownerId: actor.organizationId, kind: 'read-report', at });
    const report = await tx.one<UsageReport>(
      `INSERT INTO usage_reports (label_id, platform_id, service_id, message_id, file_sha256, bytes, month, state, replaces, operation_id, received_at, packed, mapping_id, layout,
                                  replaces_as)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'received', $8, $9, $10, $11, $12, $13, $14) RETURNING *`,
      [
        labelId,
        actor.organizationId,
        serviceId,
        messageId,
        file.sha256,
        file.bytes,
        `${month}-01`,
        replaced,
        operation.id,
        at,
        packed,
        mapped?.mappingId ?? null,
        mapped === undefined ? null : JSON.stringify(mapped.layout),
        replaced === null ? null : as,
      ],
    );
    await tx.run('UPDATE operations SET subject_id = $2 WHERE id = $1', [operation.id, report.id]);
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

async function lockReplaceable(
  tx: Tx,
  id: string,
  month: string,
  { labelId, serviceId }: Parties,
): Promise<UsageReport> {
  const report = await tx.first<UsageReport>(
    `SELECT * FROM usage_reports WHERE id = $1 AND platform_id = accordo_organization() AND label_id = $2 AND service_id = $3 AND month = $4 FOR UPDATE`,
    [id, labelId, serviceId, `${month}-01`],
  );
  // Asked once the lock is there: whoever held it before may just have replaced the report.
  const taken = await tx.first(
    `SELECT 1 FROM usage_reports WHERE id = $1 AND state <> 'accepted' UNION ALL SELECT 1 FROM usage_reports WHERE replaces = $1 AND state = 'received'`,
    [id],
  );
  if (report === undefined || taken !== undefined) throw new DomainError('report-not-replaceable');
  return report;
}

/** The one live report of the month that speaks for a territory, and for no other: a replacement takes all of a report away. */
async function reportOfTerritory(
  tx: Tx,
  territory: string,
  month: string,
  { labelId, serviceId }: Parties,
): Promise<string> {
  const reports = await tx.rows<{ id: string; alone: boolean }>(
    `SELECT r.id, bool_and(c.territory = $4) AS alone FROM usage_reports r JOIN usage_contexts c ON c.report_id = r.id AND c.live
      WHERE r.platform_id = accordo_organization() AND r.label_id = $1 AND r.service_id = $2 AND r.month = $3 AND r.state = 'accepted'
      GROUP BY r.id HAVING bool_or(c.territory = $4) ORDER BY r.id`,
    [labelId, serviceId, `${month}-01`, territoryNumber(territory)],
  );
  const [only] = reports;
  if (only !== undefined && reports.length === 1 && only.alone) return only.id;
  const ids = reports.map(({ id }) => id).join(', ');
  throw new DomainError(
    'report-not-replaceable',
    only === undefined
      ? `no live report speaks for ${territory} in ${month}`
      : `for ${territory} in ${month} speak ${ids}, not one report alone and for nothing else: name it by its id`,
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
  contexts: readonly SalesContext[],
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
