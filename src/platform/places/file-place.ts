/** A file that somebody else has put down. */
export interface PlacedFile {
  readonly name: string;
  readonly bytes: number;
  /** Another one whenever the file is another one. */
  readonly version: string;
  /** False for what is in its place and is no file: a link, a folder, a pipe. */
  readonly isFile: boolean;
}

/** What is to be written: a file of ours that is complete. */
export interface FileToWrite {
  readonly path: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** The file is not, or no longer, the one that was listed. Whoever lists again sees what it is now. */
export class PlacedFileChanged extends Error {
  constructor(name: string) {
    super(`${name} changed while it was read`);
    this.name = 'PlacedFileChanged';
  }
}

/** The file is there, and is kept from us. */
export class PlacedFileForbidden extends Error {
  constructor(name: string) {
    super(`${name} may not be read`);
    this.name = 'PlacedFileForbidden';
  }
}

/**
 * Where others put files down for us and find ours. Each of them has a box, called by an id of ours, with what comes in (`in`) and what goes out (`out`). What comes in
 * is never changed or removed here: there is no way to do that which could not meet a file that its sender has just written anew.
 */
export abstract class FilePlace {
  /** Where a box is, for whoever uses it. */
  abstract address(box: string): string;
  /** Makes the box, if it takes more than a name. */
  abstract prepare(box: string): Promise<void>;
  /** What is there, in no order that means anything. */
  abstract incoming(box: string): AsyncIterable<PlacedFile>;
  /** Stops by PlacedFileChanged or PlacedFileForbidden. */
  abstract read(box: string, file: PlacedFile): AsyncIterable<Buffer>;
  /** Puts a file out, whole or not at all; one of the same name is replaced. */
  abstract write(box: string, name: string, file: FileToWrite): Promise<void>;
}

/** The place of this installation, where it has one. */
export class Places {
  constructor(readonly place: FilePlace | undefined) {}
}
