import { writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { sampleCatalogueCsv } from '../sample/catalogue-file';
import { releaseCount, sampleReleaseMessage } from '../sample/release-message';
import { sampleUsageReport } from '../sample/usage-report';
import { serviceFigures, storyMonths } from '../sample/usage-plan';

/** `accordo sample`: files of the sample world, to try the API with. */
export function registerSample(program: Command): void {
  const sample = program.command('sample').description('files of the sample world, to try the API with');
  sample
    .command('usage')
    .description('a month of usage of one service as a DSR flat file')
    .requiredOption('--month <month>', `one of ${storyMonths.map(({ month }) => month).join(', ')}`, readMonth)
    .requiredOption('--service <number>', '1 or 2', readService)
    .option('--corrected', 'with the plays and returns that were missing at first')
    .option('--out <file>', 'a file instead of standard output')
    .action(
      async ({
        month,
        service,
        corrected = false,
        out,
      }: {
        month: string;
        service: 0 | 1;
        corrected?: boolean;
        out?: string;
      }) => {
        const figures = storyMonths.find((candidate) => candidate.month === month)!;
        const messageId = `SAMPLE-${month}-${service + 1}${corrected ? '-corrected' : ''}`;
        write(await sampleUsageReport(serviceFigures(figures, service, corrected), messageId), out);
      },
    );
  sample
    .command('catalogue')
    .description('the label’s catalogue as CSV, with a few bad rows')
    .option('--out <file>', 'a file instead of standard output')
    .action(({ out }: { out?: string }) => write(sampleCatalogueCsv(), out));
  sample
    .command('release')
    .description('one of the label’s releases as a DDEX release notification (ERN 4.3)')
    .option('--number <number>', `1 to ${releaseCount}`, readRelease, 1)
    .option('--out <file>', 'a file instead of standard output')
    .action(({ number, out }: { number: number; out?: string }) => write(sampleReleaseMessage(number), out));
}

function readMonth(text: string): string {
  if (storyMonths.some(({ month }) => month === text)) return text;
  throw new InvalidArgumentError('there is no such month in the sample world');
}

function readService(text: string): 0 | 1 {
  if (text === '1') return 0;
  if (text === '2') return 1;
  throw new InvalidArgumentError('the sample world has the services 1 and 2');
}

function readRelease(text: string): number {
  const number = /^\d{1,2}$/.test(text) ? parseInt(text, 10) : 0;
  if (number >= 1 && number <= releaseCount) return number;
  throw new InvalidArgumentError(`the sample world has the releases 1 to ${releaseCount}`);
}

function write(text: string, out: string | undefined): void {
  if (out === undefined) process.stdout.write(text);
  else writeFileSync(out, text);
}
