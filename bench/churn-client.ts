import { once } from 'node:events';
import { WebSocket } from 'ws';

/** The bare clients of `churn.ts`, in a process of their own. */
export interface ChurnJob {
  readonly port: number;
  /** Connections that are opened and closed, one after the other in each of some lanes. */
  readonly cycles: number;
  /** Messages on one connection, before it is closed. */
  readonly messages: number;
}

const LANES = 20;
const URL_PATH = '/chat';

process.on('message', async (job: ChurnJob) => {
  await Promise.all(Array.from({ length: LANES }, () => run({ ...job, cycles: job.cycles / LANES })));
  process.send?.('done');
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function run({ port, cycles, messages }: ChurnJob): Promise<void> {
  for (let i = 0; i < cycles; i++) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${URL_PATH}`);
    await once(socket, 'open');
    for (let sent = 0; sent < messages; sent++) {
      socket.send('a message of about as many bytes as people write');
      await once(socket, 'message');
    }
    socket.close(1000);
    await once(socket, 'close');
  }
}
