import { instrumentWebSockets } from '@closespan/node';
import { app, BrowserWindow } from 'electron';

const { shutdown } = instrumentWebSockets({ serviceName: 'desktop' });
let isSent = false;
app.on('will-quit', (event) => {
  if (isSent) return;
  event.preventDefault();
  void shutdown({ timeout: 2000 }).then(() => {
    isSent = true;
    app.quit();
  });
});
app.whenReady().then(() => new BrowserWindow().loadFile('index.html'));
