import { Injectable } from '@nestjs/common';
import { findOwners, parentsAmong, type ParentVersion, versionsOfEach } from '../catalogue';
import type { RefusalReason } from '../kernel';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database/database';
import { DomainError } from '../platform/errors/domain-error';
import type { ClearanceAnswer, PlainAnswer } from './answers';
import type { FastIndex } from './fast-index';
import { Licences } from './licences';
import { isrcsOfOwnIds } from './own-ids/own-ids.repository';
import { type ClearanceBody, numbered, type NumberedQuestion, type OwnIds } from './questions';
import { type IssuedReceipts, Receipts } from './receipts/receipts';
import { Sightings } from './sightings/sightings';
import { type Looked, ofSomeVersion, type Told } from './some-version';
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

  /** Refuses with request-invalid when an instant does not exist, a recording is not named in one way or parents have too many versions, and with clearance-feed-lost. */
  async execute(platformId: string, body: ClearanceBody): Promise<Cleared> {
    const { questions, detail = false, receipts = false, countSightings = false } = body;
    const now = this.clock.now();
    const asked = numbered(questions, await this.ownIds(platformId, questions), now);
    const told = await this.withOffers(platformId, await this.answers(platformId, asked, detail), detail);
    const answers = told.map(({ answer }) => answer);
    if (countSightings) this.sightings.count(platformId, asked, answers);
    if (!receipts) return { answers };
    const answered = questions.map((question, place) => ({
      ...question,
      isrc: asked[place]!.isrc ?? question.isrc,
      ...(question.parentIsrc === undefined ? {} : { parentIsrc: asked[place]!.parent ?? question.parentIsrc }),
      at: new Date(asked[place]!.instant).toISOString(),
    }));
    return { answers, receipts: await this.receipts.issue(platformId, answered, answers, now) };
  }

  /** In detail a no tells which listings would help. */
  private async withOffers(platformId: string, told: readonly Told[], detail: boolean): Promise<readonly Told[]> {
    if (!detail) return told;
    const refused = told.flatMap(({ isrc, answer }) => (answer.licensed || isrc === undefined ? [] : [isrc]));
    const offers = refused.length === 0 ? noOffers : await this.whereOffered.ask(platformId, [...new Set(refused)]);
    return told.map(({ isrc, answer }) =>
      answer.licensed ? { isrc, answer } : { isrc, answer: { ...answer, listingIds: offers.get(isrc ?? '') ?? [] } },
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
  ): Promise<readonly Told[]> {
    const index = await this.licences.of(platformId);
    const possible = await this.possible(platformId, questions);
    const looked = await this.looked(platformId, index, { questions: possible.flat(), detail });
    let at = 0;
    return questions.map(({ parent }, place) => {
      const own = looked.slice(at, (at += possible[place]!.length));
      return parent === undefined ? own[0]! : ofSomeVersion(own, detail);
    });
  }

  /** The questions that each may be: of a parent that itself, and what labels that the platform has an agreement with state to be versions of it. */
  private async possible(platformId: string, questions: readonly NumberedQuestion[]): Promise<NumberedQuestion[][]> {
    const parents = [...new Set(questions.flatMap(({ parent }) => parent ?? []))];
    const versions = await this.versionsOf(platformId, parents);
    const count = questions.reduce((sum, { parent }) => sum + (versions.get(parent ?? '')?.length ?? 0), 0);
    if (count > versionsAtOnce) throw new DomainError('request-invalid', undefined, [tooManyVersions]);
    return questions.map((question) => {
      const { parent } = question;
      if (parent === undefined) return [question];
      return [parent, ...(versions.get(parent) ?? [])].map((isrc) => ({ ...question, isrc }));
    });
  }

  private async versionsOf(
    platformId: string,
    parents: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const licensors = this.licences.licensorsOf(platformId);
    if (parents.length === 0 || licensors.length === 0) return noOffers;
    const versions = await this.database.asSystem(
      (tx) => versionsOfEach(tx, licensors, parents, versionsAtOnce),
      'read',
    );
    for (const found of versions.values()) found.sort();
    return versions;
  }

  /** Each question by itself. */
  private async looked(
    platformId: string,
    index: FastIndex | undefined,
    { questions, detail }: { readonly questions: readonly NumberedQuestion[]; readonly detail: boolean },
  ): Promise<Looked[]> {
    const decisions = questions.map((question) => (index === undefined ? -1 : decide(index, question)));
    const unlicensed = questions.filter((_, place) => decisions[place] === -1).map(({ isrc }) => isrc);
    const owners = await this.ownersAmongLicensors(platformId, unlicensed);
    const parents = detail ? await this.namedParents(platformId, index, questions, decisions) : noParents;
    return questions.map((question, place) => {
      const decision = decisions[place]!;
      const { isrc } = question;
      const isNamed = index !== undefined && decision !== -1;
      if (!isNamed) {
        const answer = withoutGrant(owners.get(isrc ?? ''), { detail, parent: parents.get(isrc ?? '') });
        return { isrc, answer, isNamed, trueUntil: 0 };
      }
      if (decision >= 0) {
        const answer = licensedAnswer(index, decision, question, detail);
        // Asked only where it is compared.
        const trueUntil = question.parent === undefined ? 0 : index.trueUntil(decision, question.instant);
        return { isrc, answer, isNamed, trueUntil };
      }
      const reason = index.reason(decision);
      const labelIds = detail ? closest(index, decision, question) : [];
      const answer = detail ? ({ licensed: false, reason, labelIds } as const) : refused(reason);
      return { isrc, answer, isNamed, trueUntil: 0 };
    });
  }

  /** What recordings that nothing licenses are stated to be versions of, where agreements name that. */
  private async namedParents(
    platformId: string,
    index: FastIndex | undefined,
    questions: readonly NumberedQuestion[],
    decisions: readonly number[],
  ): Promise<ReadonlyMap<string, ParentVersion>> {
    const unnamed = questions.flatMap(({ isrc, parent }, place) =>
      decisions[place] === -1 && parent === undefined ? (isrc ?? []) : [],
    );
    if (index === undefined || unnamed.length === 0) return noParents;
    const licensors = this.licences.licensorsOf(platformId);
    const found = await this.database.asSystem((tx) => parentsAmong(tx, licensors, [...new Set(unnamed)]), 'read');
    return new Map([...found].filter(([, { isrc }]) => index.decideIsrc(isrc, 0, 0, 0, 0, 0) !== -1));
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
const noParents: ReadonlyMap<string, ParentVersion> = new Map();
/** Versions that the questions of a request may be about together. */
const versionsAtOnce = 50_000;
const tooManyVersions = {
  pointer: '/questions',
  code: 'versions-too-many',
  message: `the parents asked about have more than ${versionsAtOnce} versions together: ask about fewer at once`,
};
const refusals = new Map<RefusalReason, PlainAnswer>();

/** One object for all answers with the same reason. */
function refused(reason: RefusalReason): PlainAnswer {
  const known = refusals.get(reason) ?? Object.freeze({ licensed: false as const, reason });
  refusals.set(reason, known);
  return known;
}

function withoutGrant(
  owners: readonly string[] | undefined,
  { detail, parent }: { readonly detail: boolean; readonly parent: ParentVersion | undefined },
): PlainAnswer {
  const reason = owners === undefined ? 'unknown-recording' : 'no-agreement';
  if (!detail) return refused(reason);
  return { licensed: false, reason, labelIds: owners ?? [], ...(parent === undefined ? {} : { versionOf: parent }) };
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
): PlainAnswer {
  const { agreementId, clause, until, rightsScope, version } = index.name(decision);
  const answer = { licensed: true, agreementId, clause, until, rightsScope } as const;
  return detail
    ? { ...answer, trueUntil: new Date(index.trueUntil(decision, instant)).toISOString(), version }
    : answer;
}
