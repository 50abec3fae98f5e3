/**
 * The cells of each record of the record-company profile, in file order. The position in the list plus one is the
 * cell's number in the standard. Layouts are data: a later version of a record is a new key, never a new branch.
 */

/**
 * What a cell holds. `count` is a whole number of uses, which the standard types as decimal or integer; `id` is text
 * that serves as a key.
 */
export type CellType =
  | 'record'
  | 'version'
  | 'profile'
  | 'one'
  | 'text'
  | 'id'
  | 'count'
  | 'integer'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'dateTime'
  | 'dpid'
  | 'namespacedId'
  | 'isrc'
  | 'isan'
  | 'icpn'
  | 'currency'
  | 'territory'
  | 'commercialModel'
  | 'useType'
  | 'releaseType'
  | 'resourceType';

export interface Cell<
  Name extends string = string,
  Mandatory extends boolean = boolean,
  Multiple extends boolean = boolean,
> {
  readonly name: Name;
  readonly type: CellType;
  readonly mandatory: Mandatory;
  readonly multiple: Multiple;
}

const must = <N extends string>(name: N, type: CellType): Cell<N, true, false> => ({
  name,
  type,
  mandatory: true,
  multiple: false,
});
const may = <N extends string>(name: N, type: CellType): Cell<N, false, false> => ({
  name,
  type,
  mandatory: false,
  multiple: false,
});
const many = <N extends string>(name: N, type: CellType): Cell<N, true, true> => ({
  name,
  type,
  mandatory: true,
  multiple: true,
});
const optionalMany = <N extends string>(name: N, type: CellType): Cell<N, false, true> => ({
  name,
  type,
  mandatory: false,
  multiple: true,
});

export const layouts = {
  HEAD: [
    must('RecordType', 'record'),
    must('MessageVersion', 'version'),
    must('Profile', 'profile'),
    must('ProfileVersion', 'text'),
    must('MessageId', 'id'),
    must('MessageCreatedDateTime', 'dateTime'),
    must('FileNumber', 'one'),
    must('NumberOfFiles', 'one'),
    must('UsageStartDate', 'date'),
    must('UsageEndDate', 'date'),
    must('SenderPartyId', 'dpid'),
    must('SenderName', 'text'),
    may('ServiceDescription', 'text'),
    may('RecipientPartyId', 'dpid'),
    may('RecipientName', 'text'),
    optionalMany('RepresentedRepertoire', 'text'),
  ],
  SY10: [
    must('RecordType', 'record'),
    must('SummaryRecordId', 'id'),
    may('DistributionChannelName', 'text'),
    may('DistributionChannelDPID', 'dpid'),
    must('CommercialModel', 'commercialModel'),
    must('UseType', 'useType'),
    must('ReportingPeriodStartDate', 'date'),
    must('ReportingPeriodEndDate', 'date'),
    may('SubscriberType', 'text'),
    may('Subscribers', 'decimal'),
    may('ActiveSubscribers', 'decimal'),
    may('PromotionalActivity', 'text'),
    must('Territory', 'territory'),
    may('ServiceDescription', 'text'),
    may('OfferType', 'text'),
    may('Quality', 'text'),
    must('Usages', 'count'),
    must('AllocatedUsages', 'count'),
    must('Returns', 'count'),
    must('MusicUsageRatio', 'decimal'),
    must('CurrencyOfTransaction', 'currency'),
    must('CurrencyOfAccounting', 'currency'),
    must('ExchangeRate', 'decimal'),
    may('ExchangeRateSource', 'text'),
    may('DateOfCurrencyExchange', 'dateTime'),
    may('GrossRevenueInCurrencyOfTransaction', 'decimal'),
    may('GrossRevenueInCurrencyOfAccounting', 'decimal'),
    optionalMany('CalculationType', 'text'),
    optionalMany('CalculationValue', 'decimal'),
    optionalMany('DeductionType', 'text'),
    many('DeductionsInCurrencyOfTransaction', 'decimal'),
    many('DeductionsInCurrencyOfAccounting', 'decimal'),
    must('NetRevenueInCurrencyOfTransaction', 'decimal'),
    must('NetRevenueInCurrencyOfAccounting', 'decimal'),
    must('AllocatedRevenueInCurrencyOfTransaction', 'decimal'),
    must('AllocatedRevenueInCurrencyOfAccounting', 'decimal'),
    must('AllocatedNetRevenueInCurrencyOfTransaction', 'decimal'),
    must('AllocatedNetRevenueInCurrencyOfAccounting', 'decimal'),
    may('RightsControllerMarketShare', 'decimal'),
    may('SubscriptionFeeInCurrencyOfTransaction', 'decimal'),
    must('SubscriptionFeeInCurrencyOfAccounting', 'decimal'),
    optionalMany('UsageIndependentFeeType', 'text'),
    optionalMany('UsageIndependentFeeInCurrencyOfTransaction', 'decimal'),
    optionalMany('UsageIndependentFeeInCurrencyOfAccounting', 'decimal'),
    must('FinalTotalAmountInCurrencyOfTransaction', 'decimal'),
    must('FinalTotalAmountInCurrencyOfAccounting', 'decimal'),
  ],
  SR08: [
    must('RecordType', 'record'),
    must('SalesTransactionId', 'id'),
    may('ReleaseGRid', 'text'),
    may('ReleaseICPN', 'icpn'),
    must('DspReleaseId', 'id'),
    may('LabelReleaseId', 'text'),
    optionalMany('ProprietaryReleaseId', 'namespacedId'),
    may('ReleaseContextReleaseGRid', 'text'),
    may('ReleaseType', 'releaseType'),
    may('ReleaseTitle', 'text'),
    may('ReleaseSubTitle', 'text'),
    may('ReleaseDisplayArtistName', 'text'),
    may('ReleaseDisplayArtistPartyId', 'namespacedId'),
    may('ResourceISRC', 'isrc'),
    may('ResourceISAN', 'isan'),
    may('DspResourceId', 'id'),
    may('LabelResourceId', 'text'),
    optionalMany('ProprietaryResourceId', 'namespacedId'),
    may('ResourceContextReleaseGRid', 'text'),
    may('ResourceType', 'resourceType'),
    may('ResourceTitle', 'text'),
    may('ResourceSubTitle', 'text'),
    may('ResourceDisplayArtistName', 'text'),
    may('ResourceDisplayArtistPartyId', 'namespacedId'),
    must('SummaryRecordId', 'id'),
    must('SalesTransactionDate', 'date'),
    must('TotalUsages', 'count'),
    must('Returns', 'count'),
    must('NetUsage', 'count'),
    may('WholesalePriceInCurrencyOfTransaction', 'decimal'),
    may('WholesalePriceInCurrencyOfAccounting', 'decimal'),
    may('SuggestedConsumerPriceInCurrencyOfTransaction', 'decimal'),
    may('SuggestedConsumerPriceInCurrencyOfAccounting', 'decimal'),
    may('PriceType', 'text'),
    may('PriceRangeType', 'text'),
    may('PriceConsumerPaidExcSalesTaxInCurrencyOfTransaction', 'decimal'),
    may('PriceConsumerPaidExcSalesTaxInCurrencyOfAccounting', 'decimal'),
    optionalMany('DeductionType', 'text'),
    optionalMany('DeductionsInCurrencyOfTransaction', 'decimal'),
    optionalMany('DeductionsInCurrencyOfAccounting', 'decimal'),
    must('RightSharePercentage', 'decimal'),
    must('CalculatedUnitPriceInCurrencyOfTransaction', 'decimal'),
    must('CalculatedUnitPriceInCurrencyOfAccounting', 'decimal'),
    must('AllocatedRevenueInCurrencyOfTransaction', 'decimal'),
    must('AllocatedRevenueInCurrencyOfAccounting', 'decimal'),
    must('AllocatedNetRevenueInCurrencyOfTransaction', 'decimal'),
    must('AllocatedNetRevenueInCurrencyOfAccounting', 'decimal'),
    must('CopyrightObligationWithDSP', 'boolean'),
  ],
  DE01: [must('RecordType', 'record'), many('DealSpecificCell', 'text')],
  SRFO: [must('RecordType', 'record'), must('NumberOfLinesInReport', 'count'), must('NumberOfSummaryRecords', 'count')],
} as const satisfies Record<string, readonly Cell[]>;

export type RecordCode = keyof typeof layouts;
type CellOf<Code extends RecordCode> = (typeof layouts)[Code][number];
export type CellName<Code extends RecordCode = RecordCode> = CellOf<Code>['name'];

type Value<C extends Cell> = C['multiple'] extends true ? readonly string[] : string;

/**
 * A record by cell name, as text to carry (unescaped): what the writer takes and the reader returns. Mandatory cells
 * are present; cells of several values are lists; the record type itself is left out.
 */
export type CellsOf<Code extends RecordCode> = {
  readonly [
    C in CellOf<Code> as C['type'] extends 'record'
      ? never
      : C['mandatory'] extends true
        ? Exclude<C['name'], 'RecordType'>
        : never
  ]: Value<C>;
} & {
  readonly [C in CellOf<Code> as C['mandatory'] extends true ? never : C['name']]?: Value<C>;
};

/** The standard's number (from 1) of a named cell. Refuses to start with a name that is not in the layout. */
export function cellNumber<Code extends RecordCode>(code: Code, name: CellName<Code>): number {
  const index = layouts[code].findIndex((cell) => cell.name === name);
  if (index < 0) throw new RangeError(`${code} has no cell ${name}`);
  return index + 1;
}
