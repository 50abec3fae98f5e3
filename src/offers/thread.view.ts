import { ApiProperty } from '@nestjs/swagger';
import type { Attachment } from './attachments.repository';
import type { Message } from './messages.repository';
import type { Note } from './notes.repository';
import { RevisionSummary } from './offers.view';

const author = { example: 'member:0a000000-0000-4000-8000-000000000001', description: 'the member or key' } as const;

export class NoteView {
  @ApiProperty({ type: 'integer', description: 'among your notes on the negotiation' }) readonly number!: number;
  @ApiProperty() readonly text!: string;
  @ApiProperty(author) readonly writtenBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly writtenAt!: string;
}

export class MessageView {
  @ApiProperty({ type: 'integer', description: 'in the negotiation' }) readonly number!: number;
  @ApiProperty({ format: 'uuid', description: 'the party that wrote it' }) readonly authorId!: string;
  @ApiProperty() readonly text!: string;
  @ApiProperty(author) readonly writtenBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly writtenAt!: string;
}

export class AttachmentView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ type: 'integer', description: 'in the negotiation' }) readonly number!: number;
  @ApiProperty({ format: 'uuid', description: 'the party that attached it' }) readonly authorId!: string;
  @ApiProperty({ example: 'Annex A.pdf' }) readonly fileName!: string;
  @ApiProperty({ example: 'application/pdf' }) readonly mediaType!: string;
  @ApiProperty({ example: '104857', description: 'a count, as text' }) readonly bytes!: string;
  @ApiProperty({ description: 'of its content' }) readonly sha256!: string;
  @ApiProperty({ type: 'integer', nullable: true, description: 'the message that it goes with' })
  readonly message!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'the revision that it goes with' })
  readonly revision!: number | null;
  @ApiProperty(author) readonly attachedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly attachedAt!: string;
}

export const threadKinds = ['revision', 'message', 'attachment', 'note'] as const;
export type ThreadKind = (typeof threadKinds)[number];

export class ThreadEntryView {
  @ApiProperty({ enum: threadKinds, description: 'names the field that is there' }) readonly kind!: ThreadKind;
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
  @ApiProperty({ type: RevisionSummary, required: false }) readonly revision?: RevisionSummary;
  @ApiProperty({ type: MessageView, required: false }) readonly message?: MessageView;
  @ApiProperty({ type: AttachmentView, required: false }) readonly attachment?: AttachmentView;
  @ApiProperty({ type: NoteView, required: false, description: 'your own only' }) readonly note?: NoteView;
}

export const noteView = ({ number, text, writtenBy, writtenAt }: Note): NoteView => ({
  number,
  text,
  writtenBy,
  writtenAt: writtenAt.toISOString(),
});

export const messageView = ({ number, authorId, text, writtenBy, writtenAt }: Message): MessageView => ({
  number,
  authorId,
  text,
  writtenBy,
  writtenAt: writtenAt.toISOString(),
});

export const attachmentView = (attachment: Attachment): AttachmentView => ({
  id: attachment.id,
  number: attachment.number,
  authorId: attachment.authorId,
  fileName: attachment.fileName,
  mediaType: attachment.mediaType,
  bytes: String(attachment.bytes),
  sha256: attachment.sha256,
  message: attachment.message,
  revision: attachment.revision,
  attachedBy: attachment.attachedBy,
  attachedAt: attachment.attachedAt.toISOString(),
});
