import { isTerritory, territoryNumber } from '../../kernel/territory';
import { COMMERCIAL_MODELS, modelNumber, USE_TYPES, useModelNumber, useNumber } from '../../kernel/uses';
import type { DelimitedLayout } from './delimited-layout';
import { placeCode } from './match-plan';

interface Word {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly value: number;
}

/** Words that are looked up by their bytes: a table by length, first, middle and last byte, each hit compared whole. */
class Words {
  private readonly table: (Word | undefined)[];
  private readonly mask: number;

  constructor(private readonly words: ReadonlyMap<string, number>) {
    const size = 1 << Math.ceil(Math.log2(words.size * 4 + 1));
    this.mask = size - 1;
    this.table = Array.from<undefined>({ length: size });
    for (const [word, value] of words) {
      const bytes = Buffer.from(word, 'utf8');
      if (bytes.length === 0) continue;
      let slot = hashOf(bytes, 0, bytes.length) & this.mask;
      while (this.table[slot] !== undefined) slot = (slot + 1) & this.mask;
      this.table[slot] = { bytes, view: viewOf(bytes), value };
    }
  }

  /** -1 for a word that is not among them. */
  of(text: string): number {
    return (text === '' ? undefined : this.words.get(text)) ?? -1;
  }

  /** As `of`, for the word's bytes. */
  at(bytes: Buffer, view: DataView, start: number, end: number): number {
    if (start >= end) return -1;
    for (let slot = hashOf(bytes, start, end) & this.mask; ; slot = (slot + 1) & this.mask) {
      const word = this.table[slot];
      if (word === undefined) return -1;
      if (end - start === word.bytes.length && isSame(view, start, end, word)) return word.value;
    }
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const ends = (bytes[start]! << 16) | (bytes[end - 1]! << 8) | bytes[start + (length >> 1)]!;
  const mixed = Math.imul(ends ^ (length << 24), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

/** Four bytes at a time, the last four once more where the length is no multiple of four: names of uses and models are long. */
function isSame(view: DataView, start: number, end: number, word: Word): boolean {
  const length = end - start;
  if (length < 4) {
    for (let at = 0; at < length; at += 1) if (view.getUint8(start + at) !== word.bytes[at]) return false;
    return true;
  }
  for (let at = 0; at <= length - 4; at += 4) {
    if (view.getInt32(start + at) !== word.view.getInt32(at)) return false;
  }
  return view.getInt32(end - 4) === word.view.getInt32(length - 4);
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Reads where and how something was used: territory, use type and commercial model, as codes or as the mapping translates them. */
export class PlaceReader {
  private readonly territories: Words;
  private readonly uses: Words;
  private readonly models: Words;
  private bytes: Buffer = Buffer.alloc(0);
  private view = viewOf(this.bytes);
  private readonly constant: { readonly territory: number; readonly use: number; readonly model: number };

  constructor(private readonly layout: DelimitedLayout) {
    const { translations, constants } = layout;
    this.territories = new Words(territoryWords(translations.territory));
    this.uses = new Words(useWords(translations.use));
    this.models = new Words(modelWords(translations.model));
    this.constant = {
      territory: constants.territory === undefined ? -1 : territoryNumber(constants.territory),
      use: constants.use === undefined ? -1 : useNumber(constants.use),
      model: constants.model === undefined ? -1 : modelNumber(constants.model),
    };
  }

  /** Lines are of these bytes from now on. */
  begin(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  /** The place's code; -1 where one of the three is not known. */
  at(starts: Int32Array): number {
    const { layout, constant } = this;
    const territory =
      layout.territory === undefined ? constant.territory : this.word(this.territories, starts, layout.territory);
    const use = layout.use === undefined ? constant.use : this.word(this.uses, starts, layout.use);
    const model = layout.model === undefined ? constant.model : this.word(this.models, starts, layout.model);
    return territory < 0 || use < 0 || model < 0 ? -1 : placeCode(territory, useModelNumber(use, model));
  }

  territoryOf = (text: string): number =>
    wordOf(this.territories, text, this.constant.territory, this.layout.territory);
  useOf = (text: string): number => wordOf(this.uses, text, this.constant.use, this.layout.use);
  modelOf = (text: string): number => wordOf(this.models, text, this.constant.model, this.layout.model);

  private word(words: Words, starts: Int32Array, column: number): number {
    return words.at(this.bytes, this.view, starts[column]!, starts[column + 1]! - 1);
  }
}

function wordOf(words: Words, text: string, constant: number, column: number | undefined): number {
  return column === undefined ? constant : words.of(text);
}

function territoryWords(translated: Readonly<Record<string, string>>): Map<string, number> {
  const words = new Map<string, number>();
  for (let first = 65; first <= 90; first += 1) {
    for (let second = 65; second <= 90; second += 1) {
      const code = String.fromCharCode(first, second);
      if (isTerritory(code)) words.set(code, territoryNumber(code));
    }
  }
  for (const [written, code] of Object.entries(translated)) words.set(written, territoryNumber(code));
  return words;
}

const useWords = (translated: Readonly<Record<string, string>>): Map<string, number> =>
  new Map([
    ...USE_TYPES.map((use): [string, number] => [use, useNumber(use)]),
    ...Object.entries(translated).map(([written, use]): [string, number] => [written, useNumber(use)]),
  ]);

const modelWords = (translated: Readonly<Record<string, string>>): Map<string, number> =>
  new Map([
    ...COMMERCIAL_MODELS.map((model): [string, number] => [model, modelNumber(model)]),
    ...Object.entries(translated).map(([written, model]): [string, number] => [written, modelNumber(model)]),
  ]);
