import { ApiProperty } from '@nestjs/swagger';
import { type Audit, auditStates } from './audits.repository';
import type { AuditAccess, AuditRequest } from './auditors.repository';
import type { AuditReckoning, MonthReckoning } from './reckon-audit';

export class MonthReckoningView implements MonthReckoning {
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({ description: 'what it should have earned' }) readonly due!: string;
  @ApiProperty({ description: 'what the books have, corrections included' }) readonly booked!: string;
  @ApiProperty({ description: 'exact' }) readonly missing!: string;
  @ApiProperty({ type: 'integer', nullable: true, description: 'null: the contract has no interest on it' })
  readonly interestDays!: number | null;
  @ApiProperty({ type: String, nullable: true }) readonly interest!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '100 × 0.05 × 73 / 365 = 1' })
  readonly formula!: string | null;
}

export class ReckoningFormulaView {
  @ApiProperty() readonly underpaid!: string;
  @ApiProperty() readonly costShift!: string;
  @ApiProperty() readonly owed!: string;
}

export class AuditReckoningView implements AuditReckoning {
  @ApiProperty({ type: MonthReckoningView, isArray: true }) readonly months!: readonly MonthReckoningView[];
  @ApiProperty() readonly due!: string;
  @ApiProperty() readonly booked!: string;
  @ApiProperty() readonly underpaid!: string;
  @ApiProperty() readonly overpaid!: string;
  @ApiProperty({ type: String, nullable: true, description: 'of what was due, exact; null: nothing was' })
  readonly underpaidShare!: string | null;
  @ApiProperty({ description: 'whether the platform pays for the audit' }) readonly costShifted!: boolean;
  @ApiProperty() readonly auditCostCharged!: string;
  @ApiProperty() readonly interest!: string;
  @ApiProperty({ description: 'underpaid, the audit’s cost where it is shifted, and interest' }) readonly owed!: string;
  @ApiProperty({ type: ReckoningFormulaView, description: 'each with its numbers' })
  readonly formula!: ReckoningFormulaView;
}

export class AuditView {
  @ApiProperty({ type: 'integer', description: 'within the agreement' }) readonly number!: number;
  @ApiProperty({ enum: auditStates }) readonly state!: string;
  @ApiProperty({ format: 'date' }) readonly noticedOn!: string;
  @ApiProperty({ example: '2026-01' }) readonly from!: string;
  @ApiProperty({ example: '2027-01', description: 'the month after the last one' }) readonly until!: string;
  @ApiProperty({ type: String, format: 'date', nullable: true }) readonly concludedOn!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'USD' }) readonly currency!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly auditCost!: string | null;
  @ApiProperty({ type: AuditReckoningView, nullable: true, description: 'what the findings come to by the contract' })
  readonly outcome!: AuditReckoningView | null;
  @ApiProperty({ type: String, nullable: true, description: 'why the platform disputes it' })
  readonly reason!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly answeredAt!: string | null;
}

export const auditView = (audit: Audit): AuditView => ({
  number: audit.number,
  state: audit.state,
  noticedOn: audit.noticed_on,
  from: audit.audited_from.slice(0, 7),
  until: audit.audited_until.slice(0, 7),
  concludedOn: audit.concluded_on,
  currency: audit.currency,
  auditCost: audit.audit_cost,
  outcome: audit.outcome,
  reason: audit.reason,
  answeredAt: audit.answered_at?.toISOString() ?? null,
});

export class AuditsView {
  @ApiProperty({ type: AuditView, isArray: true }) readonly rows!: readonly AuditView[];
}

export class AuditorView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ description: 'the public part of the key, to recognise it by' }) readonly prefix!: string;
  @ApiProperty({ format: 'date-time' }) readonly endsAt!: string;
  @ApiProperty({ format: 'date-time' }) readonly givenAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly revokedAt!: string | null;
  @ApiProperty({ description: 'whether the key opens anything now' }) readonly live!: boolean;
}

export class NewAuditorView extends AuditorView {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'the key itself, shown this once; null when the request is repeated',
  })
  readonly key!: string | null;
}

export class AuditorsView {
  @ApiProperty({ type: AuditorView, isArray: true }) readonly rows!: readonly AuditorView[];
}

export const auditorView = (access: AuditAccess, now: Date): AuditorView => ({
  id: access.id,
  name: access.name,
  prefix: access.prefix,
  endsAt: access.ends_at.toISOString(),
  givenAt: access.given_at.toISOString(),
  revokedAt: access.revoked_at?.toISOString() ?? null,
  live: access.revoked_at === null && access.ends_at > now,
});

export class AuditRequestView {
  @ApiProperty({ format: 'uuid' }) readonly auditorId!: string;
  @ApiProperty({ example: 'GET' }) readonly method!: string;
  @ApiProperty({ description: 'up to 500 characters of the address' }) readonly path!: string;
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
}

export const auditRequestView = ({ access_id, method, path, at }: AuditRequest): AuditRequestView => ({
  auditorId: access_id,
  method,
  path,
  at: at.toISOString(),
});
