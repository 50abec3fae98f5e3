import { digitsText } from '../src/kernel';
import { storyMonths } from '../src/sample/usage-plan';
import type { SimulatedAmounts, SimulationFigures } from './figures';
import type { Teller } from './teller';

interface Run {
  readonly id: string;
  readonly resultHash: string;
  readonly result: {
    readonly revisions: readonly {
      readonly revision: number;
      readonly periods: readonly (SimulatedAmounts & { readonly period: string })[];
      readonly totals: SimulatedAmounts;
    }[];
    readonly differences: readonly {
      readonly periods: readonly SimulatedAmounts[];
      readonly totals: SimulatedAmounts;
    }[];
  };
}

/** What both parties expect of the first quarter: the story's own months. */
const forecast = {
  kind: 'forecast',
  from: storyMonths[0]!.month,
  months: storyMonths.length,
  monthly: storyMonths.map(({ plays, downloads, returns, allPlays, netRevenueCents }) => ({
    plays: String(plays),
    downloads: [{ units: String(downloads), returns: String(returns) }],
    allPlays: String(allPlays),
    netMusicAdvertisingRevenue: digitsText(netRevenueCents, 2),
  })),
};

/** The label runs both revisions on the expected quarter and shows the run to the platform. */
export async function simulateRevisions(
  { say, label, platform }: Teller,
  negotiationId: string,
): Promise<SimulationFigures> {
  const { id } = await label.post<{ id: string }>(`/v1/negotiations/${negotiationId}/simulations`, {
    revisions: [1, 2],
    basis: forecast,
    shared: true,
  });
  const run = await label.get<Run>(`/v1/simulations/${id}`);
  const shown = await platform.get<Run>(`/v1/simulations/${id}`);
  const { revisions, differences } = run.result;
  const [first, second] = revisions;
  const difference = differences[0]!;
  const row = (what: string, amounts: readonly string[]): void =>
    say(`            ${what.padEnd(10)}${amounts.map((amount) => amount.padStart(14)).join('')}`);
  say('          What each would pay on the expected quarter, USD (royalties, and what is payable after recoupment):');
  row('', ['revision 1', 'payable', 'revision 2', 'payable', 'difference']);
  first!.periods.forEach(({ period, royalties, payable }, at) => {
    const other = second!.periods[at]!;
    row(period, [royalties, payable, other.royalties, other.payable, difference.periods[at]!.royalties]);
  });
  const totals = [first!.totals, second!.totals].flatMap(({ royalties, payable }) => [royalties, payable]);
  row('quarter', [...totals, difference.totals.royalties]);
  const same = shown.resultHash === run.resultHash ? 'sees the same run' : 'SEES ANOTHER RUN';
  say(`          The platform ${same}: ${run.resultHash.slice(0, 16)}...`);
  return {
    revisions: revisions.map(({ revision, periods }) => ({
      revision,
      periods: periods.map(({ period, royalties, recouped, payable }) => ({ period, royalties, recouped, payable })),
    })),
    difference: difference.periods.map(({ royalties }) => royalties),
  };
}
