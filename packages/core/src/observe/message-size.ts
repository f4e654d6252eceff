/** Longest text whose units are looked at one by one, which for short texts takes less time than to encode them. */
const SHORT = 128;

const encoder = /* @__PURE__ */ createEncoder();

function createEncoder(): TextEncoder | undefined {
  try {
    return new TextEncoder();
  } catch {
    return undefined;
  }
}

/** Returns the number of bytes of a text in UTF-8. A scope without `TextEncoder` counts the bytes of each character. */
function encodedSize(text: string): number {
  if (encoder) return encoder.encode(text).length;
  let size = 0;
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0;
    size += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return size;
}

/** Returns the number of bytes of a text in UTF-8, the encoding of text messages (RFC 6455 §5.6). */
function utf8Size(text: string): number {
  const { length } = text;
  if (length > SHORT) return encodedSize(text);
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) > 0x7f) return encodedSize(text);
  return length;
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
