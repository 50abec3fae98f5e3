import { createReadStream } from 'node:fs';
import { SaxesParser } from 'saxes';
import { ErnReader } from '../../src/ddex';
import { runAsChild, tell } from '../support/child';

export interface ReadOrder {
  readonly path: string;
  readonly reader: 'ours' | 'saxes';
}

export interface ReadOnce {
  /** That the reading thread was on a processor: others on the machine, and threads that help both readers alike, do not count. */
  readonly milliseconds: number;
  /** By the clock. */
  readonly elapsed: number;
  readonly recordings: number;
  readonly deals: number;
  readonly problems: number;
}

const CHUNK = 256 * 1024;

type Read = Omit<ReadOnce, 'milliseconds' | 'elapsed'>;

async function readByUs(path: string): Promise<Read> {
  const reader = new ErnReader({});
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) reader.push(chunk as Buffer);
  const { resources, deals, errors, warnings } = reader.finish();
  return { recordings: resources.SoundRecording ?? 0, deals, problems: errors + warnings };
}

/** Nothing but the parser: no handler, nothing kept, nothing checked but that it is XML. */
async function readBySaxes(path: string): Promise<Read> {
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) {
    parser.write(decoder.decode(chunk as Buffer, { stream: true }));
  }
  parser.close();
  return { recordings: 0, deals: 0, problems: 0 };
}

runAsChild<ReadOrder>(async ({ path, reader }) => {
  const began = performance.now();
  const started = process.threadCpuUsage();
  const read = await (reader === 'ours' ? readByUs(path) : readBySaxes(path));
  const { user, system } = process.threadCpuUsage(started);
  const milliseconds = (user + system) / 1000;
  tell({ milliseconds, elapsed: performance.now() - began, ...read } satisfies ReadOnce);
});
