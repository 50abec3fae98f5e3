import { FilePlace, type FileToWrite, type PlacedFile, PlacedFileChanged } from './file-place';
import { S3Client, S3ObjectChanged, type S3Settings } from './s3-client';

/** Keys may hold such characters; names of files do not, and no database takes all of them. */
const control = /\p{Cc}/u;

/** Files below a prefix of a bucket of S3, or of what speaks like it. Objects there are whole when they are there; their ETags are their versions. */
export class S3Place extends FilePlace {
  private readonly client: S3Client;

  /** `prefix` has no slash at its ends; it may be empty. */
  constructor(
    settings: S3Settings,
    private readonly bucket: string,
    private readonly prefix: string,
  ) {
    super();
    this.client = new S3Client(settings, bucket);
  }

  address(box: string): string {
    return `s3://${this.bucket}/${this.key(box, 'in', '')}`;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  async *incoming(box: string): AsyncGenerator<PlacedFile> {
    const prefix = this.key(box, 'in', '');
    for await (const { key, bytes, etag } of this.client.list(prefix)) {
      const name = key.slice(prefix.length);
      if (name !== '' && !control.test(name)) yield { name, bytes, version: etag, isFile: true };
    }
  }

  async *read(box: string, { name, bytes, version: etag }: PlacedFile): AsyncGenerator<Buffer> {
    try {
      yield* this.client.read({ key: this.key(box, 'in', name), bytes, etag });
    } catch (error) {
      throw error instanceof S3ObjectChanged ? new PlacedFileChanged(name) : error;
    }
  }

  write(box: string, name: string, file: FileToWrite): Promise<void> {
    return this.client.write(this.key(box, 'out', name), file);
  }

  private key(box: string, folder: 'in' | 'out', name: string): string {
    return `${this.prefix === '' ? '' : `${this.prefix}/`}${box}/${folder}/${name}`;
  }
}
