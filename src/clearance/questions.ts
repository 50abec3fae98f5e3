import { type Fault, readIsrc } from '../kernel';
import { DomainError } from '../platform/errors/domain-error';
import { BooleanField, IdField, InstantField, ObjectsField, TextField } from '../platform/http/fields';
import { modelOf, territoryOf, useOf } from './fast-index';

export const questionsAtOnce = 10_000;
export const isrcMax = 40;
export const ownIdMax = 100;

export class ClearanceQuestion {
  @IdField({ description: 'the service that would make the recording available' })
  readonly serviceId!: string;

  @TextField({
    max: isrcMax,
    optional: true,
    description: 'in any notation; or `ownId` or `parentIsrc` in its place',
    example: 'ZZA012600001',
  })
  readonly isrc?: string;

  @TextField({ max: ownIdMax, optional: true, description: 'what you call the recording, as you have stated' })
  readonly ownId?: string;

  @TextField({
    max: 40,
    optional: true,
    description:
      'the recording is this one or some version of it, and which is not known: licensed where this one and all its known versions are',
  })
  readonly parentIsrc?: string;

  @TextField({ max: 20, description: 'ISO 3166-1 alpha-2', example: 'RU' })
  readonly territory!: string;

  @TextField({ max: 60, description: 'DDEX UseType', example: 'OnDemandStream' })
  readonly useType!: string;

  @TextField({ max: 60, description: 'DDEX CommercialModelType', example: 'AdvertisementSupportedModel' })
  readonly commercialModel!: string;

  @InstantField({ optional: true, description: 'when; absent: now' })
  readonly at?: string;
}

export class ClearanceBody {
  @ObjectsField(() => ClearanceQuestion, { max: questionsAtOnce })
  readonly questions!: ClearanceQuestion[];

  @BooleanField({
    optional: true,
    description: 'whether answers say more: until which instant, and whom to ask instead',
  })
  readonly detail?: boolean;

  @BooleanField({ optional: true, description: 'whether the answers are signed, to be shown to others' })
  readonly receipts?: boolean;

  @BooleanField({
    optional: true,
    description: 'whether answers of no are counted: labels see for which of their recordings, not by whom',
  })
  readonly countSightings?: boolean;
}

/** A question in the index's numbers: 0 for a code that is on no list; the instant in milliseconds since 1970. */
export interface NumberedQuestion {
  /** The ISRC in its stored form; undefined when what was sent is none: then no recording is meant. */
  readonly isrc: string | undefined;
  /** The recording of which it is some version, likewise, where that was asked. */
  readonly parent?: string | undefined;
  readonly serviceId: string;
  readonly territory: number;
  readonly use: number;
  readonly model: number;
  readonly instant: number;
}

/** What platforms' own ids mean: ISRCs in their stored form. */
export type OwnIds = ReadonlyMap<string, string>;

/** Refuses with request-invalid when an instant does not exist, or a question does not name its recording in one way. */
export function numbered(questions: readonly ClearanceQuestion[], ownIds: OwnIds, now: Date): NumberedQuestion[] {
  const all = questions.map((question) => ({
    isrc: recordingOf(question, ownIds),
    ...(question.parentIsrc === undefined ? {} : { parent: storedForm(question.parentIsrc) }),
    serviceId: question.serviceId,
    territory: territoryOf(question.territory),
    use: useOf(question.useType),
    model: modelOf(question.commercialModel),
    instant: question.at === undefined ? now.getTime() : Date.parse(question.at),
  }));
  const faults = questions.flatMap((question, place) => questionFaults(question, all[place]!, `/questions/${place}`));
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
  return all;
}

/** The recording that a question means; undefined when it is none that anybody knows. */
export const recordingOf = ({ isrc, ownId }: ClearanceQuestion, ownIds: OwnIds): string | undefined =>
  isrc === undefined ? (ownId === undefined ? undefined : ownIds.get(ownId)) : storedForm(isrc);

/** What no field says by itself: an instant may have the right shape and not exist (25 o'clock), a recording is named in one way. */
export function questionFaults(
  { isrc, ownId, parentIsrc }: ClearanceQuestion,
  { instant }: { readonly instant: number },
  pointer: string,
): Fault[] {
  const faults: Fault[] = [];
  if ([isrc, ownId, parentIsrc].filter((name) => name !== undefined).length !== 1) {
    const message = 'name the recording by isrc, by ownId or by parentIsrc, in one of these ways';
    faults.push({ pointer: `${pointer}/isrc`, code: 'field-required', message });
  }
  if (Number.isNaN(instant))
    faults.push({ pointer: `${pointer}/at`, code: 'field-instant', message: 'there is no such instant' });
  return faults;
}

/** The ISRC as agreements hold it; undefined when the text is none. */
export function storedForm(written: string): string | undefined {
  const reading = readIsrc(written);
  return 'isrc' in reading ? reading.isrc : undefined;
}
