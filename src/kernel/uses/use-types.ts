/**
 * DDEX UseType, the union of the ERN and DSR lists, and what DDEX has no word for in a namespace of our own: training of
 * machine-learning models. A use's number in database arrays is its place here plus one: new values are appended, never
 * inserted, and none is ever removed.
 */
export const USE_TYPES = [
  'AsPerContract',
  'Broadcast',
  'Cable',
  'ConditionalDownload',
  'ContentInfluencedStream',
  'Display',
  'Download',
  'Dub',
  'DubForAdvertisement',
  'DubForLivePerformance',
  'DubForMovies',
  'DubForMusicOnHold',
  'DubForOnDemandStreaming',
  'DubForPublicPerformance',
  'DubForRadio',
  'DubForTV',
  'ExtractForInternet',
  'KioskDownload',
  'LiveStream',
  'Narrowcast',
  'NonInteractiveStream',
  'OnDemandStream',
  'Perform',
  'PerformAsMusicOnHold',
  'PerformInLivePerformance',
  'PerformInPublic',
  'PermanentDownload',
  'PlayInPublic',
  'Playback',
  'Podcast',
  'Print',
  'PrivateCopy',
  'ProgrammedContentStream',
  'PurchaseAsPhysicalProduct',
  'Rent',
  'Simulcast',
  'Stream',
  'TetheredDownload',
  'TimeInfluencedStream',
  'Unknown',
  'Use',
  'UseAsAlertTone',
  'UseAsDevice',
  'UseAsKaraoke',
  'UseAsRingbackTone',
  'UseAsRingbackTune',
  'UseAsRingtone',
  'UseAsRingtune',
  'UseAsScreensaver',
  'UseAsVoiceMail',
  'UseAsWallpaper',
  'UseForIdentification',
  'UseInMobilePhoneMessaging',
  'UseInPhoneListening',
  'UserDefined',
  'UserMakeAvailableLabelProvided',
  'UserMakeAvailableUserProvided',
  'Webcast',
  'accordo:AiTraining',
] as const;

export type UseType = (typeof USE_TYPES)[number];

/** Parents that DDEX documents for licensing. Parents known by name only (Dub, Perform) grant nothing beyond themselves. */
const CHILDREN: Partial<Record<UseType, readonly UseType[]>> = {
  Stream: ['OnDemandStream', 'NonInteractiveStream', 'ContentInfluencedStream', 'TimeInfluencedStream', 'Simulcast'],
  Download: ['ConditionalDownload', 'PermanentDownload', 'TetheredDownload', 'KioskDownload'],
};

const NUMBERS: ReadonlyMap<string, number> = new Map(USE_TYPES.map((use, index) => [use, index + 1]));

export function isUseType(text: string): text is UseType {
  return NUMBERS.has(text);
}

/** The stable number of a use for database arrays. Throws RangeError on an unknown use. */
export function useNumber(use: string): number {
  const number = NUMBERS.get(use);
  if (number === undefined) throw new RangeError(`not a DDEX use type: ${use.slice(0, 40)}`);
  return number;
}

/** Whether a right covers a use: the same, or its documented parent. A child never covers its parent. */
export function useCovers(right: UseType, use: UseType): boolean {
  return right === use || (CHILDREN[right]?.includes(use) ?? false);
}

/** Every use that the right covers, itself first. */
export function coveredUses(right: UseType): UseType[] {
  return [right, ...(CHILDREN[right] ?? [])];
}
