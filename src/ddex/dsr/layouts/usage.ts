import { type Cell, many, may, must, recordType } from './cells';

const inBlock = [recordType, must('BlockId', 'id')] as const;
const inContext = [...inBlock, must('SummaryRecordId', 'id')] as const;

const items = [...inContext, many('DspReleaseId', 'id'), many('Usages', 'count')] as const;
const item = [
  ...inContext,
  must('DspReleaseId', 'id'),
  must('ReleaseTitle', 'name'),
  must('ReleaseURL', 'text'),
  must('Usages', 'count'),
] as const;

/** Exactly one of the two is given. */
const transacted = [
  ...inContext,
  must('SalesTransactionId', 'id'),
  may('TransactedRelease', 'id'),
  may('TransactedResource', 'id'),
] as const;

/** The transaction comes before the summary here, other than in SU01 and SU02. */
const monetised = [...inBlock, must('SalesTransactionId', 'id'), may('SummaryRecordId', 'id')] as const;
const validity = [may('ValidityPeriodStart', 'isoDate'), may('ValidityPeriodEnd', 'isoDate')] as const;
const SU03 = [
  ...monetised,
  must('DspReleaseId', 'id'),
  may('Usages', 'count'),
  must('NetRevenue', 'decimal'),
  ...validity,
] as const;

const shareTail = [
  must('RightsController', 'text'),
  may('RightsControllerPartyId', 'namespacedId'),
  may('RightsControllerWorkId', 'text'),
  must('RightSharePercentage', 'decimal'),
  may('RightsType', 'rightsType'),
  must('AllocatedNetRevenue', 'decimal'),
  must('AllocatedAmount', 'decimal'),
] as const;
const share = [...inBlock, may('SummaryRecordId', 'id'), ...shareTail] as const;

/** Uses (RU), sales and streams (SU) and rights controllers' shares (LI) of a block. */
export const usageLayouts = {
  RU01: items,
  'RU01.01': [...items, must('ContentCategory', 'text')],
  RU02: item,
  'RU02.01': [...item, may('ContentCategory', 'text')],
  SU01: [
    ...transacted,
    must('IsRoyaltyBearing', 'boolean'),
    must('SalesUpgrade', 'boolean'),
    must('Usages', 'count'),
    must('Returns', 'count'),
    may('PriceConsumerPaidExcSalesTax', 'decimal'),
    may('PromotionalActivity', 'text'),
  ],
  SU02: [
    ...transacted,
    may('IsRoyaltyBearing', 'boolean'),
    must('NumberOfStreams', 'count'),
    may('PriceConsumerPaidExcSalesTax', 'decimal'),
    may('PromotionalActivity', 'text'),
  ],
  SU03,
  'SU03.01': SU03,
  'SU03.02': [
    ...monetised,
    must('DspResourceId', 'id'),
    must('Usages', 'decimal'),
    must('NetRevenue', 'decimal'),
    ...validity,
    may('ContentCategory', 'text'),
    may('IsRoyaltyBearing', 'boolean'),
  ],
  LI01: [...inContext, ...shareTail],
  'LI01.01': share,
  'LI01.02': [...share, may('AllocatedUsages', 'decimal')],
} as const satisfies Record<string, readonly Cell[]>;
