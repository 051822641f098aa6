// multipart/form-data, whole in memory. Source: RFC 7578.

export interface FormPart {
  name: string;
  filename: string | null;
  data: Buffer;
}

/** Parts of a form; empty when the content type names no boundary. */
export function parseMultipart(contentType: string, body: Buffer): FormPart[] {
  const match = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (!boundary) return [];
  const parts: FormPart[] = [];
  const mark = Buffer.from(`--${boundary}`);
  let start = body.indexOf(mark);
  while (start >= 0) {
    const end = body.indexOf(mark, start + mark.length);
    if (end < 0) break;
    // After the mark and before the next one stands a line end each.
    const part = body.subarray(start + mark.length + 2, end - 2);
    const split = part.indexOf('\r\n\r\n');
    if (split >= 0) {
      const head = part.toString('utf8', 0, split);
      const name = /[;\s]name="([^"]*)"/i.exec(head)?.[1];
      const filename = /filename="([^"]*)"/i.exec(head)?.[1] ?? null;
      if (name !== undefined) parts.push({ name, filename, data: part.subarray(split + 4) });
    }
    start = end;
  }
  return parts;
}
