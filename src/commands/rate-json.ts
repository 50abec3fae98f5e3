import { moneyText } from '../kernel';
import { type RateResult } from './rate-files';

interface Line {
  readonly line: string;
}

/** The result as one JSON object, for scripts. */
export function rateJson({ lines, sha256, rated, settled }: RateResult): string {
  const money = (minor: bigint): string => moneyText({ minor, currency: rated.currency });
  const parsed = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const of = (name: string): object[] =>
    parsed.filter(({ line }) => line === name).map(({ line: _, ...members }) => members);
  return JSON.stringify({
    period: rated.period,
    currency: rated.currency,
    total: moneyText(rated.total),
    recouped: money(settled.recouped),
    payable: money(settled.payable),
    steps: of('step'),
    ...(settled.payment ? { payment: paymentOf(of) } : {}),
    carried: settled.carried,
    sha256,
    lines: parsed,
  });
}

/** What becomes of the payable amount: tax, exchange, and the payees' shares. */
function paymentOf(of: (name: string) => object[]): object {
  const [[vat], [withholding], [exchange], shares] = [of('vat'), of('withholding'), of('exchange'), of('share')];
  return { vat, withholding, exchange, ...(shares.length > 0 ? { shares } : {}) };
}
