import { isrcMax, ownIdMax, questionsAtOnce } from './questions';

const questionFields = new Set(['serviceId', 'isrc', 'ownId', 'territory', 'useType', 'commercialModel', 'at']);
const optionFields = new Set(['detail', 'receipts', 'countSightings']);
const plainId = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const plainText = /^[\x20-\x7e]+$/;
const plainInstant = /^(19|2\d)\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** What the short way takes. */
export interface PlainBody {
  readonly questions: PlainQuestion[];
  readonly detail?: boolean;
  readonly receipts?: boolean;
  readonly countSightings?: boolean;
}

export interface PlainQuestion {
  readonly serviceId: string;
  readonly isrc?: string;
  readonly ownId?: string;
  readonly territory: string;
  readonly useType: string;
  readonly commercialModel: string;
  readonly at?: string;
}

/** The body, where all of it is beyond doubt what the route's description asks for. */
export function plainBody(body: unknown): PlainBody | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { questions, ...options } = body as Record<string, unknown>;
  for (const name in options) if (!optionFields.has(name) || typeof options[name] !== 'boolean') return undefined;
  if (!Array.isArray(questions) || questions.length === 0 || questions.length > questionsAtOnce) return undefined;
  return questions.every(isPlain) ? (body as PlainBody) : undefined;
}

/** A question that is beyond doubt what the route's description asks for. */
function isPlain(question: unknown): question is PlainQuestion {
  if (typeof question !== 'object' || question === null) return false;
  for (const name in question) if (!questionFields.has(name)) return false;
  const { serviceId, isrc, ownId, territory, useType, commercialModel, at } = question as Record<string, unknown>;
  return (
    typeof serviceId === 'string' &&
    plainId.test(serviceId) &&
    namesRecording(isrc, ownId) &&
    isText(territory, 20) &&
    isText(useType, 60) &&
    isText(commercialModel, 60) &&
    (at === undefined || (typeof at === 'string' && plainInstant.test(at)))
  );
}

const namesRecording = (isrc: unknown, ownId: unknown): boolean =>
  ownId === undefined ? isText(isrc, isrcMax) : isrc === undefined && isText(ownId, ownIdMax);

const isText = (value: unknown, longest: number): boolean =>
  typeof value === 'string' && value.length <= longest && plainText.test(value);
