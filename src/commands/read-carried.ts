import { type Carried, type CarriedClauses } from '../kernel';
import { parseJson, type FileFaults, type TextFile } from './file-faults';
import { list, object, record, text } from './read-json';

const MINOR = /^-?\d{1,30}$/;

const minor = text(
  (value) => MINOR.test(value),
  'carried-minor-units',
  'must be minor units as text, such as "1200000"',
);
const id = text((value) => value !== '', 'carried-clauses', 'must be the id of a clause');

const recoupment = object<CarriedClauses['recoupment']>({
  netToDate: minor,
  recoupedToDate: minor,
  clauses: list(object<CarriedClauses['recoupment']['clauses'][number]>({ clause: id, earned: minor })),
  advances: list(
    object<CarriedClauses['recoupment']['advances'][number]>({
      advance: id,
      added: minor,
      recouped: minor,
      lapsed: minor,
    }),
  ),
  opened: minor,
  carriedForward: minor,
});

const clauses = object<CarriedClauses>({
  recoupment,
  guarantees: record(object<CarriedClauses['guarantees'][string]>({ earned: record(minor), toppedUp: minor })),
  fees: record(minor),
  reserves: record(object<CarriedClauses['reserves'][string]>({ due: list(minor) })),
  credits: record(object<CarriedClauses['credits'][string]>({ grantedToDate: minor, left: minor })),
  waiting: minor,
});

const balances = object<
  Omit<Carried, 'carriedForward' | 'clauses'>,
  Required<Pick<Carried, 'carriedForward' | 'clauses'>>
>({ royaltiesToDate: minor, recoupedToDate: minor, advancesToDate: minor }, { carriedForward: minor, clauses });

/** Carried balances in minor units as text: the `carried` of the close before. Absent, having noted why. */
export function readCarried(file: TextFile, faults: FileFaults): Carried | undefined {
  const value = faults.collect(() => ({ json: parseJson(file) }));
  return value && balances({ value: value.json, pointer: '', file: file.name, kind: 'carried', faults });
}
