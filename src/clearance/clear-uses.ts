import { Injectable } from '@nestjs/common';
import { grantsOfPlatform, licensorsOf } from '../agreements';
import { findRecordings } from '../catalogue';
import { readIsrc } from '../kernel';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { IdField, InstantField, ObjectsField, TextField } from '../platform/http/fields';
import { type ClearanceAnswer, ClearanceIndex, grantedIsrcs } from './clearance-index';

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
  @ObjectsField(() => ClearanceQuestion, { max: 1000 })
  readonly questions!: ClearanceQuestion[];
}

/**
 * Answers questions of one platform from its concluded agreements: one look into the grants, then the kernel's matching.
 * Refuses with request-invalid when an instant does not exist.
 */
@Injectable()
export class ClearUses {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, platformId: string, { questions }: ClearanceBody): Promise<ClearanceAnswer[]> {
    const now = this.clock.now();
    const asked = questions.map(({ isrc, at, ...question }) => ({
      ...question,
      isrc: storedForm(isrc),
      instant: at === undefined ? now : new Date(at),
    }));
    refuseImpossible(asked.map(({ instant }) => instant));
    const isrcs = [...new Set(asked.map(({ isrc }) => isrc).filter((isrc) => isrc !== undefined))];
    const grants = await grantsOfPlatform(tx, platformId, isrcs);
    const granted = grantedIsrcs(grants);
    const others = isrcs.filter((isrc) => !granted.has(isrc));
    const index = new ClearanceIndex(grants, await inCataloguesOfLicensors(tx, platformId, others));
    return asked.map((question) => index.answer(question));
  }
}

/**
 * Which of the recordings that nothing licenses are in the catalogue of a label that the platform has an agreement with. Of other
 * labels' catalogues a platform learns nothing here: their recordings are unknown.
 */
async function inCataloguesOfLicensors(tx: Tx, platformId: string, isrcs: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  if (isrcs.length === 0) return known;
  for (const labelId of await licensorsOf(tx, platformId)) {
    for (const { isrc } of await findRecordings(tx, labelId, isrcs)) known.add(isrc);
  }
  return known;
}

/** An instant may have the right shape and not exist: 25 o'clock. */
function refuseImpossible(instants: readonly Date[]): void {
  const faults = instants.flatMap((instant, place) =>
    Number.isNaN(instant.getTime())
      ? [{ pointer: `/questions/${place}/at`, code: 'field-instant', message: 'there is no such instant' }]
      : [],
  );
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}

/** The ISRC as agreements hold it; undefined when the text is none. */
function storedForm(written: string): string | undefined {
  const reading = readIsrc(written);
  return 'isrc' in reading ? reading.isrc : undefined;
}
