import { presentable } from '../../kernel';
import { type ProblemCode, problemWeights, type Severity } from './problem-codes';
import { type XmlElement } from './xml/element';
import { XML_LIMITS } from './xml/limits';
import { XmlRefused } from './xml/refused';

export { type ProblemCode, problemWeights, type Severity } from './problem-codes';

export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly fatal: boolean;
  /** An XPath without prefixes, such as /NewReleaseMessage/ResourceList[1]/SoundRecording[3]; '' for the file. */
  readonly path: string;
  readonly message: string;
}

const PATH_MAX = 1000;

/** Counts the problems of a message and passes each on. Throws XmlRefused when there are too many: reading stops. */
export class Problems {
  private readonly counts = new Map<ProblemCode, number>();
  private total = 0;

  constructor(private readonly onProblem: (problem: Problem) => void) {}

  /** At an element, or at one of its attributes. */
  at(element: XmlElement, code: ProblemCode, message: string, attribute?: string): void {
    this.add(code, attribute === undefined ? element.path : `${element.path}/@${attribute}`, message);
  }

  add(code: ProblemCode, path: string, message: string): void {
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
    const { severity, fatal = false }: { severity: Severity; fatal?: boolean } = problemWeights[code];
    this.total += 1;
    if (this.total > XML_LIMITS.problems && !fatal) {
      throw new XmlRefused('too-many-problems', `more than ${XML_LIMITS.problems} problems were found`);
    }
    this.onProblem({ code, severity, fatal, path: presentable(path, PATH_MAX), message });
  }

  count(severity: Severity): number {
    let sum = 0;
    for (const [code, count] of this.counts) if (problemWeights[code].severity === severity) sum += count;
    return sum;
  }

  get byCode(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts);
  }
}

/** What was found, as it may be told: short, without control characters, in quotes. */
export const quoted = (text: string): string => JSON.stringify(presentable(text, 80));
