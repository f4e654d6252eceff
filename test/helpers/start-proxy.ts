import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { selfSign } from './self-sign.ts';

/** A real proxy on a port of 127.0.0.1. */
export interface Proxy {
  readonly port: number;
  /** Ends the proxy as a crash does: all its connections end at once. */
  crash(): Promise<void>;
}

/** What a proxy is to do. */
interface ProxySettings {
  /** Port of 127.0.0.1 to which the proxy connects. */
  readonly target: number;
  /** Seconds without a byte after which the proxy cuts a connection. */
  readonly idle: number;
  /** Whether the proxy speaks TLS with its clients. */
  readonly isTls?: boolean;
}

/** Proxies of Debian, by name: the program, and its configuration. */
const PROXIES = {
  nginx: {
    program: '/usr/sbin/nginx',
    args: (file: string, directory: string) => ['-c', file, '-p', directory, '-e', join(directory, 'log')],
    configuration: ({ target, idle, isTls }: ProxySettings, port: number, directory: string) => `
      daemon off;
      master_process off;
      pid ${directory}/pid;
      events {}
      http {
        access_log off;
        client_body_temp_path ${directory}/body;
        proxy_temp_path ${directory}/proxy;
        fastcgi_temp_path ${directory}/fastcgi;
        uwsgi_temp_path ${directory}/uwsgi;
        scgi_temp_path ${directory}/scgi;
        server {
          listen 127.0.0.1:${port}${isTls ? ' ssl' : ''};
          ${isTls ? `ssl_certificate ${directory}/pem; ssl_certificate_key ${directory}/pem;` : ''}
          location / {
            proxy_pass http://127.0.0.1:${target};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
            proxy_set_header Host $http_host;
            proxy_read_timeout ${idle}s;
          }
        }
      }`,
  },
  haproxy: {
    program: '/usr/sbin/haproxy',
    args: (file: string) => ['-db', '-f', file],
    configuration: ({ target, idle, isTls }: ProxySettings, port: number, directory: string) => `
      defaults
        mode http
        timeout connect 5s
        timeout client 60s
        timeout server 60s
        timeout tunnel ${idle}s
      frontend front
        bind 127.0.0.1:${port}${isTls ? ` ssl crt ${directory}/pem` : ''}
        default_backend back
      backend back
        server app 127.0.0.1:${target}
      `,
  },
} as const;

export type ProxyName = keyof typeof PROXIES;

/** The proxies that this machine has. In CI all of them are needed. */
export const INSTALLED_PROXIES: readonly ProxyName[] = (Object.keys(PROXIES) as ProxyName[]).filter(
  (name) => process.env['CI'] || existsSync(PROXIES[name].program),
);

/** Starts a proxy, and resolves when it accepts connections. */
export async function startProxy(name: ProxyName, settings: ProxySettings): Promise<Proxy> {
  const { program, args, configuration } = PROXIES[name];
  const directory = await mkdtemp(join(tmpdir(), `${name}-`));
  const port = await freePort();
  const file = join(directory, 'configuration');
  if (settings.isTls) await writeFile(join(directory, 'pem'), Object.values(selfSign()).join('\n'));
  // HAProxy wants a line end after each line, and none of them indented by nothing.
  await writeFile(file, `${configuration(settings, port, directory).trim()}\n`);
  const child = spawn(program, args(file, directory), { stdio: ['ignore', 'ignore', 'inherit'] });
  await accepts(port, child);
  return {
    port,
    async crash() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
      await rm(directory, { recursive: true });
    },
  };
}

/** Resolves when somebody listens at a port; rejects if the program ends before. */
async function accepts(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
  }
  throw new Error(`The proxy ended with ${child.exitCode}`);
}
