import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { Given } from '../../test/support/given';
import { runAsChild, tell } from '../support/child';
import { concludeLicence, type Licence } from '../support/licence';
import { usageFile } from '../support/usage-file';
import { expectedOfReport, reportLines, type Sums, tracksFor, type UsageCase, usageContexts, usageMonth } from './plan';
import { type ProductOrder, serveProduct } from './product';
import { packTable, tableMapping, writeTable } from './table';

export interface ReceiveOrder extends ProductOrder {
  readonly usageCase: UsageCase;
  readonly lines: number;
  readonly reportFile: string;
  /** What COPY reads: the same lines, of a packed or framed report by themselves. */
  readonly rowsFile: string;
}

export interface Received {
  readonly reportId: string;
  readonly expected: Sums;
}

/** Makes the world of a case and hands the report in through the API: the file is stored, and nothing has read it yet. */
runAsChild<ReceiveOrder>(async (order) => {
  const { url, parts, close } = await serveProduct(order, true);
  try {
    const { usageCase, lines } = order;
    const wish = { url, tracks: tracksFor(usageCase, lines), worldwide: usageCase !== 'srb' };
    const licence = await concludeLicence(new Given(url, parts), wish);
    const received = usageCase === 'srb' ? await handInReport(order, licence) : await handInTable(order, licence);
    tell(received satisfies Received);
  } finally {
    await close();
  }
});

const upload = async ({ platform }: Licence, query: string, type: string, file: string): Promise<string> => {
  const content = createReadStream(file) as AsyncIterable<Uint8Array>;
  return (await platform.as.upload<{ id: string }>(`/v1/usage-reports${query}`, type, content)).id;
};

async function handInTable(
  { usageCase, lines, reportFile, rowsFile }: ReceiveOrder,
  licence: Licence,
): Promise<Received> {
  const expected = await writeTable(rowsFile, usageCase === 'hot' ? 'hot' : 'cold', lines);
  const isPacked = usageCase === 'gz';
  if (isPacked) await packTable(rowsFile, reportFile);
  const mapping = { name: 'Bench', mapping: tableMapping };
  const { id } = await licence.platform.as.post<{ id: string }>('/v1/usage-mappings', mapping);
  const introduction = { mappingId: id, labelId: licence.label.organizationId, serviceId: licence.services[0]!.id };
  const query = new URLSearchParams({ ...introduction, month: usageMonth, messageId: `BENCH-${usageCase}` });
  const type = isPacked ? 'application/gzip' : 'text/tab-separated-values';
  return { reportId: await upload(licence, `?${query.toString()}`, type, isPacked ? reportFile : rowsFile), expected };
}

async function handInReport({ lines, reportFile, rowsFile }: ReceiveOrder, licence: Licence): Promise<Received> {
  const plan = {
    month: usageMonth,
    messageId: 'BENCH-srb',
    labelPartyId: licence.labelPartyId,
    platformPartyId: licence.platformPartyId,
    serviceName: licence.services[0]!.name,
    contexts: usageContexts,
    lines: () => reportLines(lines),
  };
  const [report, rows] = [createWriteStream(reportFile), createWriteStream(rowsFile, { mode: 0o644 })];
  for await (const chunk of usageFile(plan)) {
    if (!report.write(chunk)) await once(report, 'drain');
    const own = chunk.split('\n').filter((line) => line.startsWith('SR08\t'));
    if (own.length > 0 && !rows.write(`${own.join('\n')}\n`)) await once(rows, 'drain');
  }
  await Promise.all([report, rows].map((stream) => once(stream.end(), 'finish')));
  return {
    reportId: await upload(licence, '', 'text/tab-separated-values', reportFile),
    expected: expectedOfReport(lines),
  };
}
