import type { ServerResponse } from 'node:http';
import type { OtlpError } from '../otlp/otlp-error.ts';
import type { Encoding } from '../otlp/read-otlp-body.ts';

/** Codes of `google.rpc.Status` for HTTP statuses. */
const RPC_CODES: Readonly<Record<number, number>> = { 403: 7, 404: 5, 405: 12, 413: 8, 500: 13, 503: 14 };
const INVALID_ARGUMENT = 3;

/** Writes the response to an export request that was taken as a whole: an empty message, as OTLP asks. */
export function writeSuccess(response: ServerResponse, encoding: Encoding): void {
  write(response, 200, encoding, encoding === 'application/json' ? '{}' : '');
}

/** Writes an error as `google.rpc.Status`, in the encoding of the request. */
export function writeError(
  response: ServerResponse,
  { status, message }: Pick<OtlpError, 'status' | 'message'>,
  encoding: Encoding = 'application/json',
): void {
  const code = RPC_CODES[status] ?? INVALID_ARGUMENT;
  // OTLP asks exporters to wait, and to send again.
  if (status === 503) response.setHeader('retry-after', '1');
  const isJson = encoding === 'application/json';
  write(
    response,
    status,
    encoding,
    isJson ? JSON.stringify({ code, message }) : statusMessage(code, message),
  );
}

/** Returns a `Status` in protobuf: field 1 the code, field 2 the message. Both are shorter than 128. */
function statusMessage(code: number, message: string): Buffer {
  const text = Buffer.from(message).subarray(0, 127);
  return Buffer.concat([Buffer.from([0x08, code, 0x12, text.length]), text]);
}

function write(response: ServerResponse, status: number, type: Encoding, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
