import { Body, Controller, Delete, Get, Header, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { getAgreement } from '../../agreements';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { IdField, IntegerParameter } from '../../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import type { SecretReply } from '../../platform/idempotency/idempotent-writes';
import { auditsOf, getAudit } from './audits.repository';
import {
  AuditorsView,
  auditorView,
  AuditRequestView,
  auditRequestView,
  AuditsView,
  AuditView,
  auditView,
  NewAuditorView,
} from './audits.view';
import { accessesOf, requestsOf } from './auditors.repository';
import { AuditorBody, Auditors } from './auditors';
import { AnswerBody, ConcludeAudit, ConclusionBody } from './conclude-audit';
import { AuditBody, GiveNotice } from './give-notice';

export class AuditParameters {
  @IdField()
  readonly id!: string;

  @IntegerParameter({ min: 1, max: 1_000_000_000 })
  readonly number!: number;
}

export class AuditorParameters extends AuditParameters {
  @IdField()
  readonly auditorId!: string;
}

/** Audits by the contract: notice, auditors, what they looked at, what was found and what the platform says to it. */
@ApiTags('audits')
@Controller('v1/agreements/:id/audits')
export class AuditsController {
  constructor(
    private readonly clock: Clock,
    private readonly giveNotice: GiveNotice,
    private readonly auditors: Auditors,
    private readonly concludeAudit: ConcludeAudit,
  ) {}

  @Post()
  @Allow({ kinds: ['label'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Give notice of an audit of some months',
    description: 'Within what the contract allows, or refused with `audit-not-possible`, naming what is in the way.',
  })
  @ApiCreatedResponse({ type: AuditView })
  async give(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: AuditBody,
  ): Promise<AuditView> {
    return auditView(await this.giveNotice.execute(tx, actor, id, body));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the audits of an agreement' })
  @ApiOkResponse({ type: AuditsView })
  async list(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<AuditsView> {
    await getAgreement(tx, id);
    return { rows: (await auditsOf(tx, id)).map(auditView) };
  }

  @Get(':number')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show an audit, and what it came to' })
  @ApiOkResponse({ type: AuditView })
  async get(@InTx() tx: Tx, @Param() { id, number }: AuditParameters): Promise<AuditView> {
    return auditView(await getAudit(tx, id, number));
  }

  @Post(':number/auditors')
  @Allow({ kinds: ['label'], roles: ['finance'], memberOnly: true, verified: true })
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Name an auditor, who gets a key to the audited months',
    description:
      'The key is shown this once. It opens statements, their lines, proofs and bundles, ledger and journal of these months, for reading and until `endsAt`. Refused with `audit-state` once the audit is concluded.',
  })
  @ApiCreatedResponse({ type: NewAuditorView })
  name(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: AuditParameters,
    @Body() body: AuditorBody,
  ): Promise<SecretReply> {
    return this.auditors.name(tx, actor, id, number, body);
  }

  @Get(':number/auditors')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List who may look, or could' })
  @ApiOkResponse({ type: AuditorsView })
  async listAuditors(@InTx() tx: Tx, @Param() { id, number }: AuditParameters): Promise<AuditorsView> {
    await getAudit(tx, id, number);
    const now = this.clock.now();
    return { rows: (await accessesOf(tx, id, number)).map((access) => auditorView(access, now)) };
  }

  @Delete(':number/auditors/:auditorId')
  @HttpCode(204)
  @Allow({ kinds: ['label'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Take an auditor’s key away',
    description: 'It is refused from the next request on. Revoking it again changes nothing.',
  })
  @ApiNoContentResponse()
  revoke(@By() actor: Actor, @InTx() tx: Tx, @Param() { id, number, auditorId }: AuditorParameters): Promise<void> {
    return this.auditors.revoke(tx, actor, id, number, auditorId);
  }

  @Get(':number/requests')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List what auditors asked for, oldest first, whatever the answer was' })
  @ApiOkResponse({ type: pageSchema(AuditRequestView) })
  async requests(
    @InTx() tx: Tx,
    @Param() { id, number }: AuditParameters,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<AuditRequestView>> {
    const after = afterInstant(cursor);
    await getAudit(tx, id, number);
    const rows = await requestsOf(tx, { agreementId: id, number }, limit, after);
    return pageOf(rows, limit, auditRequestView, (row) => [row.at.toISOString(), row.id]);
  }

  @Post(':number/conclusion')
  @Allow({ kinds: ['label'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'State what an audit found',
    description:
      'By month, what should have been earned. What is missing, whether the platform pays for the audit and the interest follow from the contract, each with its formula. Nothing is posted. Refused with `audit-state` the second time.',
  })
  @ApiCreatedResponse({ type: AuditView })
  async conclude(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: AuditParameters,
    @Body() body: ConclusionBody,
  ): Promise<AuditView> {
    return auditView(await this.concludeAudit.conclude(tx, actor, id, number, body));
  }

  @Post(':number/answer')
  @Allow({ kinds: ['platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Accept what an audit came to, or dispute it',
    description: 'Once. Refused with `audit-state` before it is concluded and the second time.',
  })
  @ApiCreatedResponse({ type: AuditView })
  async answer(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: AuditParameters,
    @Body() body: AnswerBody,
  ): Promise<AuditView> {
    return auditView(await this.concludeAudit.answer(tx, actor, id, number, body));
  }
}
