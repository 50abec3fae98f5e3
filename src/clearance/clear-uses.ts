import { Injectable } from '@nestjs/common';
import { findOwners } from '../catalogue';
import type { RefusalReason } from '../kernel';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database/database';
import type { ClearanceAnswer } from './answers';
import type { FastIndex } from './fast-index';
import { Licences } from './licences';
import { isrcsOfOwnIds } from './own-ids/own-ids.repository';
import { type ClearanceBody, numbered, type NumberedQuestion, type OwnIds } from './questions';
import { type IssuedReceipts, Receipts } from './receipts/receipts';
import { Sightings } from './sightings/sightings';
import { WhereOffered } from './where-offered';

export interface Cleared {
  readonly answers: readonly ClearanceAnswer[];
  readonly receipts?: IssuedReceipts;
}

/** Answers questions of one platform from this process's memory; the database is asked only which label has a recording that nothing licenses. */
@Injectable()
export class ClearUses {
  constructor(
    private readonly clock: Clock,
    private readonly licences: Licences,
    private readonly database: Database,
    private readonly receipts: Receipts,
    private readonly sightings: Sightings,
    private readonly whereOffered: WhereOffered,
  ) {}

  /** Refuses with request-invalid when an instant does not exist or a recording is not named in one way, and with clearance-feed-lost. */
  async execute(platformId: string, body: ClearanceBody): Promise<Cleared> {
    const { questions, detail = false, receipts = false, countSightings = false } = body;
    const now = this.clock.now();
    const asked = numbered(questions, await this.ownIds(platformId, questions), now);
    const answers = await this.withOffers(platformId, asked, await this.answers(platformId, asked, detail), detail);
    if (countSightings) this.sightings.count(platformId, asked, answers);
    if (!receipts) return { answers };
    const told = questions.map((question, place) => ({
      ...question,
      isrc: asked[place]!.isrc ?? question.isrc,
      at: new Date(asked[place]!.instant).toISOString(),
    }));
    return { answers, receipts: await this.receipts.issue(platformId, told, answers, now) };
  }

  /** In detail a no tells which listings would help. */
  private async withOffers(
    platformId: string,
    asked: readonly NumberedQuestion[],
    answers: readonly ClearanceAnswer[],
    detail: boolean,
  ): Promise<readonly ClearanceAnswer[]> {
    if (!detail) return answers;
    const refused = asked.flatMap(({ isrc }, place) => (answers[place]!.licensed || isrc === undefined ? [] : [isrc]));
    const offers = refused.length === 0 ? noOffers : await this.whereOffered.ask(platformId, [...new Set(refused)]);
    return answers.map((answer, place) =>
      answer.licensed ? answer : { ...answer, listingIds: offers.get(asked[place]!.isrc ?? '') ?? [] },
    );
  }

  private async ownIds(platformId: string, questions: ClearanceBody['questions']): Promise<OwnIds> {
    const named = questions.flatMap(({ isrc, ownId }) => (isrc === undefined && ownId !== undefined ? [ownId] : []));
    if (named.length === 0) return new Map();
    return this.database.asSystem((tx) => isrcsOfOwnIds(tx, platformId, [...new Set(named)]), 'read');
  }

  private async answers(
    platformId: string,
    questions: readonly NumberedQuestion[],
    detail: boolean,
  ): Promise<ClearanceAnswer[]> {
    const index = await this.licences.of(platformId);
    const decisions = questions.map((question) => (index === undefined ? -1 : decide(index, question)));
    const unlicensed = questions.filter((_, place) => decisions[place] === -1).map(({ isrc }) => isrc);
    const owners = await this.ownersAmongLicensors(platformId, unlicensed);
    return questions.map((question, place) => {
      const decision = decisions[place]!;
      if (index !== undefined && decision >= 0) return licensedAnswer(index, decision, question, detail);
      if (index === undefined || decision === -1) {
        return withoutGrant(owners.get(question.isrc ?? ''), detail);
      }
      const reason = index.reason(decision);
      return detail ? { licensed: false, reason, labelIds: closest(index, decision, question) } : refused(reason);
    });
  }

  /**
   * Which labels have the recordings that nothing licenses, among those that the platform has an agreement with. Of other labels'
   * catalogues a platform learns nothing here: their recordings are unknown.
   */
  private async ownersAmongLicensors(
    platformId: string,
    isrcs: readonly (string | undefined)[],
  ): Promise<Map<string, string[]>> {
    const owners = new Map<string, string[]>();
    const asked = [...new Set(isrcs.filter((isrc) => isrc !== undefined))];
    const licensors = this.licences.licensorsOf(platformId);
    if (asked.length === 0 || licensors.length === 0) return owners;
    for (const { isrc, ownerId } of await this.database.asSystem((tx) => findOwners(tx, licensors, asked), 'read')) {
      owners.set(isrc, [...(owners.get(isrc) ?? []), ownerId]);
    }
    return owners;
  }
}

const noOffers: ReadonlyMap<string, readonly string[]> = new Map();
const refusals = new Map<RefusalReason, ClearanceAnswer>();

/** One object for all answers with the same reason. */
function refused(reason: RefusalReason): ClearanceAnswer {
  const known = refusals.get(reason) ?? Object.freeze({ licensed: false as const, reason });
  refusals.set(reason, known);
  return known;
}

function withoutGrant(owners: readonly string[] | undefined, detail: boolean): ClearanceAnswer {
  const reason = owners === undefined ? 'unknown-recording' : 'no-agreement';
  return detail ? { licensed: false, reason, labelIds: owners ?? [] } : refused(reason);
}

const decide = (index: FastIndex, { isrc, serviceId, territory, use, model, instant }: NumberedQuestion): number =>
  isrc === undefined ? -1 : index.decideIsrc(isrc, index.serviceNumber(serviceId), territory, use, model, instant);

const closest = (index: FastIndex, refusal: number, { isrc, serviceId, ...question }: NumberedQuestion): string[] =>
  isrc === undefined
    ? []
    : index.labelsClosest(isrc, refusal, { ...question, service: index.serviceNumber(serviceId) });

function licensedAnswer(
  index: FastIndex,
  decision: number,
  { instant }: NumberedQuestion,
  detail: boolean,
): ClearanceAnswer {
  const { agreementId, clause, until, rightsScope, version } = index.name(decision);
  const answer = { licensed: true, agreementId, clause, until, rightsScope } as const;
  return detail
    ? { ...answer, trueUntil: new Date(index.trueUntil(decision, instant)).toISOString(), version }
    : answer;
}
