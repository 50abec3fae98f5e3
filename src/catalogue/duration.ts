const seconds = /^\d{1,5}$/;
const clock = /^(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)$/;
const iso = /^PT(?=\d)(?:(\d{1,2})H)?(?:(\d{1,4})M)?(?:(\d{1,5})(?:\.\d{1,9})?S)?$/;
const day = 86_400;

/** Whole seconds of "215", "3:35", "1:03:35" or "PT3M35S" (fractions are cut off); undefined when it is none of them, nothing, or above a day. */
export function readDuration(written: string): number | undefined {
  const text = written.trim();
  const total = seconds.test(text) ? whole(text) : sumOf(clock.exec(text) ?? iso.exec(text.toUpperCase()));
  return total !== undefined && total > 0 && total <= day ? total : undefined;
}

function sumOf(parts: RegExpExecArray | null): number | undefined {
  if (parts === null) return undefined;
  const [, hours, minutes, rest] = parts;
  return whole(hours) * 3600 + whole(minutes) * 60 + whole(rest);
}

const whole = (digits: string | undefined): number => (digits === undefined ? 0 : parseInt(digits, 10));
