import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  calendarDateOf,
  describeTerms,
  type LanguageCode,
  readTerms,
  sha256Hex,
  termsHash,
  type Terms,
} from '../kernel';
import { FULL_TERMS } from '../kernel/testing/full-terms';
import { referenceTerms } from '../kernel/testing/reference-terms';
import { Keyring } from '../platform/keyring/keyring';
import { checkSealedPdf, type ContractDocument, contractPdf, type DocumentSealKey, sealPdf } from '.';

const at = new Date('2025-12-10T09:00:00Z');

function document(terms: Terms, language: LanguageCode, changes: Partial<ContractDocument> = {}): ContractDocument {
  const signature = { signer: 'member 22222222', intent: 'I sign these terms.', signedAt: '2025-12-10T09:00:00.000Z' };
  return {
    language,
    agreementId: '11111111-1111-4111-8111-111111111111',
    version: 1,
    effectiveFrom: calendarDateOf('2026-01-01'),
    termsHash: termsHash(terms),
    manifestHash: sha256Hex('manifest'),
    parties: terms.parties,
    clauses: describeTerms(terms, language),
    isrcs: terms.repertoire.isrcs,
    signatures: [
      { party: 'label', ...signature },
      { party: 'platform', ...signature },
    ],
    madeAt: at,
    ...changes,
  };
}

const full = ((): Terms => {
  const reading = readTerms(FULL_TERMS);
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults));
  return reading.terms;
})();

let key: DocumentSealKey;

async function newKey(): Promise<DocumentSealKey> {
  const folder = mkdtempSync(join(tmpdir(), 'accordo-pdf-keys-'));
  const keyring = await Keyring.open(join(folder, 'keyring.json'), at);
  rmSync(folder, { recursive: true });
  return keyring.documentSeal();
}
beforeAll(async () => {
  key = await newKey();
});

describe('the contract as a PDF', () => {
  it('is the same bytes for the same document, with its fonts in it', async () => {
    const [one, two] = [await contractPdf(document(full, 'ru')), await contractPdf(document(full, 'ru'))];
    expect(sha256Hex(one)).toBe(sha256Hex(two));
    const text = one.toString('latin1');
    expect(text).toContain('/FontFile2');
    expect(text).not.toContain('/BaseFont /Helvetica');
  });

  it('takes as many recordings as there are', async () => {
    const isrcs = Array.from({ length: 1200 }, (_, place) => `ZZA0126${String(place).padStart(5, '0')}`);
    const pages = (pdf: Buffer): number => [...pdf.toString('latin1').matchAll(/\/Type \/Page\b/g)].length;
    const few = pages(await contractPdf(document(referenceTerms(), 'en')));
    expect(pages(await contractPdf(document(referenceTerms(), 'en', { isrcs })))).toBeGreaterThan(few + 4);
  });

  it('lets other work go on while a long list of recordings is set', async () => {
    const isrcs = Array.from({ length: 3000 }, (_, place) => `ZZA0126${String(place).padStart(5, '0')}`);
    let turns = 0;
    let setting = true;
    const other = (): void => {
      turns += 1;
      if (setting) setImmediate(other);
    };
    setImmediate(other);
    await contractPdf(document(referenceTerms(), 'en', { isrcs }));
    setting = false;
    expect(turns).toBeGreaterThan(20);
  });
});

const tool = ['/usr/bin/pdftotext', '/usr/bin/pdfsig'].every(existsSync);

/** The programs of another house, where the machine has them. */
describe('what others read in it', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'accordo-pdf-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const saved = (pdf: Buffer): string => {
    const file = join(folder, 'contract.pdf');
    writeFileSync(file, pdf);
    return file;
  };
  const squeezed = (text: string): string => text.replace(/\s+/g, '');

  it.each(['en', 'ru'] as const)('every clause, and the hash on each page (%s)', async (language) => {
    const contract = document(full, language);
    const file = saved(await contractPdf(contract));
    if (!tool) return;
    const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
    // The foot of a page, which begins with the hash, stands in the midst of a clause that breaks over pages.
    const raw = execFileSync('pdftotext', ['-raw', file, '-'], { encoding: 'utf8' })
      .split('\f')
      .map((page) => squeezed(page).replace(/(Terms|Условия)SHA-256[0-9a-f]{64}11111111-1111-.{0,60}$/u, ''))
      .join('');
    const pages = text.split('\f').slice(0, -1);
    for (const page of pages) expect(squeezed(page)).toContain(contract.termsHash);
    for (const { clause, text: words } of contract.clauses) expect(raw).toContain(squeezed(`${clause}${words}`));
    for (const isrc of contract.isrcs) expect(text).toContain(isrc);
  });

  it('a valid signature over the whole document', async () => {
    const file = saved(await sealPdf(await contractPdf(document(full, 'ru')), key, at));
    if (!tool) return;
    const told = execFileSync('pdfsig', [file], { encoding: 'utf8' });
    expect(told).toContain('Signature is Valid');
    expect(told).toContain('Total document signed');
    expect(told).toContain('ETSI.CAdES.detached');
  });

  it('that it is not signed, as long as it is not', async () => {
    const file = saved(await contractPdf(document(full, 'ru', { signatures: [] })));
    if (!tool) return;
    const pages = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).split('\f').slice(0, -1);
    for (const page of pages) expect(page).toContain('НЕ ПОДПИСАНО');
  });
});

describe('the seal', () => {
  let sealed: Buffer;
  beforeAll(async () => {
    sealed = await sealPdf(await contractPdf(document(referenceTerms(), 'en')), key, at);
  });

  it('holds under the published certificate, and under no other', async () => {
    expect(await checkSealedPdf(sealed, [key.certificate])).toEqual([]);
    const other = await newKey();
    expect(await checkSealedPdf(sealed, [other.certificate, key.certificate])).toEqual([]);
    expect((await checkSealedPdf(sealed, [other.certificate])).map(({ code }) => code)).toEqual(['pdf-changed']);
    expect((await checkSealedPdf(sealed, [])).map(({ code }) => code)).toEqual(['pdf-changed']);
  });

  it('tells its time in the file only: as an attribute PAdES baseline forbids it', () => {
    const signingTime = '06092a864886f70d010905';
    expect(sealed.toString('latin1')).not.toContain(signingTime);
    expect(sealed.toString('latin1')).toContain('/M (D:20251210090000Z)');
  });

  it('is missed where there is none', async () => {
    const bare = await contractPdf(document(referenceTerms(), 'en'));
    expect((await checkSealedPdf(bare, [key.certificate])).map(({ code }) => code)).toEqual(['pdf-not-sealed']);
    const longer = Buffer.concat([sealed, Buffer.from('\n')]);
    expect((await checkSealedPdf(longer, [key.certificate])).map(({ code }) => code)).toEqual(['pdf-seal-incomplete']);
  });

  it('has one value: the other one that the mathematics of ECDSA allows is none', async () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const hole = sealed.indexOf('/Contents <') + 11;
    const hex = sealed.toString('latin1', hole, sealed.indexOf('>', hole));
    // The value is the last of the signature: SEQUENCE of r and s.
    const [value = '', r = '', s = ''] =
      /30[0-9a-f]{2}02(?:20|21)((?:00)?[0-9a-f]{64})02(?:20|21)((?:00)?[0-9a-f]{64})(?=0*$)/.exec(hex) ?? [];
    const positive = (number: bigint): string => {
      const digits = number.toString(16).padStart(64, '0');
      return /^[89a-f]/.test(digits) ? `022100${digits}` : `0220${digits}`;
    };
    const both = positive(BigInt(`0x${r}`)) + positive(order - BigInt(`0x${s}`));
    const twin = `30${(both.length / 2).toString(16)}${both}`;
    // One byte longer, in every length around it.
    const grown = twin.length / 2 - value.length / 2;
    let other = hex.replace(value, twin);
    for (const at of lengthsAround(hex, hex.indexOf(value))) {
      const width = at.bytes * 2;
      const length = parseInt(other.slice(at.place, at.place + width), 16) + grown;
      other = other.slice(0, at.place) + length.toString(16).padStart(width, '0') + other.slice(at.place + width);
    }
    const bytes = Buffer.from(sealed);
    bytes.write(other.slice(0, hex.length), hole, 'latin1');
    expect(bytes.equals(sealed)).toBe(false);
    expect(await checkSealedPdf(bytes, [key.certificate])).not.toEqual([]);
  });

  it('notices every changed byte: anywhere, and at each place of the signature itself', async () => {
    const hole = sealed.indexOf('/Contents <') + 10;
    const inHole = Array.from({ length: 100 }, (_, place) => hole + 15 * place);
    const anywhere = Array.from({ length: 50 }, (_, place) => Math.floor((place * sealed.length) / 50));
    const end = sealed.indexOf('>', hole);
    const edges = [hole - 1, hole + 1, end - 1, end, end + 1, sealed.length - 1];
    for (const position of [...inHole, ...edges, ...anywhere]) {
      const bytes = Buffer.from(sealed);
      bytes[position]! ^= position % 4 < 2 ? 0x20 : 0x01;
      const faults = await checkSealedPdf(bytes, [key.certificate]);
      if (faults.length === 0) throw new Error(`a change at ${position} went unnoticed`);
    }
  });
});

/** Where the lengths of the values stand that hold a place of this DER, as places among its hex digits. */
function lengthsAround(hex: string, place: number): { place: number; bytes: number }[] {
  const found: { place: number; bytes: number }[] = [];
  const visit = (from: number, until: number): void => {
    for (let at = from; at < until;) {
      const first = parseInt(hex.slice(at + 2, at + 4), 16);
      const bytes = first < 0x80 ? 1 : first - 0x80;
      const lengthAt = first < 0x80 ? at + 2 : at + 4;
      const start = lengthAt + bytes * 2;
      const end = start + parseInt(hex.slice(lengthAt, start), 16) * 2;
      if (at < place && place < end) {
        found.push({ place: lengthAt, bytes });
        // The octets that hold the value are no SEQUENCE themselves.
        if (parseInt(hex.slice(at, at + 2), 16) & 0x20) visit(start, end);
      }
      at = end;
    }
  };
  visit(0, hex.length);
  return found;
}
