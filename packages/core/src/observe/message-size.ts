/**
 * Longest text whose units are looked at one by one. Up to this length, to encode a text takes longer: the encoder makes
 * a buffer each time. A longer text is encoded.
 */
const SHORT = 1024;

const encoder = /* @__PURE__ */ createEncoder();

function createEncoder(): TextEncoder | undefined {
  try {
    return new TextEncoder();
  } catch {
    // A scope without `TextEncoder` looks at the units of all texts.
    return undefined;
  }
}

/** Returns the number of bytes of a text in UTF-8, the encoding of text messages (RFC 6455 §5.6). */
function utf8Size(text: string): number {
  return encoder && text.length > SHORT ? encoder.encode(text).length : sizeByUnits(text);
}

/**
 * Returns the number of bytes of a text in UTF-8 by its UTF-16 units. Half of a surrogate pair counts as U+FFFD, which
 * takes its place in UTF-8 (Encoding Standard § TextEncoder).
 */
function sizeByUnits(text: string): number {
  const { length } = text;
  let size = length;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit <= 0x7f) continue;
    size += unit > 0x7ff ? 2 : 1;
    // A pair has four bytes, where each half alone has three.
    if ((unit & 0xfc00) === 0xdc00 && i > 0 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) size -= 2;
  }
  return size;
}

/**
 * Returns the number of bytes of a message: of a text, a buffer, a view or a `Blob`. A primitive counts as its text.
 * Returns `undefined` for any other object, without a look at its members.
 * @param textSize returns the number of bytes of a text in UTF-8
 */
export function messageSize(
  data: unknown,
  textSize: (text: string) => number = utf8Size,
): number | undefined {
  if (typeof data === 'string') return textSize(data);
  if (ArrayBuffer.isView(data)) return data.byteLength;
  if (isBuffer(data)) return data.byteLength;
  if (typeof Blob === 'function' && data instanceof Blob) return data.size;
  return Object(data) === data ? undefined : textSize(String(data));
}

function isBuffer(data: unknown): data is ArrayBufferLike {
  return (
    data instanceof ArrayBuffer ||
    (typeof SharedArrayBuffer === 'function' && data instanceof SharedArrayBuffer)
  );
}
