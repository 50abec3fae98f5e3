import { type Fault, readIsrc, readTerms, type Terms } from '../kernel';
import { getOrganization, getServices } from '../parties';
import type { Actor } from '../platform/auth/actor';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { uncontrolledTracks } from './control';
import { notOperable } from './pool-check';

/** Between whom the terms are to stand. */
export interface NegotiatingParties {
  readonly labelId: string;
  readonly platformId: string;
}

/**
 * Reads the `terms` of a request body and checks what they say about the world. Refuses with terms-invalid,
 * terms-not-operable, terms-parties-differ or, when the label proposes, track-not-controlled; pointers are into the body as it was sent.
 */
export async function readProposedTerms(
  tx: Tx,
  parties: NegotiatingParties,
  proposedBy: string,
  json: unknown,
): Promise<Terms> {
  const reading = readTerms(json);
  if ('faults' in reading) throw new DomainError('terms-invalid', undefined, reading.faults.map(inBody));
  const { terms } = reading;
  const cannotRun = await notOperable(tx, terms);
  if (cannotRun.length > 0) throw new DomainError('terms-not-operable', undefined, cannotRun.map(inBody));
  const strangers = await strangersIn(tx, parties, terms);
  if (strangers.length > 0) throw new DomainError('terms-parties-differ', undefined, strangers.map(inBody));
  // A platform could read any label's catalogue and rights from these faults, one guess at a time and unseen by the label.
  if (proposedBy !== parties.labelId) return terms;
  const uncontrolled = await uncontrolledTracks(tx, terms);
  if (uncontrolled.length > 0) {
    throw new DomainError('track-not-controlled', undefined, asSent(uncontrolled, terms, json).map(inBody));
  }
  return terms;
}

/** The parties of a deal with this counterparty. Refuses with not-found when there is no verified one of the other kind. */
export async function partiesOf(tx: Tx, actor: Actor, counterpartyId: string): Promise<NegotiatingParties> {
  const wanted = actor.organizationKind === 'label' ? 'platform' : 'label';
  const counterparty = await getOrganization(tx, counterpartyId);
  if (counterparty.kind !== wanted || counterparty.state !== 'verified') {
    throw new DomainError('not-found', `there is no verified ${wanted} with this id`);
  }
  const own = actor.organizationId;
  return wanted === 'platform'
    ? { labelId: own, platformId: counterparty.id }
    : { labelId: counterparty.id, platformId: own };
}

export const inBody = (fault: Fault): Fault => ({ ...fault, pointer: `/terms${fault.pointer}` });

/** Every party or service of the terms that is not of this deal. */
async function strangersIn(tx: Tx, { labelId, platformId }: NegotiatingParties, terms: Terms): Promise<Fault[]> {
  const { label, platform } = terms.parties;
  const faults: Fault[] = [];
  if (label.id !== labelId) faults.push(partyFault('label', labelId));
  if (platform.id !== platformId) faults.push(partyFault('platform', platformId));
  const known = new Set((await getServices(tx, platformId)).map((service) => service.id));
  const unknown = terms.services.filter((service) => !known.has(service.id));
  for (const { id, name } of unknown) {
    const message = `${name} (${id}) is not a service of this platform`;
    faults.push({ pointer: '/services', code: 'service-differs', message });
  }
  return faults;
}

const partyFault = (party: 'label' | 'platform', id: string): Fault => ({
  pointer: `/parties/${party}/id`,
  code: 'party-differs',
  message: `the ${party} of this deal is ${id}`,
});

/** The canonical list of recordings is sorted; the sender knows its own order. */
function asSent(faults: readonly Fault[], terms: Terms, json: unknown): Fault[] {
  const sent = (json as { repertoire: { isrcs: readonly string[] } }).repertoire.isrcs;
  const places = new Map<string, number>();
  sent.forEach((written, place) => {
    const reading = readIsrc(written);
    if ('isrc' in reading) places.set(reading.isrc, place);
  });
  return faults.map((fault) => {
    const isrc = terms.repertoire.isrcs[parseInt(fault.pointer.split('/').at(-1) ?? '', 10)];
    const place = isrc === undefined ? undefined : places.get(isrc);
    return place === undefined ? fault : { ...fault, pointer: `/repertoire/isrcs/${place}` };
  });
}
