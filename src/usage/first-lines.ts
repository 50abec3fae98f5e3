/** The first lines of a file, whole ones, as far as so many bytes hold them. */
export async function firstLines(
  file: AsyncIterable<Buffer>,
  bytesMax: number,
  linesMax = Infinity,
): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  let length = 0;
  let ended = true;
  for await (const chunk of file) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= bytesMax) {
      ended = false;
      break;
    }
  }
  const bytes = Buffer.concat(chunks).subarray(0, bytesMax);
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length && lines.length < linesMax;) {
    const end = bytes.indexOf(10, at);
    if (end < 0 && !ended) break;
    lines.push(bytes.subarray(at, end < 0 ? bytes.length : end));
    at = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}
