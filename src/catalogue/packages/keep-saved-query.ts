import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { refuseUnlessCurrent } from '../../platform/http/etag';
import { ObjectField, TextField, TextsField } from '../../platform/http/fields';
import { ownRecordings } from '../isrc-list';
import { queryFaults, RecordingQuery } from '../search/search-query';
import { nameFaults, tidyName } from './package-name';
import {
  countSavedQueries,
  getSavedQueryForUpdate,
  insertSavedQuery,
  replaceSavedQuery,
  type SavedQuery,
  type SavedQueryContent,
  wipeSavedQuery,
} from './saved-queries.repository';
import { tracksMax } from './tracks-now';

const savedQueriesMax = 1000;

export class SavedQueryBody {
  @TextField({ example: 'Jazz', description: 'also of the packages that are published from it' })
  readonly name!: string;

  @ObjectField(() => RecordingQuery, {
    description:
      'as the search takes it; all of it has to hold, and where nothing is asked the whole catalogue is meant',
  })
  readonly query!: RecordingQuery;

  @TextsField({
    min: 0,
    max: tracksMax,
    optional: true,
    description: 'recordings of the catalogue that it never takes',
  })
  readonly exceptIsrcs?: string[];
}

/** A saved query and the version of it that was read. */
export interface SavedQueryRead {
  readonly id: string;
  readonly ifMatch: string | undefined;
}

/** Saved queries are a label's own: each change is recorded for it, and is news to nobody, since nothing is published by it. */
@Injectable()
export class KeepSavedQuery {
  constructor(private readonly clock: Clock) {}

  /** Refuses with request-invalid, recording-unknown, limit-reached, or saved-query-name-taken. */
  async save(tx: Tx, actor: Actor, body: SavedQueryBody): Promise<SavedQuery> {
    const content = await this.contentOf(tx, actor, body);
    if ((await countSavedQueries(tx, actor.organizationId)) >= savedQueriesMax) {
      throw new DomainError('limit-reached', `a label has at most ${savedQueriesMax} saved queries`);
    }
    const saved = await insertSavedQuery(tx, actor.organizationId, content);
    await audit(tx, actor, { action: 'saved-query.made', subjectId: saved.id, at: content.savedAt });
    return saved;
  }

  /** Replaces the whole of it. Refuses as save does, with not-found, and as refuseUnlessCurrent does. */
  async replace(tx: Tx, actor: Actor, { id, ifMatch }: SavedQueryRead, body: SavedQueryBody): Promise<SavedQuery> {
    const before = await getSavedQueryForUpdate(tx, id);
    refuseUnlessCurrent(ifMatch, before.version);
    const content = await this.contentOf(tx, actor, body);
    const saved = await replaceSavedQuery(tx, id, content);
    const details = { version: saved.version };
    await audit(tx, actor, { action: 'saved-query.replaced', subjectId: id, details, at: content.savedAt });
    return saved;
  }

  /** Refuses with not-found, and as refuseUnlessCurrent does. */
  async discard(tx: Tx, actor: Actor, { id, ifMatch }: SavedQueryRead): Promise<void> {
    const before = await getSavedQueryForUpdate(tx, id);
    refuseUnlessCurrent(ifMatch, before.version);
    const at = this.clock.now();
    await audit(tx, actor, { action: 'saved-query.deleted', subjectId: id, at });
    await wipeSavedQuery(tx, id, at);
  }

  private async contentOf(
    tx: Tx,
    actor: Actor,
    { name, query, exceptIsrcs = [] }: SavedQueryBody,
  ): Promise<SavedQueryContent> {
    const faults = [...nameFaults(name), ...queryFaults(query, '/query')];
    const pointerOf = (index: number): string => `/exceptIsrcs/${index}`;
    const except = await ownRecordings(tx, actor.organizationId, exceptIsrcs, pointerOf, faults);
    return {
      name: tidyName(name),
      query,
      exceptIsrcs: except.map(({ isrc }) => isrc),
      savedBy: actorName(actor),
      savedAt: this.clock.now(),
    };
  }
}
