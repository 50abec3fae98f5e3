import { type Fault, readIsrc } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { findRecordings, type Recording } from './recordings.repository';

export const isrcKey = /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/;

/**
 * The label's recordings of these ISRCs (each named once, in any notation), in ISRC order. Refuses with request-invalid for
 * what is no ISRC, which `others` are told beside, and with recording-unknown for what is not in the catalogue; `pointerOf` says where an entry stands in the body.
 */
export async function ownRecordings(
  tx: Tx,
  labelId: string,
  written: readonly string[],
  pointerOf: (index: number) => string,
  others: readonly Fault[] = [],
): Promise<Recording[]> {
  const readings = written.map(readIsrc);
  refuse('request-invalid', [
    ...others,
    ...readings.flatMap((reading, index) =>
      'fault' in reading
        ? [
            {
              pointer: pointerOf(index),
              code: reading.fault,
              message: 'must be an ISRC: two letters, three letters or digits, seven digits',
            },
          ]
        : [],
    ),
  ]);
  const isrcs = readings.flatMap((reading) => ('isrc' in reading ? [reading.isrc] : []));
  const recordings = await findRecordings(tx, labelId, [...new Set(isrcs)]);
  const known = new Set(recordings.map(({ isrc }) => isrc));
  refuse(
    'recording-unknown',
    isrcs.flatMap((isrc, index) =>
      known.has(isrc)
        ? []
        : [{ pointer: pointerOf(index), code: 'recording-unknown', message: `${isrc} is not in the catalogue` }],
    ),
  );
  return recordings;
}

const faultsMax = 1000;

function refuse(
  code: 'request-invalid' | 'recording-unknown',
  faults: readonly { pointer: string; code: string; message: string }[],
): void {
  if (faults.length > 0) throw new DomainError(code, undefined, faults.slice(0, faultsMax));
}
