/** ISO 4217 active currencies that can be paid, by the exponent of their minor unit. Funds, metals and withdrawn codes are absent. */
const BY_EXPONENT: readonly (readonly [number, string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [
    2,
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK ' +
      'DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD ' +
      'KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP ' +
      'PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH ' +
      'USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG',
  ],
];

/** Listed with a minor unit, but nobody is paid in them: fund codes, indexed units and units of account. */
const NOT_PAYABLE: readonly (readonly [number, string])[] = [
  [0, 'UYI'],
  [2, 'BOV CHE CHW COU MXV USN XAD'],
  [4, 'CLF UYW'],
];

const byCode = (table: readonly (readonly [number, string])[]): Map<string, number> =>
  new Map(table.flatMap(([exponent, codes]) => codes.split(' ').map((code) => [code, exponent] as const)));

const EXPONENTS: ReadonlyMap<string, number> = byCode(BY_EXPONENT);
const MINOR_UNITS: ReadonlyMap<string, number> = byCode([...BY_EXPONENT, ...NOT_PAYABLE]);

/** All of them, sorted. */
export const CURRENCIES: readonly string[] = [...EXPONENTS.keys()].sort();

/** Whether the code is an active ISO 4217 currency in which money can be owed. */
export function isCurrency(code: string): boolean {
  return EXPONENTS.has(code);
}

/** Digits after the point of the currency's minor unit: USD 2, JPY 0, KWD 3. Throws RangeError on an unknown code. */
export function currencyExponent(code: string): number {
  const exponent = EXPONENTS.get(code);
  if (exponent === undefined) throw new RangeError(`not an active ISO 4217 currency: ${code.slice(0, 10)}`);
  return exponent;
}

/**
 * Digits of the minor unit of every code that ISO 4217 lists with one in 2026, payable or not: CLF 4, UYI 0. Undefined for
 * codes without a minor unit (gold, special drawing rights, no currency), for withdrawn ones (HRK, SLL; BGN since the euro of 2026) and unknown ones.
 */
export function minorUnitExponent(code: string): number | undefined {
  return MINOR_UNITS.get(code);
}
