import { Controller, Get, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { fromCursor, instantKey, type Page, pageOf, pageSchema, toCursor, uuidKey } from '../../platform/http/paging';
import { KeptReadings } from '../../usage';
import { AmountView, amountView } from '../amount-view';
import { type CashRow, cashForecast } from './cash-forecast';
import { type AsOfNow, doneOf, listPieces, type Reason, standingOf, stuckReasons } from './pieces';
import {
  CashQuery,
  type CashRowView,
  CashView,
  doneView,
  PiecesQuery,
  PieceView,
  pieceView,
  StandingsView,
  standingView,
} from './standing.view';

/** What is owed to whom and why, what is on its way, what is stuck and what to do, and what may come in when: of whoever asks. */
@ApiTags('statements')
@ApiExtraModels(AmountView)
@Controller('v1/money')
export class StandingController {
  constructor(
    private readonly clock: Clock,
    private readonly readings: KeptReadings,
  ) {}

  @Get('standing')
  @Allow({ roles: ['finance', 'reader'] })
  @ApiOperation({
    summary: 'Show where your money stands, and why it is not further on',
    description:
      'By place, reason and currency; sums are those of the books: docs/money-standing.md says of which accounts. The operator sees that of all. Overdue is what is due before today in UTC.',
  })
  @ApiOkResponse({ type: StandingsView })
  async standing(@By() actor: Actor, @InTx() tx: Tx): Promise<StandingsView> {
    const { organizationKind: kind } = actor;
    const rows = await standingOf(tx, this.asOfNow());
    return { rows: rows.map((row) => standingView(row, kind)), done: (await doneOf(tx)).map(doneView) };
  }

  @Get('pieces')
  @Allow({ roles: ['finance', 'reader'] })
  @ApiOperation({
    summary: 'List the money that has not reached its end, piece by piece',
    description:
      'Each invoice, payout, held invoice and balance that waits, once, the longest first, with what to do about it.',
  })
  @ApiOkResponse({ type: pageSchema(PieceView) })
  async pieces(@By() actor: Actor, @InTx() tx: Tx, @Query() query: PiecesQuery): Promise<Page<PieceView>> {
    const { limit, place, currency } = query;
    const after = fromCursor(query.cursor, [instantKey, /^[0-9a-f]{32}$/]);
    const rows = await listPieces(tx, {
      ...this.asOfNow(),
      ...{ place: place ?? null, reasons: reasonsOf(query), currency: currency ?? null, limit: limit + 1, after },
    });
    return pageOf(
      rows,
      limit,
      (piece) => pieceView(piece, actor.organizationKind),
      ({ since, key }) => [since.toISOString(), key],
    );
  }

  @Get('forecast')
  @Allow({ kinds: ['label', 'platform'], roles: ['finance', 'reader'] })
  @ApiOperation({
    summary: 'Foresee what is paid, by week or month',
    description:
      'Invoices by their due days, what the terms fix for days to come, and what open reporting periods come to so far, paid when the terms say. A page is of so many agreements; pages add up. Corrections of closed periods are not foreseen, nor is tax or exchange of what is not invoiced.',
  })
  @ApiOkResponse({ type: CashView })
  async forecast(@InTx() tx: Tx, @Query() { by = 'week', limit = 25, cursor }: CashQuery): Promise<CashView> {
    const after = fromCursor(cursor, [uuidKey])?.[0] ?? null;
    const found = await tx.rows<{ id: string }>(
      `SELECT id FROM agreements WHERE concluded_at IS NOT NULL AND ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2`,
      [after, limit + 1],
    );
    const agreementIds = found.slice(0, limit).map(({ id }) => id);
    const { rows, missing } = await cashForecast(tx, this.readings, { ...this.asOfNow(), by, agreementIds });
    return { rows: rows.map(cashView), missing, next: found.length > limit ? toCursor([agreementIds.at(-1)!]) : null };
  }

  private asOfNow(): AsOfNow {
    const now = this.clock.now();
    return { now, today: now.toISOString().slice(0, 10) };
  }
}

function reasonsOf({ reason, stuck }: PiecesQuery): readonly Reason[] | null {
  if (reason === undefined) return stuck === undefined ? null : stuckReasons;
  return stuck === undefined || stuckReasons.includes(reason) ? [reason] : [];
}

const cashView = ({ from, currency, invoiced, fixed, accrued }: CashRow): CashRowView => ({
  from,
  invoiced: amountView(invoiced, currency),
  fixed: amountView(fixed, currency),
  accrued: amountView(accrued, currency),
});
