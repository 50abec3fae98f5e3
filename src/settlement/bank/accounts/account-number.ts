/** A bank account as somebody states it: an IBAN; or where a country has none its own number, with the bank's BIC or its number in the country's clearing. */
export interface StatedAccount {
  readonly country: string;
  readonly currency: string;
  readonly iban?: string;
  readonly account?: string;
  readonly bic?: string;
  readonly bankCode?: string;
}

/** What is wrong with it: the field, and why. */
export interface AccountFault {
  readonly field: 'country' | 'iban' | 'account' | 'bic' | 'bankCode';
  readonly message: string;
}

/** How long an IBAN of each country is, by the register of ISO 13616. A country that is not here has none. */
const lengths: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 ' +
    'GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 ' +
    'MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 ' +
    'TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Without the blanks and hyphens that people write between groups. */
export const plainNumber = (text: string): string => text.replace(/[\s-]/g, '').toUpperCase();

/** The remainder by 97 of a text of digits and capital letters, each letter as the number from 10 on (ISO 7064). */
export function remainder97(text: string): number {
  let rest = 0;
  for (const character of text) {
    const value = parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

/** Whether check digits, in places 3 and 4, are right for the rest: of an IBAN, and of a creditor's reference (ISO 11649). */
export const checkDigitsHold = (text: string): boolean => remainder97(text.slice(4) + text.slice(0, 4)) === 1;

const bicForm = /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/;

/** All that is wrong with an account, whose numbers are plain. Where a country keeps check digits that nobody here knows, these cannot be looked at. */
export function accountFaults({ country, currency, iban, account, bic, bankCode }: StatedAccount): AccountFault[] {
  const faults: AccountFault[] = [];
  const add = (field: AccountFault['field'], message: string): number => faults.push({ field, message });
  if (bic !== undefined && !bicForm.test(bic)) add('bic', 'is no BIC: 8 or 11 letters and digits');
  else if (bic !== undefined && bic.slice(4, 6) !== country) add('bic', `is that of a bank in ${bic.slice(4, 6)}`);
  if ((iban === undefined) === (account === undefined)) {
    add(iban === undefined ? 'iban' : 'account', 'state either an IBAN or an account number');
    return faults;
  }
  if (iban !== undefined) {
    const message = ibanFault(iban, country);
    if (message !== undefined) add('iban', message);
    return faults;
  }
  if (country in lengths) add('account', `accounts in ${country} have an IBAN: state that`);
  if (bic === undefined && bankCode === undefined)
    add('bic', 'name the bank, by its BIC or its number in the clearing');
  if (country === 'RU') faults.push(...russianFaults(account!, currency, bankCode));
  return faults;
}

function ibanFault(iban: string, country: string): string | undefined {
  const length = lengths[iban.slice(0, 2)];
  if (length === undefined) return 'begins with no country that has IBANs';
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(iban) || iban.length !== length)
    return `must have ${length} letters and digits in ${iban.slice(0, 2)}`;
  if (!checkDigitsHold(iban)) return 'has other check digits: a letter or digit is wrong';
  return iban.startsWith(country) ? undefined : `is that of a bank in ${iban.slice(0, 2)}`;
}

/** In places 6 to 8 an account says its currency: 810 is the rouble, whose code has been 643 since 1998. */
const russianCurrencies: Readonly<Record<string, string>> = {
  RUB: '810',
  USD: '840',
  EUR: '978',
  CNY: '156',
  KZT: '398',
};
const weights = [7, 1, 3];

/** An account of 20 digits is checked with the last three digits of its bank's BIK: by weights 7, 1, 3 all digits sum to a multiple of ten. */
function russianFaults(account: string, currency: string, bik: string | undefined): AccountFault[] {
  if (bik === undefined || !/^04\d{7}$/.test(bik))
    return [{ field: 'bankCode', message: 'must be the bank’s BIK: nine digits, 04 before the others' }];
  if (!/^\d{20}$/.test(account)) return [{ field: 'account', message: 'must have 20 digits' }];
  const code = russianCurrencies[currency];
  if (code !== undefined && account.slice(5, 8) !== code)
    return [{ field: 'account', message: `is no account in ${currency}: places 6 to 8 are not ${code}` }];
  const digits = [...bik.slice(-3), ...account].map((digit) => parseInt(digit, 10));
  const sum = digits.reduce((total, digit, place) => total + ((digit * weights[place % 3]!) % 10), 0);
  return sum % 10 === 0 ? [] : [{ field: 'account', message: 'does not fit its BIK: a digit is wrong' }];
}
