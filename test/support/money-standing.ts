import type { ApiClient } from '../../src/sample/api-client';

interface Amount {
  readonly amount: string;
}
interface Standing {
  readonly place: string;
  readonly reason: string;
  readonly amount: Amount | null;
  readonly count: number;
  readonly stuck: boolean;
}
interface Standings {
  readonly rows: readonly Standing[];
  readonly done: readonly { readonly paidOut: Amount; readonly commission: Amount }[];
}

const cents = ({ amount }: Amount): bigint => BigInt(amount.replace('.', ''));
const standing = (client: ApiClient): Promise<Standings> => client.get('/v1/money/standing');

/** "owed overdue 750.00 ×1", what is stuck with a mark. */
export const moneyTold = async (client: ApiClient): Promise<string[]> =>
  (await standing(client)).rows.map(
    ({ place, reason, amount, count, stuck }) =>
      `${place} ${reason} ${amount?.amount ?? '?'} ×${count}${stuck ? ' !' : ''}`,
  );

/** All sums of a label with one agreement, in one currency of two decimals, against that agreement's accounts. */
export async function expectMoneyAsBooked(label: ApiClient, agreementId: string): Promise<void> {
  const { rows, done } = await standing(label);
  const sum = (...places: string[]): bigint =>
    rows.reduce((total, { place, amount }) => total + (places.includes(place) && amount ? cents(amount) : 0n), 0n);
  const { rows: balances } = await label.get<{ rows: { account: string; balance: Amount }[] }>(
    `/v1/agreements/${agreementId}/balances`,
  );
  const booked = (...accounts: string[]): bigint =>
    balances.reduce((total, { account, balance }) => total + (accounts.includes(account) ? cents(balance) : 0n), 0n);
  const commission = done.reduce((total, one) => total + cents(one.commission), 0n);
  expect({
    owed: sum('owed'),
    waiting: sum('waiting'),
    inTransit: sum('in-transit'),
    cash: sum('received', 'in-transit') + commission,
    labels: sum('owed', 'received'),
    commission,
  }).toEqual({
    owed: booked('platform-receivable'),
    waiting: booked('platform-disputed', 'platform-waiting', 'platform-reserve'),
    inTransit: -booked('cash-in-transit'),
    cash: booked('cash'),
    labels: -booked('label-payable', 'payee-payable'),
    commission: -booked('marketplace-commission'),
  });
}
