import { accountFaults, type StatedAccount } from './account-number';
import { idsOfReference, invoiceNumbersIn, paymentReference, referencesIn } from './payment-reference';

const fields = (account: Partial<StatedAccount>): string[] =>
  accountFaults({ country: 'DE', currency: 'EUR', ...account }).map(({ field }) => field);

describe('an account at a bank', () => {
  it.each([
    // The examples of the register of IBANs.
    { country: 'DE', iban: 'DE89370400440532013000' },
    { country: 'GB', iban: 'GB29NWBK60161331926819', bic: 'NWBKGB2L' },
    { country: 'KZ', iban: 'KZ86125KZT5004100100' },
    { country: 'MT', iban: 'MT84MALT011000012345MTLCAST001S' },
    { country: 'US', currency: 'USD', account: '1234567890', bankCode: '021000021' },
    // The Bank of Russia's own key, by weights 7, 1, 3.
    { country: 'RU', currency: 'RUB', account: '40702810400000000225', bankCode: '044525225' },
  ])('is as it must be: $iban $account', (account) => {
    expect(fields(account)).toEqual([]);
  });

  it.each<[Partial<StatedAccount>, string]>([
    [{ iban: 'DE89370400440532013001' }, 'iban'],
    [{ iban: 'DE8937040044053201300' }, 'iban'],
    [{ iban: 'GB29NWBK60161331926819' }, 'iban'],
    [{ iban: 'ZZ89370400440532013000' }, 'iban'],
    [{ iban: 'DE89370400440532013000', account: '1' }, 'account'],
    [{}, 'iban'],
    [{ iban: 'DE89370400440532013000', bic: 'NWBKGB2L' }, 'bic'],
    [{ iban: 'DE89370400440532013000', bic: 'COBA' }, 'bic'],
    [{ account: '532013000', bic: 'COBADEFF' }, 'account'],
    [{ country: 'US', currency: 'USD', account: '1234567890' }, 'bic'],
    [{ country: 'RU', currency: 'RUB', account: '40702810400000000226', bankCode: '044525225' }, 'account'],
    [{ country: 'RU', currency: 'RUB', account: '4070281040000000022', bankCode: '044525225' }, 'account'],
    [{ country: 'RU', currency: 'USD', account: '40702810400000000225', bankCode: '044525225' }, 'account'],
    [{ country: 'RU', currency: 'RUB', account: '40702810400000000225', bankCode: '999' }, 'bankCode'],
    [{ country: 'RU', currency: 'RUB', account: '40702810400000000225', bic: 'SABRRUMM' }, 'bankCode'],
  ])('is refused: %j', (account, field) => {
    expect(fields(account)).toContain(field);
  });
});

describe('the reference of an invoice', () => {
  const id = '0198c3f2-7a6e-7d41-9b1c-3f5d8e2a4c60';

  it('is a creditor’s reference of ISO 11649, and leads to the invoice', () => {
    const reference = paymentReference(id);
    expect(reference).toMatch(/^RF\d{2}0198C3F27A6E7D419B1C3$/);
    // By the standard's own way: moved round, letters as numbers, the remainder by 97 is 1.
    const digits = `${reference.slice(4)}${reference.slice(0, 4)}`.replace(/[A-Z]/g, (letter) =>
      String(letter.charCodeAt(0) - 55),
    );
    expect(BigInt(digits) % 97n).toBe(1n);
    const { from, to } = idsOfReference(reference)!;
    expect([from, to]).toEqual(['0198c3f2-7a6e-7d41-9b1c-300000000000', '0198c3f2-7a6e-7d41-9b1c-3fffffffffff']);
    expect(from <= id && id <= to).toBe(true);
  });

  it('is found in whatever a bank makes of a text, and never where a letter is wrong', () => {
    const reference = paymentReference(id);
    const grouped = reference.replace(/(.{4})/g, '$1 ').toLowerCase();
    expect(referencesIn(`Royalties ${grouped} thank you`).map(idsOfReference)).toEqual([idsOfReference(reference)]);
    expect(idsOfReference(reference.replace('0198', '0189'))).toBeUndefined();
    expect(invoiceNumbersIn('inv-2026-000012, INV-2026-000013 and INV-2026-12')).toEqual([
      'INV-2026-000012',
      'INV-2026-000013',
    ]);
  });
});
