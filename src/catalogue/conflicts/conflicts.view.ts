import { ApiProperty } from '@nestjs/swagger';
import { type Overclaimed, shareText, territoryCode, undisputedShare } from '../../kernel';
import { conflictStates, type ConflictFact, factKinds, type RightsConflict } from './conflicts.repository';
import type { HeldMoney } from './held-for-conflicts';

export class StatedClaimView {
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ example: '0.6', description: 'what it states' }) readonly share!: string;
  @ApiProperty({
    example: '0.5',
    description: 'what of that nobody else states too, or what an earlier conflict between all of them has left it',
  })
  readonly undisputed!: string;
}

export class ConflictPieceView {
  @ApiProperty({ type: String, isArray: true, example: ['KZ', 'UZ'] }) readonly territories!: readonly string[];
  @ApiProperty({ format: 'date' }) readonly from!: string;
  @ApiProperty({ type: String, format: 'date', nullable: true, description: 'not included; null: without end' })
  readonly until!: string | null;
  @ApiProperty({ example: '1.1', description: 'what is stated there together' }) readonly sum!: string;
  @ApiProperty({ type: StatedClaimView, isArray: true }) readonly claims!: readonly StatedClaimView[];
}

export class PartyView {
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty() readonly name!: string;
}

export class ConflictView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ example: 'ZZAC02600001' }) readonly isrc!: string;
  @ApiProperty({ enum: conflictStates }) readonly state!: string;
  @ApiProperty({ type: PartyView, isArray: true }) readonly parties!: readonly PartyView[];
  @ApiProperty({
    type: ConflictPieceView,
    isArray: true,
    description: 'where and when more than the whole is stated; of one that has ended as it stood last',
  })
  readonly pieces!: readonly ConflictPieceView[];
  @ApiProperty({ format: 'date-time' }) readonly foundAt!: string;
  @ApiProperty({ format: 'date', description: 'the last day for an answer of each party' }) readonly answerBy!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly endedAt!: string | null;
}

export class NamedShareView {
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ example: '0.5' }) readonly share!: string;
}

export class AttachedFileView {
  @ApiProperty() readonly fileName!: string;
  @ApiProperty() readonly mediaType!: string;
  @ApiProperty({ type: 'integer' }) readonly bytes!: number;
  @ApiProperty() readonly sha256!: string;
}

export class ConflictFactView {
  @ApiProperty({ type: 'integer', description: 'within the conflict' }) readonly number!: number;
  @ApiProperty({ enum: factKinds }) readonly kind!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'null: it came about by itself' })
  readonly organizationId!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
  @ApiProperty({ type: String, nullable: true }) readonly note!: string | null;
  @ApiProperty({ type: NamedShareView, isArray: true, nullable: true, description: 'proposed, agreed or decided' })
  readonly shares!: readonly NamedShareView[] | null;
  @ApiProperty({ type: AttachedFileView, nullable: true }) readonly file!: AttachedFileView | null;
  @ApiProperty({ type: Number, nullable: true, description: 'of an acceptance' }) readonly proposal!: number | null;
}

export class HeldView {
  @ApiProperty({ format: 'uuid' }) readonly agreementId!: string;
  @ApiProperty({ example: '2026-01', description: 'the first of its reporting period' }) readonly month!: string;
  @ApiProperty({ example: '100.00', description: 'what its close held' }) readonly held!: string;
  @ApiProperty({ example: '0.00', description: 'what of that is due again' }) readonly released!: string;
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
}

export class ConflictDetailView extends ConflictView {
  @ApiProperty({
    type: ConflictFactView,
    isArray: true,
    description: 'what was said, in order: the last thousand facts',
  })
  readonly facts!: readonly ConflictFactView[];
  @ApiProperty({ type: HeldView, isArray: true, description: 'what waits for it of your own agreements' })
  readonly held!: readonly HeldView[];
}

const pieceView = (piece: Overclaimed): ConflictPieceView => ({
  territories: piece.territories.map(territoryCode),
  from: piece.from,
  until: piece.until,
  sum: shareText(piece.claims.reduce((sum, { share }) => sum + share, 0)),
  claims: piece.claims.map(({ labelId, share }) => ({
    labelId,
    share: shareText(share),
    undisputed: shareText(Math.min(share, undisputedShare(piece, labelId))),
  })),
});

export const conflictView = (
  { id, isrc, state, parties, pieces, foundAt, answerBy, endedAt }: RightsConflict,
  names: ReadonlyMap<string, string>,
): ConflictView => ({
  ...{ id, isrc, state, answerBy },
  parties: parties.map((labelId) => ({ labelId, name: names.get(labelId) ?? '' })),
  pieces: pieces.map(pieceView),
  foundAt: foundAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
});

const factView = ({ number, kind, organizationId, said, at }: ConflictFact): ConflictFactView => ({
  ...{ number, kind, organizationId, at: at.toISOString() },
  note: said.note ?? null,
  shares: said.shares ?? null,
  file: said.file ?? null,
  proposal: said.proposal ?? null,
});

export const conflictDetailView = (
  conflict: RightsConflict,
  {
    names,
    facts,
    held,
  }: {
    readonly names: ReadonlyMap<string, string>;
    readonly facts: readonly ConflictFact[];
    readonly held: readonly HeldMoney[];
  },
): ConflictDetailView => ({ ...conflictView(conflict, names), facts: facts.map(factView), held });
