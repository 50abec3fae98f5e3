/**
 * What versions have in resources, releases and the terms of deals beside what is read of them: passed over in silence. Any other name is told of, since it may be a
 * misspelt one. One list for all of them: that an element stands in the wrong one of them is not looked for.
 */
const PASSED_OVER = `
  AdministratingRecordCompany ArtistProfilePage AsciiTranscription AudioChannelConfiguration AudioChapterReference AvRating Character CommissionedBy CompositeMusicalWorkType
  ContainsHiddenContent CourtesyLine CueSheetReference Deity Description DisplayConductor DisplayCredits ExternalResourceLink File FileAvailabilityDescription FulfillmentDate
  FulfillmentDateTime HiResMusicDescription HostSoundCarrier ImageType IndirectImageId IndirectSoundRecordingId IndirectVideoId InstrumentationDescription IsArtistRelated IsBackground
  IsBonusResource IsClickTrack IsCompilation IsComputerGenerated IsContinuousMix IsHiResMusic IsHiddenResource IsInstrumental IsMedley IsMultiArtistCompilation IsPotpourri IsPreOrderIncentiveResource
  IsProvidedInDelivery IsRemastered IsSingleArtistCompilation IsSoundtrack Keywords LanguageOfDubbing LanguageOfLyrics LanguageOfPerformance LinkedReleaseResourceReference LocationAndDateOfSession MarketingComment
  MasteredDate NoSilenceAfter NoSilenceBefore NumberOfContractedArtists NumberOfFeaturedArtists NumberOfNonContractedArtists NumberOfNonFeaturedArtists NumberOfUnitsPerPhysicalRelease
  OriginalDigitalReleaseDate OriginalLanguage PerformerInformationRequired Raga ReasonType RecordingFormat RecordingMode Reference RelatedRelease RelatedResource ReleaseCollectionReferenceList
  ResourceContainedResourceReferenceList ResourceOmissionReason RightsAgreementId SalesReportingProxyReleaseId SequenceNumber SessionType SoundRecordingCollectionReferenceList SubTitleLanguage Synopsis
  Tala TargetURL TerritoryOfCommissioning TrackReleaseReference VideoChapterReference VideoCollectionReferenceList VideoCueSheetReference TerritoryCode ExcludedTerritoryCode
  AllDealsCancelled CarrierType ConsumerRentalPeriod DistributionChannel ExcludedDistributionChannel InstantGratificationResourceList IsExclusive IsPreOrderDeal IsPromotional
  NumberOfProductsPerCarton NumberOfUsages PriceInformation PromotionalCode RightsClaimPolicy TakeDown TechnicalInstantiation Usage UseType CommercialModelType ValidityPeriod UserDefinedValue
`;

const passedOver: ReadonlySet<string> = new Set(PASSED_OVER.trim().split(/\s+/));

/** Whether a version has it, and nothing of it is read where this is asked. */
export const isPassedOver = (name: string): boolean => passedOver.has(name);
