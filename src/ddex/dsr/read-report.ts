import { profiles, RECORD_COMPANY } from './profiles';
import { RecordCompanyBody } from './read-record-company';
import { ReportReader } from './report-reader';
import { type ReportReceiver, type ReportSummary } from './records';

const recordCompany = profiles.find(({ id }) => id === RECORD_COMPANY)!;
const none = { HEAD: 0, SY10: 0, SR08: 0, DE01: 0, SRFO: 0, unknown: 0 };

/**
 * Reads a report of the record-company profile from bytes as they come, in memory that does not grow with the file
 * but for the ids of its lines. Whatever the bytes are, every fault goes to the receiver and nothing is thrown; only a
 * failing source or receiver rejects.
 */
export async function readRecordCompanyReport(
  source: AsyncIterable<Uint8Array>,
  receiver: ReportReceiver,
): Promise<ReportSummary> {
  const report = new ReportReader(receiver, {
    expected: recordCompany,
    choose: (_first, _cells, findings) => ({
      profile: recordCompany,
      body: new RecordCompanyBody(findings, receiver),
    }),
  });
  for await (const chunk of source) {
    report.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    await receiver.drained?.();
  }
  const {
    profile: _profile,
    head: _head,
    footer: _footer,
    blocks: _blocks,
    blockIds: _ids,
    ...summary
  } = report.finish();
  return { ...summary, records: { ...none, ...summary.records } };
}
