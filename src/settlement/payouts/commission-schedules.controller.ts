import { Body, Controller, Get, Injectable, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { compare, exactText, isCalendarDate, ONE, rational } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { DayField, DecimalField } from '../../platform/http/fields';

export class ScheduleBody {
  @DecimalField({ description: 'part of what is payable to a label: below 1, at most 6 decimals', example: '0.05' })
  readonly rate!: string;

  @DayField({ description: 'the first day, in UTC' })
  readonly from!: string;

  @DayField({ optional: true, description: 'the day after the last; absent: until further notice' })
  readonly until?: string;
}

export class ScheduleView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ example: '0.05' }) readonly rate!: string;
  @ApiProperty({ format: 'date' }) readonly from!: string;
  @ApiProperty({ type: String, format: 'date', nullable: true }) readonly until!: string | null;
}

export class SchedulesView {
  @ApiProperty({ type: ScheduleView, isArray: true }) readonly rows!: readonly ScheduleView[];
}

interface Schedule {
  readonly id: string;
  readonly rate: string;
  readonly from: string;
  readonly until: string | null;
}

const columns = 'id, rate, lower(in_force) AS from, upper(in_force) AS until';

/** Sets the marketplace's commission for a time. Refuses with commission-overlaps where one is already set. */
@Injectable()
export class MakeSchedule {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, { rate, from, until }: ScheduleBody): Promise<Schedule> {
    const faults = faultsOf(rate, from, until);
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    const at = this.clock.now();
    const schedule = await tx.one<Schedule>(
      `INSERT INTO commission_schedules (rate, in_force, made_by, made_at) VALUES ($1, daterange($2, $3), $4, $5) RETURNING ${columns}`,
      [rate, from, until ?? null, actorName(actor), at],
    );
    const details = { rate, from, until: until ?? null };
    await audit(tx, actor, { action: 'commission-schedule.made', subjectId: schedule.id, details, at });
    return schedule;
  }
}

function faultsOf(rate: string, from: string, until: string | undefined): Fault[] {
  const faults: Fault[] = [];
  const add = (pointer: string, code: string, message: string): void => void faults.push({ pointer, code, message });
  if (compare(rational(rate), ONE) >= 0) add('/rate', 'rate-too-high', 'rate must be below 1');
  if (/\.\d{7,}$/.test(rate)) add('/rate', 'rate-too-fine', 'rate has at most 6 decimals');
  if (!isCalendarDate(from)) add('/from', 'day-unknown', `${from} is no day`);
  if (until !== undefined && !isCalendarDate(until)) add('/until', 'day-unknown', `${until} is no day`);
  if (until !== undefined && until <= from) add('/until', 'period-empty', 'until must be after from');
  return faults;
}

const scheduleView = ({ id, rate, from, until }: Schedule): ScheduleView => ({
  id,
  rate: exactText(rational(rate)),
  from,
  until,
});

@ApiTags('payouts')
@Controller('v1/commission-schedules')
export class CommissionSchedulesController {
  constructor(private readonly makeSchedule: MakeSchedule) {}

  @Post()
  @Allow({ kinds: ['operator'], roles: ['admin'] })
  @ApiOperation({
    summary: 'Set the marketplace’s commission for a time',
    description: 'Refused with `commission-overlaps` where one is already set.',
  })
  @ApiCreatedResponse({ type: ScheduleView })
  async make(@By() actor: Actor, @InTx() tx: Tx, @Body() body: ScheduleBody): Promise<ScheduleView> {
    return scheduleView(await this.makeSchedule.execute(tx, actor, body));
  }

  @Get()
  @Allow()
  @ApiOperation({
    summary: 'List the marketplace’s commission over time',
    description: 'Open to everyone signed in: it is part of what they agree to.',
  })
  @ApiOkResponse({ type: SchedulesView })
  async list(@InTx() tx: Tx): Promise<SchedulesView> {
    const rows = await tx.rows<Schedule>(`SELECT ${columns} FROM commission_schedules ORDER BY in_force`);
    return { rows: rows.map(scheduleView) };
  }
}
