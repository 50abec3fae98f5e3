import { type Cell, may, must, optionalMany, recordType } from './cells';
import { writers } from './works';

/** Everything about one transaction in a single record: resource, work, release and use. */
const resource = [
  recordType,
  must('SummaryRecordId', 'id'),
  must('DspResourceId', 'id'),
  may('ISRC', 'isrc'),
  must('ResourceTitle', 'name'),
  may('ResourceSubTitle', 'name'),
] as const;
const audio = [
  ...resource,
  must('ResourceDisplayArtistName', 'name'),
  may('ResourceDisplayArtistPartyId', 'namespacedId'),
  may('Duration', 'duration'),
  must('ResourceType', 'resourceType'),
  may('ProprietaryWorkId', 'namespacedId'),
  may('ISWC', 'iswc'),
  ...writers,
  may('DspReleaseId', 'id'),
  optionalMany('ProprietaryReleaseId', 'namespacedId'),
  may('ReleaseCatalogNumber', 'text'),
  may('ICPN', 'icpn'),
  must('ReleaseDisplayArtistName', 'name'),
  may('ReleaseDisplayArtistPartyId', 'namespacedId'),
  must('ReleaseTitle', 'name'),
  may('ReleaseSubTitle', 'name'),
  may('ReleaseType', 'releaseType'),
  may('ReleaseLabel', 'text'),
  may('PLine', 'text'),
  may('ReleaseDataProvider', 'text'),
] as const;
const userGenerated = [
  ...resource,
  may('ResourceDisplayArtistName', 'name'),
  may('ResourceDisplayArtistPartyId', 'namespacedId'),
] as const;
const work = [must('WorkTitle', 'name'), must('DspWorkId', 'id'), may('ISWC', 'iswc')] as const;
const validity = [
  must('ValidityPeriodStart', 'isoDate'),
  must('ValidityPeriodEnd', 'isoDate'),
  must('ContentCategory', 'text'),
] as const;
const share = [
  may('RightsController', 'text'),
  may('RightsControllerPartyId', 'namespacedId'),
  may('RightsControllerWorkId', 'text'),
  may('RightSharePercentage', 'decimal'),
  may('RightsType', 'rightsType'),
] as const;

/** Usage records of the variants of Basic Audio and UGC that have no blocks. */
export const singleRecordLayouts = {
  SR01: [
    ...audio,
    must('NumberOfTransactedResources', 'count'),
    must('SalesTransactionId', 'id'),
    must('IsRoyaltyBearing', 'boolean'),
    must('SalesUpgrade', 'boolean'),
    must('Downloads', 'count'),
    must('Returns', 'count'),
    may('PriceConsumerPaidExcSalesTax', 'decimal'),
    may('CalculatedPriceConsumerPaidForResourceExcSalesTax', 'decimal'),
    may('PromotionalActivity', 'text'),
  ],
  SR02: [
    ...audio,
    must('SalesTransactionId', 'id'),
    must('IsRoyaltyBearing', 'boolean'),
    must('NumberOfStreams', 'decimal'),
    may('PromotionalActivity', 'text'),
  ],
  SR03: [
    ...userGenerated,
    may('Duration', 'duration'),
    must('ResourceType', 'resourceType'),
    ...work,
    ...writers,
    may('DspReleaseId', 'id'),
    optionalMany('ProprietaryReleaseId', 'namespacedId'),
    may('CatalogNumber', 'text'),
    may('ICPN', 'icpn'),
    may('ReleaseDisplayArtistName', 'name'),
    may('ReleaseDisplayArtistPartyId', 'namespacedId'),
    must('ReleaseTitle', 'name'),
    may('ReleaseSubTitle', 'name'),
    may('ReleaseLabel', 'text'),
    may('PLine', 'text'),
    must('SalesTransactionId', 'id'),
    must('Usages', 'decimal'),
    may('NetRevenue', 'decimal'),
    ...validity,
    ...share,
    may('AllocatedNetRevenue', 'decimal'),
    may('AllocatedAmount', 'decimal'),
    may('AllocatedUsages', 'decimal'),
    may('AllocatedNetUsage', 'decimal'),
  ],
  SR06: [
    ...userGenerated,
    ...work,
    optionalMany('ComposerAuthor', 'name'),
    optionalMany('ComposerAuthorPartyId', 'namespacedId'),
    must('Usages', 'decimal'),
    ...validity,
    ...share,
    may('AllocatedAmount', 'decimal'),
    may('AllocatedNetUsage', 'decimal'),
  ],
} as const satisfies Record<string, readonly Cell[]>;
