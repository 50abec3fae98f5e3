import { LISTS } from './limits';
import { type Breakage, type Recoupment } from './money-clauses';
import { member, readFields, readList, readOptional, readUuid, readWord, sortedSet, type Place } from './reading';

/** How what was paid in advance is earned back. `pooledWith` is a set of ids of agreements; that they exist is not known here. */
export function readRecoupment(place: Place): Recoupment {
  const fields = readFields(place, { required: ['negative', 'expenses'], optional: ['pooledWith'] });
  if (!fields) return { negative: 'carried-forward', expenses: 'none' };
  return {
    negative: readWord(member(fields, 'negative'), { words: ['carried-forward', 'unrecouped'] }),
    expenses: readWord(member(fields, 'expenses'), { words: ['none', 'before-recoupment'] }),
    ...readOptional(fields, 'pooledWith', (pool) => sortedSet(readList(pool, LISTS.pooledWith).map(readUuid))),
  };
}

export function readBreakage(place: Place): Breakage {
  const fields = readFields(place, { required: ['allocateBy'] });
  return {
    allocateBy: fields ? readWord(member(fields, 'allocateBy'), { words: ['units', 'royalties'] }) : 'units',
  };
}
