import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { canonicalText, needsOf, sha256Hex, type Terms } from '../../kernel';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { getRevision, type Revision } from '../revisions.repository';
import type { Basis } from './basis';
import { type Asked, BasisMonths } from './basis-months';
import { runDifferences } from './run-differences';
import { runRevision } from './run-revision';
import type { RevisionRun, SimulationResult } from './simulation-result';
import { keepResult, type SimulationHead } from './simulations.repository';

/** Far above what periods, revisions and clauses of real terms come to. */
const resultCharactersMax = 8_000_000;

/** Works runs out and keeps what they came to: the same for a request that waits for it and for a job. */
@Injectable()
export class WorkOutSimulation {
  constructor(
    private readonly clock: Clock,
    private readonly basisMonths: BasisMonths,
  ) {}

  /** How many sums are rated in all, earlier periods again where a counter of the term runs on. Refuses as BasisMonths does. */
  async workOf(tx: Tx, basis: Basis, asked: Asked): Promise<number> {
    const { sums, months } = await this.basisMonths.size(tx, basis, asked);
    const again = (months + 1) / 2;
    return asked.revisions.reduce((work, terms) => work + sums * (countsOn(terms) ? again : 1), 0);
  }

  async execute(tx: Tx, run: SimulationHead, basis: Basis): Promise<SimulationHead> {
    const revisions: Revision[] = [];
    for (const number of run.revisions) revisions.push(await getRevision(tx, run.negotiationId, number));
    const asked: Asked = { ...run, at: run.requestedAt, revisions: termsOf(revisions) };
    const { months, inputs } = await this.basisMonths.load(tx, basis, asked);
    const runs: RevisionRun[] = [];
    for (const revision of revisions) {
      runs.push(runRevision(revision, months));
      // A large run must not keep everybody else's requests waiting from its first revision to its last.
      await nextTurn();
    }
    const result: SimulationResult = {
      ranAt: this.clock.now().toISOString(),
      inputs,
      revisions: runs,
      differences: runDifferences(runs),
    };
    const text = canonicalText(result);
    if (text.length > resultCharactersMax)
      throw new DomainError('simulation-too-large', 'ask for fewer revisions or months');
    return keepResult(tx, run.id, { result: text, hash: sha256Hex(text) });
  }
}

/** The terms of at least one revision. */
export function termsOf(revisions: readonly Revision[]): Asked['revisions'] {
  const [first, ...others] = revisions.map(({ terms }) => terms);
  if (first === undefined) throw new Error('a simulation has at least one revision');
  return [first, ...others];
}

const countsOn = ({ royalties }: Terms): boolean => royalties.some(({ royalty }) => needsOf(royalty).earlier);
