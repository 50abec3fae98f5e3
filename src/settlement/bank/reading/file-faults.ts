import type { XmlElement } from '../../../ddex';
import type { Fault } from '../../../kernel';
import { DomainError } from '../../../platform/errors/domain-error';

const kept = 100;

/** What is wrong with a file: as many as anybody reads. */
export class FileFaults {
  private readonly faults: Fault[] = [];

  add(element: XmlElement, code: string, message: string): void {
    if (this.faults.length < kept) this.faults.push({ pointer: element.path, code, message });
  }

  /** Throws bank-file-unreadable where there are any. */
  refuse(): void {
    if (this.faults.length > 0) throw new DomainError('bank-file-unreadable', undefined, this.faults);
  }
}
