import type { Fault } from '../../kernel';

/** What was found, or what is missing: whoever needs several rates says at once which of them are. */
export type Found<Value> = { readonly found: Value } | { readonly missing: readonly Fault[] };
