import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { Given } from '../../test/support/given';
import { runAsChild, tell } from '../support/child';
import { concludeLicence, type Licence } from '../support/licence';
import { usageFile } from '../support/usage-file';
import { tracksFor, type UsageCase, usageContexts, usageLines, usageMonth } from './plan';
import { type ProductOrder, serveProduct } from './product';

export interface ReceiveOrder extends ProductOrder {
  readonly usageCase: UsageCase;
  readonly lines: number;
  readonly reportFile: string;
  /** Gets the SR08 rows alone: what COPY reads. */
  readonly rowsFile: string;
}

/** Makes the world of a case and hands the report in through the API: the file is stored, and nothing has read it yet. */
runAsChild<ReceiveOrder>(async (order) => {
  const { url, parts, close } = await serveProduct(order, true);
  try {
    const licence = await concludeLicence(new Given(url, parts), { url, tracks: tracksFor(order.lines) });
    await writeFiles(order, licence);
    const { id } = await licence.platform.as.upload<{ id: string }>(
      '/v1/usage-reports',
      'text/tab-separated-values',
      createReadStream(order.reportFile) as AsyncIterable<Uint8Array>,
    );
    tell({ reportId: id });
  } finally {
    await close();
  }
});

async function writeFiles({ usageCase, lines, reportFile, rowsFile }: ReceiveOrder, licence: Licence): Promise<void> {
  const plan = {
    month: usageMonth,
    messageId: `BENCH-${usageCase}`,
    labelPartyId: licence.labelPartyId,
    platformPartyId: licence.platformPartyId,
    serviceName: licence.services[0]!.name,
    contexts: usageContexts,
    lines: () => usageLines(usageCase, lines),
  };
  const [report, rows] = [createWriteStream(reportFile), createWriteStream(rowsFile, { mode: 0o644 })];
  for await (const chunk of usageFile(plan)) {
    if (!report.write(chunk)) await once(report, 'drain');
    const own = chunk.split('\n').filter((line) => line.startsWith('SR08\t'));
    if (own.length > 0 && !rows.write(`${own.join('\n')}\n`)) await once(rows, 'drain');
  }
  await Promise.all([report, rows].map((stream) => once(stream.end(), 'finish')));
}
