import { ApiProperty } from '@nestjs/swagger';
import { type Fault, isCurrency } from '../../../kernel';
import { DomainError } from '../../../platform/errors/domain-error';
import { CountryField, CurrencyField, TextField } from '../../../platform/http/fields';
import { accountFaults, plainNumber } from './account-number';
import type { AccountAtBank } from './bank-accounts.repository';

export class AccountBody {
  @CurrencyField()
  readonly currency!: string;

  @TextField({ max: 140, description: 'whose account it is, as the bank knows them', example: 'Quiet Harbour LLP' })
  readonly holder!: string;

  @CountryField({ description: 'where the bank is' })
  readonly country!: string;

  @TextField({ max: 50, optional: true, example: 'DE89 3704 0044 0532 0130 00', description: 'checked by its digits' })
  readonly iban?: string;

  @TextField({
    max: 40,
    optional: true,
    description: 'where the country has no IBAN; of Russia 20 digits, checked with the BIK',
  })
  readonly account?: string;

  @TextField({ max: 11, optional: true, example: 'COBADEFF', description: 'of the bank' })
  readonly bic?: string;

  @TextField({ max: 35, optional: true, description: 'the bank’s number in its country’s clearing; in Russia the BIK' })
  readonly bankCode?: string;
}

export class AccountView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ example: 'EUR' }) readonly currency!: string;
  @ApiProperty() readonly holder!: string;
  @ApiProperty({ example: 'DE' }) readonly country!: string;
  @ApiProperty({ type: String, nullable: true, example: 'DE89370400440532013000' }) readonly iban!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly account!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'COBADEFF' }) readonly bic!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly bankCode!: string | null;
}

/** The account as it is kept. Refuses with bank-account-invalid and all faults. */
export function accountOf(body: AccountBody): AccountAtBank {
  const [iban, account, bic, bankCode] = [body.iban, body.account, body.bic, body.bankCode].map((text) =>
    text === undefined ? undefined : plainNumber(text),
  );
  const { currency, country, holder } = body;
  const faults: Fault[] = accountFaults({
    ...{ country, currency },
    ...(iban === undefined ? {} : { iban }),
    ...(account === undefined ? {} : { account }),
    ...(bic === undefined ? {} : { bic }),
    ...(bankCode === undefined ? {} : { bankCode }),
  }).map(({ field, message }) => ({ pointer: `/${field}`, code: 'bank-account-invalid', message }));
  if (!isCurrency(currency))
    faults.push({ pointer: '/currency', code: 'field-in', message: 'must be an active ISO 4217 currency' });
  if (holder.trim() === '') faults.push({ pointer: '/holder', code: 'field-required', message: 'must not be blank' });
  for (const [name, text] of Object.entries({ account, bankCode })) {
    if (text !== undefined && !/^[A-Z0-9]{1,34}$/.test(text))
      faults.push({ pointer: `/${name}`, code: 'bank-account-invalid', message: 'must be letters and digits' });
  }
  if (faults.length > 0) throw new DomainError('bank-account-invalid', undefined, faults);
  return {
    ...{ currency, country, holder: holder.normalize('NFC').trim() },
    ...{ iban: iban ?? null, account: account ?? null, bic: bic ?? null, bank_code: bankCode ?? null },
  };
}

export const accountView = (row: AccountAtBank & { readonly id: string }): AccountView => ({
  ...{ id: row.id, currency: row.currency, holder: row.holder, country: row.country },
  ...{ iban: row.iban, account: row.account, bic: row.bic, bankCode: row.bank_code },
});
