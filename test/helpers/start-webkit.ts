import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Engine } from './engine.ts';

const DRIVER = '/usr/bin/WebKitWebDriver';
const XVFB = '/usr/bin/Xvfb';
const [MINI_BROWSER = ''] = globSync('/usr/lib/*/webkit2gtk-4.1/MiniBrowser');

/** Whether this machine has WebKitGTK, its driver and a display to run it on. */
export const HAS_WEBKIT: boolean = [DRIVER, MINI_BROWSER, XVFB].every((file) => existsSync(file));

/** Starts WebKitGTK's MiniBrowser over WebDriver. */
export async function startWebKit(): Promise<Engine> {
  const xvfb = spawn(XVFB, ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [display] = await once(createInterface(xvfb.stdio[3] as NodeJS.ReadableStream), 'line');
  const port = await freePort();
  const driver = spawn(DRIVER, [`--port=${port}`], {
    stdio: 'ignore',
    env: {
      ...process.env,
      DISPLAY: `:${display}`,
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
  });
  const stop = async () => {
    await end(driver);
    await end(xvfb);
  };
  const root = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${root}/status`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (driver.exitCode !== null) throw new Error('WebKitWebDriver ended');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { sessionId } = (await call(root, 'POST', 'session', {
    capabilities: {
      alwaysMatch: { 'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation'] } },
    },
  })) as { sessionId: string };
  const session = `${root}/session/${sessionId}`;
  const first = (await call(session, 'GET', 'window')) as string;
  return {
    async openTab(url) {
      const { handle } = (await call(session, 'POST', 'window/new', { type: 'window' })) as {
        handle: string;
      };
      const inTab = async (method: string, path: string, body?: object) => {
        await call(session, 'POST', 'window', { handle });
        return call(session, method, path, body);
      };
      await inTab('POST', 'url', { url });
      return {
        goto: (to) => inTab('POST', 'url', { url: to }),
        back: () => inTab('POST', 'execute/sync', { script: 'history.back()', args: [] }),
        reload: () => inTab('POST', 'refresh', {}),
        async close() {
          await inTab('DELETE', 'window');
          await call(session, 'POST', 'window', { handle: first });
        },
        evaluate: (expression) =>
          inTab('POST', 'execute/async', {
            script: `Promise.resolve(${expression}).then(arguments[0])`,
            args: [],
          }),
      };
    },
    async close() {
      await call(session, 'DELETE', '');
      await stop();
    },
  };
}

/** A command of WebDriver. */
async function call(base: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${base}/${path}`.replace(/\/$/, ''), {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  const { value } = (await response.json()) as { value: { message?: string } };
  if (!response.ok) throw new Error(`${method} ${path}: ${value.message}`);
  return value;
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
