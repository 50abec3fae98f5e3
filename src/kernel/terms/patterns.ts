/** The shapes of text that terms are written in: what the reader refuses and what the published schema says are the same. */

/** Id of a grant, a royalty or a money clause. */
export const CLAUSE_ID = /^[a-z][a-z0-9-]{0,63}$/;

/** Id of a figure: capitals too, for the figures that every report carries have them (`allPlays`). */
export const FIGURE_ID = /^[a-z][A-Za-z0-9-]{0,63}$/;

/** A plain decimal that is not negative. */
export const DECIMAL = /^\d{1,30}(\.\d{1,30})?$/;

/** A quotient that is not negative: for shares that no decimal ends. */
export const QUOTIENT = /^\d{1,30}\/[1-9]\d{0,29}$/;

export const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

/** Code of a fault that a report can have. */
export const FAULT_CODE = /^[a-z][a-z0-9-]{1,63}$/;

/** Name of a DSR profile. */
export const PROFILE = /^[A-Za-z0-9_-]{1,100}$/;
