import { checkMod37And36 } from './iso-7064';
import { plainIdentifier } from './plain';

/** What passes for a DPID where it is registered or stands in a report: what DDEX's schemas ask for (`PADPIDA[a-zA-Z0-9]+`), of at most so many characters. */
export const WRITTEN_DPID_MAX = 47;
export const WRITTEN_DPID = /^PADPIDA[a-zA-Z0-9]{1,40}$/;

const DPID = /^PADPIDA[A-Z0-9]{11}$/;

export type DpidReading =
  | { readonly dpid: string }
  | { readonly fault: 'dpid-malformed' }
  | { readonly fault: 'dpid-check-digit'; readonly dpid: string };

/**
 * Reads a DDEX Party Identifier (DDEX Party Identifier Standard): 'PADPIDA', ten characters and a check character by ISO/IEC 7064 MOD 37,36.
 * Printed PA-DPIDA-3897722461-G. DDEX's schemas ask for less. A wrong check character gives the DPID all the same.
 */
export function readDpid(written: string): DpidReading {
  const dpid = plainIdentifier(written);
  if (!DPID.test(dpid)) return { fault: 'dpid-malformed' };
  return checkMod37And36(dpid.slice(0, -1)) === dpid.slice(-1) ? { dpid } : { fault: 'dpid-check-digit', dpid };
}
