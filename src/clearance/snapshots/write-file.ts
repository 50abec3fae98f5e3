import { webcrypto } from 'node:crypto';
import type { SnapshotHeader } from '../../../client/snapshot-file';
import { COMMERCIAL_MODELS, REFUSAL_REASONS, territoryCodes, USE_TYPES } from '../../kernel';
import type { Keyring } from '../../platform/keyring/keyring';
import { isrcText } from '../fast-index';
import { ByteWriter } from './byte-writer';
import { type ListedRecordings, SEVEN_DIGITS, type SnapshotContent } from './content';

type CryptoKey = webcrypto.CryptoKey;

/** Everything of a file but who speaks and when: what two snapshots of the same licences have in common. */
export function tablesOf({ clauses, lists, recordings, firstList }: SnapshotContent & { firstList: number }): Buffer {
  const writer = new ByteWriter();
  for (const codes of [territoryCodes(), USE_TYPES, COMMERCIAL_MODELS, REFUSAL_REASONS]) {
    writer.list(codes, (code) => writer.text(code));
  }
  const agreements = [...new Set(clauses.map(({ agreementId }) => agreementId))];
  const places = new Map(agreements.map((id, place) => [id, place]));
  writer.list(agreements, (id) => writer.uuid(id));
  writer.list(clauses, ({ agreementId, version, clause, musicalWork, from, until, untilDay, scope, pauses }) => {
    writer.varint(places.get(agreementId)!);
    writer.varint(version);
    writer.text(clause);
    writer.byte(musicalWork === 'platform-clears' ? 0 : 1);
    writer.float64(from);
    writer.float64(until);
    writer.ascii(untilDay);
    for (const word of scope) writer.uint32(word);
    writer.list(pauses, (pause) => {
      writer.float64(pause.from);
      writer.float64(pause.until);
      writer.byte(pause.reason);
    });
  });
  writer.varint(firstList);
  writer.list(lists, (list) => writer.list(list, (clause) => writer.varint(clause)));
  writeRecordings(writer, recordings);
  return writer.bytes;
}

/** Grouped by their five leading characters, in a group by number, each as the distance to the one before it. */
function writeRecordings(writer: ByteWriter, recordings: ListedRecordings): void {
  writer.varint(recordings.size);
  const groups = Map.groupBy(recordings.keys(), (key) => Math.floor(key / SEVEN_DIGITS));
  writer.varint(groups.size);
  for (const [prefix, keys] of groups) {
    writer.ascii(isrcText(prefix, 0).slice(0, 5));
    writer.varint(keys.length);
    let before = -1;
    for (const key of keys) {
      const number = key % SEVEN_DIGITS;
      writer.varint(number - before - 1);
      writer.varint(recordings.get(key)!);
      before = number;
    }
  }
}

/** Everything of a file that comes before its signature. */
export function fileBefore(kid: string, header: SnapshotHeader, tables: Buffer): Buffer {
  const writer = new ByteWriter();
  writer.ascii('ACCSNAP1');
  writer.text(kid);
  writer.byte(header.kind === 'whole' ? 0 : 1);
  writer.uuid(header.serviceId);
  writer.uint32(header.number);
  writer.uint32(header.base);
  writer.float64(header.madeAt);
  writer.raw(tables);
  return writer.bytes;
}

/** The whole file, signed with the clearance key: docs/clearance-snapshot.md says byte by byte what is in it. */
export async function signedFile(keyring: Keyring, header: SnapshotHeader, tables: Buffer): Promise<Buffer> {
  const { id, key } = await keyring.signingKey('clearance');
  const unsigned = fileBefore(id, header, tables);
  const signature = await webcrypto.subtle.sign('Ed25519', key as CryptoKey, unsigned);
  return Buffer.concat([unsigned, new Uint8Array(signature)]);
}
