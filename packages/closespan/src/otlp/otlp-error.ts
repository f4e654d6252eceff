/** Error for an export request that cannot be taken. The response has the status and the message. */
export class OtlpError extends Error {
  /** HTTP status of the response. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
