import { silentBody } from './body';
import { type Cells } from './cells';
import { type Escapes } from './escaping';
import { type Findings } from './faults';
import { familyOf, type RecordCode } from './layouts';
import { isOtherProfile, type Profile, profiles, RECORD_COMPANY } from './profiles';
import { BlockBody } from './read-blocks';
import { RecordCompanyBody } from './read-record-company';
import { profileNamed } from './read-records';
import { type Reading, ReportReader } from './report-reader';
import { type DsrReceiver, type DsrSummary } from './records';

/**
 * Reads a file of any profile that addresses labels from bytes as they come; of other profiles, records are counted.
 * Records are read by their own codes: where HEAD names no profile of ours, or is missing, all but their order is
 * checked. Memory grows by the ids of usage records only. Faults never throw; a failing source or receiver does.
 */
export async function readDsr(
  source: AsyncIterable<Uint8Array>,
  receiver: DsrReceiver,
  options: DsrOptions = {},
): Promise<DsrSummary> {
  const report = dsrReader(receiver, options);
  for await (const chunk of source) {
    report.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    await receiver.drained?.();
  }
  return report.finish();
}

export interface DsrOptions {
  /** So many faults are passed on; the others are counted only. */
  readonly faultsMax?: number;
  /** How the sender escapes; the published form where nothing is said. */
  readonly escapes?: Escapes;
  /** Hold the money of summaries and lines against each other (record-company profile). */
  readonly reconcile?: boolean;
}

/** The same for a caller who brings the bytes one piece after another. */
export const dsrReader = (receiver: DsrReceiver, asked: DsrOptions = {}): ReportReader =>
  new ReportReader(receiver, {
    ...asked,
    choose: (code, cells, findings) => choose(code, cells, { findings, receiver, asked }),
  });

const recordCompany = profiles.find(({ id }) => id === RECORD_COMPANY)!;

interface BodyParts {
  readonly findings: Findings;
  readonly receiver: DsrReceiver;
  readonly asked: DsrOptions;
}

function choose(code: RecordCode, cells: Cells, parts: BodyParts): Reading | null {
  if (code === 'HEAD') {
    if (isOtherProfile(cells.raw(3))) return { profile: null, body: silentBody, silent: true };
    const profile = profileNamed(cells);
    // Without a profile, the next record tells what the file can only be.
    return profile === undefined ? null : reading(profile, parts);
  }
  const family = familyOf(code);
  const isRecordCompany = [...recordCompany.summaries, ...recordCompany.usage].includes(family);
  return reading(isRecordCompany ? recordCompany : null, parts);
}

function reading(profile: Profile | null, { findings, receiver, asked }: BodyParts): Reading {
  const body =
    profile === recordCompany
      ? new RecordCompanyBody(findings, receiver, asked)
      : new BlockBody(profile, findings, receiver);
  return { profile, body };
}
