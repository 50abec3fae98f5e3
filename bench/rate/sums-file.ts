import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { UsageSum } from '../../src/kernel';

/** The sums as text, a column a tab: what COPY reads. */
export async function writeSums(file: string, sums: Iterable<UsageSum>): Promise<void> {
  await pipeline(Readable.from(chunks(sums)), createWriteStream(file, { mode: 0o644 }));
}

function* chunks(sums: Iterable<UsageSum>): Generator<string> {
  let text = '';
  for (const { isrc, service, territory, use, model, quantity, returns } of sums) {
    text += `${isrc}\t${service}\t${territory}\t${use}\t${model}\t${quantity}\t${returns}\n`;
    if (text.length < 64 * 1024) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** As the product's query gives them: ISRC and service are each row's own text, codes are shared. */
export async function readSums(file: string): Promise<UsageSum[]> {
  const codes = new Map<string, string>();
  const shared = (text: string): string => {
    const known = codes.get(text) ?? copied(text);
    codes.set(known, known);
    return known;
  };
  const sums: UsageSum[] = [];
  for await (const line of createInterface({ input: createReadStream(file, 'latin1') })) {
    const [isrc = '', service = '', territory = '', use = '', model = '', quantity = '', returns = ''] =
      line.split('\t');
    sums.push({
      isrc,
      service: copied(service),
      territory: shared(territory),
      use: shared(use),
      model: shared(model),
      quantity: BigInt(quantity),
      returns: BigInt(returns),
    });
  }
  return sums;
}

/** Text of its own instead of a view that holds the whole chunk. */
const copied = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');
