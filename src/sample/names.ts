/** Fictional parties. ISRCs stand under the user-assigned prefix ZZ, GTINs under the restricted prefix 2. */
export const labelProfile = {
  kind: 'label',
  name: 'Polar Lantern Records',
  country: 'RU',
  partyId: 'PADPIDA2026ACCLABM',
  legalName: 'Polar Lantern Records LLC',
  registrationNumber: '1267700000001',
  address: '4 Lantern Quay, Northport',
  taxId: '7700000001',
} as const;

export const platformProfile = {
  kind: 'platform',
  name: 'Volnaport',
  country: 'RU',
  partyId: 'PADPIDA2026ACCPLAI',
  legalName: 'Volnaport Networks JSC',
  registrationNumber: '1267800000002',
  address: '12 Harbour Street, Northport',
  taxId: '7800000002',
} as const;

/** Two services of the platform: where the label's tracks were uploaded without a licence, and will be licensed. */
export const serviceNames = ['Volnaport Music', 'Volnaport Circle'] as const;

const firstWords = [
  'Silver',
  'Quiet',
  'Northern',
  'Paper',
  'Amber',
  'Distant',
  'Falling',
  'Hidden',
  'Glass',
  'Winter',
  'Salt',
  'Velvet',
  'Copper',
];
const secondWords = [
  'Harbour',
  'Signal',
  'Orchard',
  'Letters',
  'Staircase',
  'Satellite',
  'River',
  'Carousel',
  'Window',
  'Meridian',
];
const artists = [
  'Lada Mirova',
  'Kite Season',
  'The Ferrymen',
  'Oskar Vine',
  'Nadia Sol',
  'Polyhymnia',
  'Junction 9',
  'Mara & the Owls',
];
const genres = ['Pop', 'Rock', 'Electronic', 'Folk'];

export interface SampleTrack {
  readonly isrc: string;
  readonly title: string;
  readonly version: string;
  readonly artists: string;
  readonly durationSeconds: number;
  readonly release: string;
  readonly releaseNumber: number;
  readonly genre: string;
}

/** How many recordings the label has, and how many of them it licenses. */
export const catalogueSize = 520;
export const licensedSize = 500;

export const isrcOf = (number: number): string => `ZZACC26${String(number).padStart(5, '0')}`;

/** Track `number` from 1 on; always the same. */
export function sampleTrack(number: number): SampleTrack {
  const pick = <T>(list: readonly T[], stride: number): T => list[Math.floor(number / stride) % list.length]!;
  const releaseNumber = Math.ceil(number / 10);
  return {
    isrc: isrcOf(number),
    title: `${pick(firstWords, 1)} ${pick(secondWords, 13)}${number > 130 ? ` ${Math.ceil(number / 130)}` : ''}`,
    version: number % 17 === 0 ? 'Live' : '',
    artists: number % 11 === 0 ? `${pick(artists, 7)}|${pick(artists, 3)}` : pick(artists, 10),
    durationSeconds: 140 + ((number * 37) % 160),
    release: `${pick(secondWords, 10)} Sessions ${releaseNumber}`,
    releaseNumber,
    genre: pick(genres, 40),
  };
}

export const sampleTracks = (): SampleTrack[] =>
  Array.from({ length: catalogueSize }, (_, index) => sampleTrack(index + 1));
export const licensedIsrcs = (): string[] => Array.from({ length: licensedSize }, (_, index) => isrcOf(index + 1));
