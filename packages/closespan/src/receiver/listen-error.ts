import { UsageError } from '../command-line/command.ts';

/** Error for an address on which a receiver cannot listen. */
export class ListenError extends UsageError {
  /** Code of the system: `EADDRINUSE` if another program has the port. */
  readonly code: string | undefined;
  readonly host: string;
  readonly port: number;

  constructor({ code, message }: NodeJS.ErrnoException, host: string, port: number) {
    super(
      code === 'EADDRINUSE'
        ? `Port ${port} of ${host} is taken by another program`
        : `Port ${port} of ${host} cannot be listened on: ${message}`,
    );
    this.code = code;
    this.host = host;
    this.port = port;
  }
}
