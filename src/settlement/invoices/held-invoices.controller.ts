import { Controller, Get, Param, ParseUUIDPipe } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { getLiving } from '../../agreements';
import { dayInZone, type Fault } from '../../kernel';
import { Allow, InTx } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { AmountView, amountView } from '../amount-view';
import { MissingView } from '../missing.view';
import { type HeldInvoice, heldInvoices } from './held-invoices.repository';
import { ratesOfHeld } from './invoice-due';
import { purposes } from './invoices.repository';

export class HeldInvoiceView {
  @ApiProperty({ enum: purposes }) readonly purpose!: string;
  @ApiProperty({ description: 'what is to be invoiced: the advance, one of its payments' }) readonly source!: string;
  @ApiProperty({ type: AmountView, description: 'as it is booked: before tax, in the currency of the terms' })
  readonly amount!: AmountView;
  @ApiProperty({ format: 'date', description: 'the day that it counts for' }) readonly on!: string;
  @ApiProperty({ format: 'date-time' }) readonly heldSince!: string;
  @ApiProperty({
    type: MissingView,
    isArray: true,
    description: 'the rates that are not known, and whose turn it is; none: it is being invoiced',
  })
  readonly missing!: readonly Fault[];
}

export class HeldInvoicesView {
  @ApiProperty({ type: HeldInvoiceView, isArray: true }) readonly rows!: readonly HeldInvoiceView[];
}

/** What is owed and not invoiced yet, and why. */
@ApiTags('invoices')
@Controller('v1/agreements/:id/held-invoices')
export class HeldInvoicesController {
  constructor(private readonly clock: Clock) {}

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'List what waits for a rate of tax or exchange to be invoiced',
    description:
      'Advances, instalments, minimum fees and the fee for past use, each with the rates that are missing. Refused with `agreement-not-concluded`.',
  })
  @ApiOkResponse({ type: HeldInvoicesView })
  async list(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<HeldInvoicesView> {
    const { life, timeZone } = await getLiving(tx, id);
    const today = dayInZone(this.clock.now(), timeZone);
    const rows: HeldInvoiceView[] = [];
    for (const held of await heldInvoices(tx, id)) {
      const rates = await ratesOfHeld(tx, { id, life }, held, today);
      rows.push(heldView(held, 'missing' in rates ? rates.missing : []));
    }
    return { rows };
  }
}

const heldView = (
  { purpose, source, minor, currency, on, heldAt }: HeldInvoice,
  missing: readonly Fault[],
): HeldInvoiceView => ({
  ...{ purpose, source, on, missing },
  amount: amountView(minor, currency),
  heldSince: heldAt.toISOString(),
});
