import { type Cell, many, may, must, optionalMany, recordType } from './cells';

/** Records of the record-company profile in the layout of 2019. */
export const recordCompanyLayouts = {
  SY10: [
    recordType,
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
    recordType,
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
  DE01: [recordType, many('DealSpecificCell', 'text')],
} as const satisfies Record<string, readonly Cell[]>;

/** Names that changed with a version; the order of the cells did not. */
function renamed(cells: readonly Cell[], names: Readonly<Record<string, string>>): readonly Cell[] {
  return cells.map((cell) => ({ ...cell, name: names[cell.name] ?? cell.name }));
}

/**
 * The version after that of 2019, from a public reader's table of its cells: the schemas at hand do not describe it. Its
 * cells stand where they stood, some under other names.
 */
export const laterLayouts = {
  'SY10.01': renamed(recordCompanyLayouts.SY10, {
    DistributionChannelName: 'DistributionChannel',
    Usages: 'TotalUsages',
    MusicUsageRatio: 'MusicUsagePercentage',
  }),
  'SR08.01': renamed(recordCompanyLayouts.SR08, {
    ReleaseGRid: 'GRid',
    ReleaseICPN: 'ICPN',
    ResourceISRC: 'ISRC',
    ResourceISAN: 'ISAN',
    TotalUsages: 'Usages',
  }),
} as const satisfies Record<string, readonly Cell[]>;

/**
 * The latest version, as far as its cells are known for sure: what follows has been put in another order, so that an
 * amount read from it could be another amount. It is read where the file itself names its cells, and never guessed.
 */
export const partlyKnownLayouts = {
  'SY10.02': [
    recordType,
    must('SummaryRecordId', 'id'),
    may('DistributionChannel', 'text'),
    may('DistributionChannelDPID', 'dpid'),
    must('CommercialModel', 'commercialModel'),
    must('UseType', 'useType'),
  ],
  'SR08.02': [recordType, must('SalesTransactionId', 'id')],
} as const satisfies Record<string, readonly Cell[]>;
