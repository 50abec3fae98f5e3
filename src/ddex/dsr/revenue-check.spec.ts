import { type ReportCheck, checkReport } from './check-report';
import { sampleContext, sampleHead, sampleLine, written } from '../../../test/unit/ddex/samples';

type Amounts = Readonly<Record<string, string>>;

/** Net revenue of the lines and of their context, in both currencies; the rest of the report adds up. */
async function checked(lines: readonly string[], context: string, changes: Amounts = {}): Promise<ReportCheck> {
  const amounts = (value: string): Amounts => ({
    AllocatedNetRevenueInCurrencyOfTransaction: value,
    AllocatedNetRevenueInCurrencyOfAccounting: value,
    AllocatedRevenueInCurrencyOfTransaction: '0',
    AllocatedRevenueInCurrencyOfAccounting: '0',
  });
  const text = await written({
    head: sampleHead,
    contexts: [sampleContext({ AllocatedUsages: String(100 * lines.length), ...amounts(context), ...changes })],
    lines: lines.map((value, index) => sampleLine({ SalesTransactionId: `T${index}`, ...amounts(value) })),
  });
  async function* bytes() {
    yield Buffer.from(text);
  }
  return checkReport(bytes(), 'report.tsv');
}

const found = ({ faults }: ReportCheck): string[] =>
  faults.first.map(({ line, code, cell }) => `${line} ${code} ${cell?.number}`);

describe('the revenue of a context', () => {
  it.each([
    ['the sum of its lines', ['0.10', '0.20'], '0.30'],
    ['the same with other zeros', ['0.1', '0.20'], '0.300'],
    ['a little off, since each line was rounded', ['0.33', '0.33', '0.33'], '1.00'],
    ['below zero after returns', ['-0.10', '0.05'], '-0.05'],
  ])('may be %s', async (_what, lines, context) => {
    expect(found(await checked(lines, context))).toEqual([]);
  });

  it('that rounding cannot explain is told, in each currency', async () => {
    expect(found(await checked(['0.33', '0.33', '0.33'], '1.02'))).toEqual([
      '4 revenue-total-mismatch 37',
      '4 revenue-total-mismatch 38',
    ]);
  });

  it('must be that of the transaction times the exchange rate', async () => {
    const rate = {
      ExchangeRate: '0.9',
      CurrencyOfAccounting: 'EUR',
      NetRevenueInCurrencyOfAccounting: '45.00',
      FinalTotalAmountInCurrencyOfAccounting: '4.5',
    };
    expect(found(await checked([], '0', rate))).toEqual([]);
    expect(found(await checked([], '0', { ...rate, NetRevenueInCurrencyOfAccounting: '45.01' }))).toEqual([
      '4 exchange-mismatch 34',
    ]);
  });
});
