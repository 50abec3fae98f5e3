import { priceClaims, type BackFee } from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { family } from './family';

type CaseBackFee =
  | { readonly kind: 'per-track' | 'lump-sum'; readonly amount: string }
  | { readonly kind: 'multiple-of-licence'; readonly multiple: string; readonly rate_per_play: string };

type Terms = MoneyTerms & {
  readonly back_fee: CaseBackFee;
  readonly forward_fee?: { readonly amount: string; readonly tracks: string };
};

interface Claim {
  readonly track: string;
  readonly status: string;
  readonly plays?: string;
}

/** claim-settlement. */
export const claimSettlement = family((terms: Terms, usage: { claims: readonly Claim[] }) => {
  const money = new CaseMoney(terms);
  const { forward_fee: forward } = terms;
  const priced = priceClaims(
    usage.claims.map(({ track, status, plays }) => {
      return { track, status, ...(plays === undefined ? {} : { plays: BigInt(plays) }) };
    }),
    {
      backFee: backFeeOf(terms.back_fee),
      ...(forward ? { forwardFee: { amount: forward.amount, tracks: BigInt(forward.tracks) } } : {}),
      rounding: money.scale,
    },
  );
  return {
    lines: priced.lines.map(({ track, ...amounts }) => ({ track, ...money.exactAndFinal(amounts) })),
    ...money.texts({ back_fee: priced.backFee, forward_fee: priced.forwardFee, total: priced.total }),
    claims_closed: priced.closed,
    claims_left: priced.left,
  };
});

function backFeeOf(fee: CaseBackFee): BackFee {
  if (fee.kind !== 'multiple-of-licence') return { kind: fee.kind, amount: fee.amount };
  return { kind: fee.kind, multiple: fee.multiple, ratePerPlay: fee.rate_per_play };
}
