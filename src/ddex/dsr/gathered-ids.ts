import { insert } from './seen-ids';

const bucketBits = 8;

/**
 * Ids of which the hashes were made elsewhere, by `hashId`: whether one of them repeats is asked once, when all are there. A table of millions lies outside of every
 * cache, and each look into it waits for memory; ids that are sorted into buckets as they come are looked through a bucket at a time, in a
 * table that does not. 8 to 16 bytes an id.
 */
export class GatheredIds {
  private readonly buckets = Array.from({ length: 1 << bucketBits }, () => new Uint32Array(0));
  private readonly ends = new Uint32Array(1 << bucketBits);

  /** Two words each. */
  add(hashes: Uint32Array): void {
    const { buckets, ends } = this;
    for (let at = 0; at < hashes.length; at += 2) {
      const high = hashes[at]!;
      const number = high >>> (32 - bucketBits);
      const end = ends[number]!;
      let bucket = buckets[number]!;
      if (end === bucket.length) bucket = this.grown(number, Math.max(64, 2 * end));
      bucket[end] = high;
      bucket[end + 1] = hashes[at + 1]!;
      ends[number] = end + 2;
    }
  }

  /** So many ids are to come: making room once is cheaper than growing to it. */
  expect(ids: number): void {
    // Ids fall evenly into buckets, and not quite.
    const words = 2 * Math.ceil((ids / this.buckets.length) * 1.05);
    this.buckets.forEach((bucket, number) => bucket.length < words && this.grown(number, words));
  }

  /** Whether any two of them are the same. */
  repeat(): boolean {
    let table = new Uint32Array(0);
    return this.buckets.some((bucket, number) => {
      const end = this.ends[number]!;
      const size = 2 ** Math.ceil(Math.log2(Math.max(16, 2 * end)));
      if (size > table.length) table = new Uint32Array(size);
      const slots = table.subarray(0, size).fill(0);
      for (let at = 0; at < end; at += 2) if (!insert(slots, bucket[at]!, bucket[at + 1]!)) return true;
      return false;
    });
  }

  private grown(number: number, words: number): Uint32Array<ArrayBuffer> {
    const larger = new Uint32Array(words);
    larger.set(this.buckets[number]!.subarray(0, this.ends[number]));
    this.buckets[number] = larger;
    return larger;
  }
}
