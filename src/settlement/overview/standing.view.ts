import { ApiProperty } from '@nestjs/swagger';
import type { ActorKind } from '../../platform/auth/actor';
import { ChoiceField, CurrencyField, IntegerParameter, TextField } from '../../platform/http/fields';
import { orNull } from '../../platform/http/or-null';
import { PageQuery } from '../../platform/http/paging';
import type { Fault } from '../../kernel';
import { AmountView, amountView } from '../amount-view';
import { MissingView } from '../missing.view';
import {
  type DoneRow,
  type Piece,
  type Place,
  places,
  type Reason,
  reasons,
  type StandingRow,
  stuckReasons,
} from './pieces';
import { whatToDo } from './what-to-do';

const placeText =
  'owed: by the platform; waiting: earned and not due; received: held for the label; in-transit: sent, and not arrived; unmatched: the provider or a bank told of it, and it fits nothing';

export class StandingView {
  @ApiProperty({ enum: places, description: placeText }) readonly place!: Place;
  @ApiProperty({ enum: reasons, description: 'why it is there and not further on' }) readonly reason!: Reason;
  @ApiProperty({ ...orNull(AmountView), description: 'null: what the provider’s words alone know' })
  readonly amount!: AmountView | null;
  @ApiProperty({ type: 'integer', description: 'how many pieces it is' }) readonly count!: number;
  @ApiProperty({ description: 'it goes no further before somebody does something' }) readonly stuck!: boolean;
  @ApiProperty({ description: 'what whoever asks can do' }) readonly whatToDo!: string;
}

export class DoneView {
  @ApiProperty({ type: AmountView, description: 'has reached banks' }) readonly paidOut!: AmountView;
  @ApiProperty({ type: AmountView, description: 'the marketplace’s, of what was sent' })
  readonly commission!: AmountView;
}

export class StandingsView {
  @ApiProperty({ type: StandingView, isArray: true }) readonly rows!: readonly StandingView[];
  @ApiProperty({ type: DoneView, isArray: true, description: 'by currency; a platform sees none' })
  readonly done!: readonly DoneView[];
}

export class PiecesQuery extends PageQuery {
  @ChoiceField(places, { optional: true, description: placeText }) readonly place?: Place;
  @ChoiceField(reasons, { optional: true }) readonly reason?: Reason;
  @ChoiceField(['true'], { optional: true, description: 'only what is stuck' }) readonly stuck?: 'true';
  @CurrencyField({ optional: true }) readonly currency?: string;
}

export class PieceView {
  @ApiProperty({ enum: places }) readonly place!: Place;
  @ApiProperty({ enum: reasons }) readonly reason!: Reason;
  @ApiProperty({ ...orNull(AmountView) }) readonly amount!: AmountView | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly agreementId!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly labelId!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly platformId!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'royalties, advance, late-interest …' })
  readonly purpose!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '2026-01',
    description: 'of which month, advance or fee; of an event what came of it, of a receipt why it is on suspense',
  })
  readonly source!: string | null;
  @ApiProperty({ description: 'the id of the invoice, payout, event, bank receipt or bank file; else what it is' })
  readonly subject!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'INV-2026-000012',
    description: 'the invoice’s number, the event’s type, the bank file’s kind',
  })
  readonly name!: string | null;
  @ApiProperty({ type: String, format: 'date', nullable: true }) readonly dueOn!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly since!: string;
  @ApiProperty() readonly stuck!: boolean;
  @ApiProperty() readonly whatToDo!: string;
}

export class CashQuery {
  @ChoiceField(['week', 'month'], { optional: true, description: 'what a row is of; absent: week, from Monday on' })
  readonly by?: 'week' | 'month';
  @IntegerParameter({ min: 1, max: 50, optional: true, description: 'agreements on the page; absent: 25' })
  readonly limit?: number;
  @TextField({ max: 4000, optional: true, description: 'the `next` of the page before' })
  readonly cursor?: string;
}

export class CashRowView {
  @ApiProperty({
    example: '2026-02-02',
    description: 'the first day of the week or month; overdue; unknown: no day is fixed yet',
  })
  readonly from!: string;
  @ApiProperty({ type: AmountView, description: 'what invoices ask for, and those that are held for a rate' })
  readonly invoiced!: AmountView;
  @ApiProperty({ type: AmountView, description: 'what the terms fix for days to come, before tax and exchange' })
  readonly fixed!: AmountView;
  @ApiProperty({
    type: AmountView,
    description: 'what open periods come to so far, paid by the terms; before tax and exchange',
  })
  readonly accrued!: AmountView;
}

export class CashMissingView {
  @ApiProperty({ format: 'uuid' }) readonly agreementId!: string;
  @ApiProperty({ type: MissingView, isArray: true }) readonly faults!: readonly Fault[];
}

export class CashView {
  @ApiProperty({ type: CashRowView, isArray: true, description: 'of the agreements of this page: pages add up' })
  readonly rows!: readonly CashRowView[];
  @ApiProperty({
    type: CashMissingView,
    isArray: true,
    description: 'agreements of which a period could not be worked out',
  })
  readonly missing!: readonly CashMissingView[];
  @ApiProperty({ type: String, nullable: true }) readonly next!: string | null;
}

const shown = ({ minor, currency }: Pick<StandingRow, 'minor' | 'currency'>): AmountView | null =>
  minor === null || currency === null ? null : amountView(minor, currency);

const goesOn = (reason: Reason, kind: ActorKind) => ({
  stuck: stuckReasons.includes(reason),
  whatToDo: whatToDo(reason, kind),
});

export const standingView = (row: StandingRow, kind: ActorKind): StandingView => ({
  ...{ place: row.place, reason: row.reason, amount: shown(row), count: Number(row.count) },
  ...goesOn(row.reason, kind),
});

export const doneView = ({ currency, paid_out, commission }: DoneRow): DoneView => ({
  paidOut: amountView(paid_out, currency),
  commission: amountView(commission, currency),
});

export const pieceView = (piece: Piece, kind: ActorKind): PieceView => ({
  ...{ place: piece.place, reason: piece.reason, amount: shown(piece) },
  ...{ agreementId: piece.agreement_id, labelId: piece.label_id, platformId: piece.platform_id },
  ...{ purpose: piece.purpose, source: piece.source, subject: piece.subject, name: piece.name, dueOn: piece.due_on },
  since: piece.since.toISOString(),
  ...goesOn(piece.reason, kind),
});
