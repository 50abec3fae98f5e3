import { ApiProperty } from '@nestjs/swagger';
import {
  type Appointment,
  type CalendarDate,
  endOf,
  type Life,
  openBreaches,
  openConditions,
  standingWithdrawals,
  stateOf,
  timetableOf,
  versionOn,
} from '../kernel';
import { DayField, InstantField } from '../platform/http/fields';
import type { AgreementState } from './agreements.repository';
import { agreementStates } from './agreements.repository';

export class AppointmentView {
  @ApiProperty({ example: 'renew' }) readonly kind!: string;
  @ApiProperty({ format: 'date' }) readonly on!: string;
  @ApiProperty({ description: 'true: it happens by itself on that day; false: a date to know' })
  readonly moves!: boolean;
}

export class FactView {
  @ApiProperty({ description: '1, 2, 3 in the order of recording' }) readonly number!: number;
  @ApiProperty({ example: 'suspended' }) readonly kind!: string;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'what belongs to this kind of fact' })
  readonly details!: object;
}

export class EndView {
  @ApiProperty({ format: 'date', description: 'the first day that is no longer licensed' }) readonly until!: string;
  @ApiProperty({ enum: ['term', 'notice', 'breach', 'conditions'] }) readonly because!: string;
  @ApiProperty({ format: 'date', description: 'the first day after the sell-off' }) readonly sellOffUntil!: string;
}

export class WithdrawalView {
  @ApiProperty({ description: 'the number of the fact that notified it, which names the recordings' })
  readonly number!: number;
  @ApiProperty({ format: 'date', description: 'the first day on which the recordings are not licensed' })
  readonly from!: string;
  @ApiProperty({ description: 'how many recordings' }) readonly recordings!: number;
  @ApiProperty() readonly reason!: string;
}

export class LifeView {
  @ApiProperty({ enum: agreementStates }) readonly state!: AgreementState;
  @ApiProperty({ type: EndView }) readonly end!: EndView;
  @ApiProperty({ type: String, isArray: true, description: 'conditions that the licence waits for' })
  readonly openConditions!: readonly string[];
  @ApiProperty({ type: Number, isArray: true, description: 'numbers of breaches that are notified and not cured' })
  readonly openBreaches!: readonly number[];
  @ApiProperty({ type: WithdrawalView, isArray: true, description: 'withdrawals of recordings that are not revoked' })
  readonly withdrawals!: readonly WithdrawalView[];
  @ApiProperty({ type: AppointmentView, isArray: true, description: 'what lies before it, by day' })
  readonly timetable!: readonly AppointmentView[];
  @ApiProperty({ type: FactView, isArray: true }) readonly facts!: readonly FactView[];
}

export class InForceQuery {
  @DayField({
    optional: true,
    description: 'the day, in the time zone of the agreement; absent: today',
    example: '2026-05-01',
  })
  readonly on?: string;

  @InstantField({ optional: true, description: 'as known at this instant; absent: as known now' })
  readonly knownAt?: string;
}

export class InForceAnswer {
  @ApiProperty({ enum: agreementStates, description: 'the state that was known then' }) readonly state!: AgreementState;
  @ApiProperty({ description: 'the version that holds on that day' }) readonly version!: number;
  @ApiProperty({ description: 'whether the day lies between the first day and the end' }) readonly licensed!: boolean;
  @ApiProperty({ description: 'SHA-256 of the canonical terms of that version' }) readonly termsHash!: string;
  @ApiProperty({ type: EndView }) readonly end!: EndView;
}

export const lifeView = (life: Life, today: CalendarDate): LifeView => ({
  state: stateOf(life),
  end: endOf(life),
  openConditions: openConditions(life),
  openBreaches: openBreaches(life).map(({ number }) => number),
  withdrawals: standingWithdrawals(life).map(({ number, from, isrcs, reason }) => ({
    ...{ number, from, reason },
    recordings: isrcs.length,
  })),
  timetable: timetableOf(life, today).map(({ kind, on, moves }: Appointment) => ({ kind, on, moves })),
  facts: life.facts.map(({ number, kind, recordedAt, ...details }) => ({
    number,
    kind,
    recordedAt: recordedAt.toISOString(),
    details,
  })),
});

export function inForceAnswer(life: Life, day: CalendarDate, termsHash: (version: number) => string): InForceAnswer {
  const { number, terms } = versionOn(life, day);
  const end = endOf(life);
  const licensed = terms.term.from <= day && day < end.until && stateOf(life) !== 'concluded';
  return { state: stateOf(life), version: number, licensed, termsHash: termsHash(number), end };
}
