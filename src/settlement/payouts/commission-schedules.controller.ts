import { Body, Controller, Get, HttpCode, Injectable, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { compare, dayInZone, exactText, isCalendarDate, ONE, rational } from '../../kernel';
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
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'of a label: when it accepted the schedule; null: not, so none of it is taken',
  })
  readonly acceptedAt!: string | null;
}

export class SchedulesView {
  @ApiProperty({ type: ScheduleView, isArray: true }) readonly rows!: readonly ScheduleView[];
}

interface Schedule {
  readonly id: string;
  readonly rate: string;
  readonly from: string;
  readonly until: string | null;
  readonly accepted_at: Date | null;
}

/** Parameter 1 is whoever asks. */
const withAcceptance = `
  SELECT s.id, s.rate, lower(s.in_force) AS from, upper(s.in_force) AS until, a.accepted_at
    FROM commission_schedules s LEFT JOIN commission_acceptances a ON a.schedule_id = s.id AND a.label_id = $1`;

const findSchedule = (tx: Tx, { organizationId }: Actor, id: string): Promise<Schedule | undefined> =>
  tx.first<Schedule>(`${withAcceptance} WHERE s.id = $2`, [organizationId, id]);

/** Sets the marketplace's commission for a time. Refuses with commission-overlaps where one is already set. */
@Injectable()
export class MakeSchedule {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, { rate, from, until }: ScheduleBody): Promise<Schedule> {
    const faults = faultsOf(rate, from, until);
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    const at = this.clock.now();
    const { id } = await tx.one<{ id: string }>(
      'INSERT INTO commission_schedules (rate, in_force, made_by, made_at) VALUES ($1, daterange($2, $3), $4, $5) RETURNING id',
      [rate, from, until ?? null, actorName(actor), at],
    );
    const details = { rate, from, until: until ?? null };
    await audit(tx, actor, { action: 'commission-schedule.made', subjectId: id, details, at });
    return (await findSchedule(tx, actor, id))!;
  }
}

/** A label accepts a schedule: from its first day on it is taken of the label's payouts. Once; to accept it again changes nothing. Refuses with not-found, and commission-ended where its end has passed. */
@Injectable()
export class AcceptSchedule {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, id: string): Promise<Schedule> {
    const found = await findSchedule(tx, actor, id);
    if (found === undefined) throw new DomainError('not-found');
    if (found.accepted_at !== null) return found;
    const at = this.clock.now();
    if (found.until !== null && found.until <= dayInZone(at, 'UTC')) throw new DomainError('commission-ended');
    const added = await tx.run(
      `INSERT INTO commission_acceptances (label_id, schedule_id, accepted_by, accepted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [actor.organizationId, id, actorName(actor), at],
    );
    const schedule = (await findSchedule(tx, actor, id))!;
    if (added > 0) {
      const { rate, from, until } = scheduleView(schedule);
      await audit(tx, actor, {
        action: 'commission-schedule.accepted',
        subjectId: id,
        details: { rate, from, until },
        at,
      });
    }
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

const scheduleView = ({ id, rate, from, until, accepted_at }: Schedule): ScheduleView => ({
  id,
  rate: exactText(rational(rate)),
  from,
  until,
  acceptedAt: accepted_at?.toISOString() ?? null,
});

@ApiTags('payouts')
@Controller('v1/commission-schedules')
export class CommissionSchedulesController {
  constructor(
    private readonly makeSchedule: MakeSchedule,
    private readonly acceptSchedule: AcceptSchedule,
  ) {}

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
    description:
      'Open to everyone signed in: a label accepts the one in force with the first agreement that it concludes, and each later one by itself.',
  })
  @ApiOkResponse({ type: SchedulesView })
  async list(@By() { organizationId }: Actor, @InTx() tx: Tx): Promise<SchedulesView> {
    const rows = await tx.rows<Schedule>(`${withAcceptance} ORDER BY s.in_force`, [organizationId]);
    return { rows: rows.map(scheduleView) };
  }

  @Post(':id/acceptance')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['finance'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Accept a commission schedule',
    description:
      'From its first day on it is taken of what you are paid. Until you accept a later one, the last that you accepted goes on. Refused with `commission-ended` where its end has passed.',
  })
  @ApiOkResponse({ type: ScheduleView })
  async accept(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<ScheduleView> {
    return scheduleView(await this.acceptSchedule.execute(tx, actor, id));
  }
}
