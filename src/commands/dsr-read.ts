import { type Escapes, type Fault, readDsr, ReportUnreadable, unpacked } from '../ddex';
import { DSR_EXIT, type DsrStreams, openBytes, put, reasonUnreadable } from './dsr-files';
import { printable } from './printable';

/** Prints each record as one JSON object. 0 without errors, 1 with, 2 when the file cannot be read to its end. */
export async function readRecords(
  path: string,
  options: { readonly escapes: Escapes },
  { output, errors }: DsrStreams,
): Promise<number> {
  let text = '';
  let errorsFound = 0;
  const flush = async (): Promise<void> => {
    const chunk = text;
    text = '';
    await put(output, chunk);
  };
  try {
    await readDsr(
      unpacked(openBytes(path)),
      {
        record: ({ code, cells }) => {
          if (code !== 'FOOT' && code !== 'SRFO') text += `${JSON.stringify({ RecordType: code, ...cells })}\n`;
        },
        fault: ({ severity }: Fault) => void (severity === 'error' && (errorsFound += 1)),
        drained: flush,
      },
      options,
    );
  } catch (error) {
    const reason = error instanceof ReportUnreadable ? error.message : reasonUnreadable(error);
    errors.write(`${printable(path)}: ${reason}\n`);
    return DSR_EXIT.unreadable;
  } finally {
    await flush();
  }
  if (errorsFound === 0) return DSR_EXIT.sound;
  errors.write(`${printable(path)}: ${errorsFound} errors; accordo dsr check tells them\n`);
  return DSR_EXIT.faulty;
}
