import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { findPrograms } from '../../programs/find-programs.ts';
import { freePorts } from './free-ports.ts';
import { type Program, startProgram } from './start-program.ts';

/** What a receiver was told. */
interface Notice {
  /** `pager` or `tickets`. */
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
}

/** A running Alertmanager with our example of a configuration, and its receivers. */
export interface Alertmanager extends Program {
  /** `host:port`. */
  readonly address: string;
  /** Everything that reached a receiver, in order. */
  readonly notices: readonly Notice[];
}

const EXAMPLE = new URL('../../alertmanager/alertmanager.yml', import.meta.url);

export async function startAlertmanager(): Promise<Alertmanager> {
  const { alertmanager = 'alertmanager' } = findPrograms();
  const [port] = await freePorts(1);
  const notices: Notice[] = [];
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end();
    const { alerts } = JSON.parse(Buffer.concat(chunks).toString()) as { alerts: Omit<Notice, 'receiver'>[] };
    for (const { status, labels } of alerts) {
      notices.push({ receiver: request.url?.slice(1) ?? '', status, labels });
    }
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'closespan-alertmanager-'));
  const { port: receiverPort } = receiver.address() as AddressInfo;
  writeFileSync(join(folder, 'alertmanager.yaml'), shortened(`http://127.0.0.1:${receiverPort}`));
  const address = `127.0.0.1:${port}`;
  const program = await startProgram(
    alertmanager,
    [
      `--config.file=${join(folder, 'alertmanager.yaml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ],
    { readyUrl: `http://${address}/-/ready` },
  );
  return {
    pid: program.pid,
    get output() {
      return program.output;
    },
    address,
    notices,
    async stop(signal) {
      await program.stop(signal);
      receiver.closeAllConnections();
      receiver.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The example as it is, with short waits, an address that answers, and no quiet hours. */
function shortened(url: string): string {
  const config = parse(readFileSync(EXAMPLE, 'utf8').replaceAll('http://127.0.0.1:9099', url));
  const { routes } = config.route;
  for (const route of [config.route, ...routes]) {
    Object.assign(route, { group_wait: '1s', group_interval: '1s' });
    delete route.mute_time_intervals;
  }
  return stringify(config);
}
