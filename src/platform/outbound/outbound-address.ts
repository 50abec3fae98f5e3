/**
 * Whether this process may fetch from there: https, or http on this very machine, where no network is in between. No credentials and no fragment: an
 * address is kept and shown.
 */
export function isOutboundAddress(text: string): boolean {
  if (text.length > 2_000 || !URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (username !== '' || password !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

// A name such as localhost could be led elsewhere.
const isLoopback = (hostname: string): boolean => hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
