import { readIsrc } from '../kernel';
import { DomainError } from '../platform/errors/domain-error';
import { BooleanField, IdField, InstantField, ObjectsField, TextField } from '../platform/http/fields';
import { modelOf, territoryOf, useOf } from './fast-index';

export const questionsAtOnce = 10_000;

export class ClearanceQuestion {
  @IdField({ description: 'the service that would make the recording available' })
  readonly serviceId!: string;

  @TextField({ max: 40, example: 'ZZA012600001' })
  readonly isrc!: string;

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
  readonly serviceId: string;
  readonly territory: number;
  readonly use: number;
  readonly model: number;
  readonly instant: number;
}

/** Refuses with request-invalid when an instant does not exist. */
export function numbered(questions: readonly ClearanceQuestion[], now: Date): NumberedQuestion[] {
  const all = questions.map((question) => ({
    isrc: storedForm(question.isrc),
    serviceId: question.serviceId,
    territory: territoryOf(question.territory),
    use: useOf(question.useType),
    model: modelOf(question.commercialModel),
    instant: question.at === undefined ? now.getTime() : Date.parse(question.at),
  }));
  refuseImpossible(all.map(({ instant }) => instant));
  return all;
}

/** The ISRC as agreements hold it; undefined when the text is none. */
export function storedForm(written: string): string | undefined {
  const reading = readIsrc(written);
  return 'isrc' in reading ? reading.isrc : undefined;
}

/** An instant may have the right shape and not exist: 25 o'clock. */
function refuseImpossible(instants: readonly number[]): void {
  const faults = instants.flatMap((instant, place) =>
    Number.isNaN(instant)
      ? [{ pointer: `/questions/${place}/at`, code: 'field-instant', message: 'there is no such instant' }]
      : [],
  );
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}
