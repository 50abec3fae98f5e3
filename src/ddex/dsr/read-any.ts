import { silentBody } from './body';
import { type Cells } from './cells';
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
export async function readDsr(source: AsyncIterable<Uint8Array>, receiver: DsrReceiver): Promise<DsrSummary> {
  const report = dsrReader(receiver);
  for await (const chunk of source) {
    report.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    await receiver.drained?.();
  }
  return report.finish();
}

/** The same for a caller who brings the bytes one piece after another. */
export const dsrReader = (receiver: DsrReceiver, options: { readonly faultsMax?: number } = {}): ReportReader =>
  new ReportReader(receiver, {
    ...options,
    choose: (code, cells, findings) => choose(code, cells, findings, receiver),
  });

const recordCompany = profiles.find(({ id }) => id === RECORD_COMPANY)!;

function choose(code: RecordCode, cells: Cells, findings: Findings, receiver: DsrReceiver): Reading | null {
  if (code === 'HEAD') {
    if (isOtherProfile(cells.raw(3))) return { profile: null, body: silentBody, silent: true };
    const profile = profileNamed(cells);
    // Without a profile, the next record tells what the file can only be.
    return profile === undefined ? null : reading(profile, findings, receiver);
  }
  const family = familyOf(code);
  const isRecordCompany = [...recordCompany.summaries, ...recordCompany.usage].includes(family);
  return reading(isRecordCompany ? recordCompany : null, findings, receiver);
}

function reading(profile: Profile | null, findings: Findings, receiver: DsrReceiver): Reading {
  const body =
    profile === recordCompany ? new RecordCompanyBody(findings, receiver) : new BlockBody(profile, findings, receiver);
  return { profile, body };
}
