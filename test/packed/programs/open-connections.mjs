// Opens the connections of the variable CONNECTIONS, one after the other: `[url, code?, reason?]`; with a code it closes them. Started by samples-node.test.ts.
for (const [url, code, reason] of JSON.parse(process.env.CONNECTIONS)) {
  const socket = new WebSocket(url);
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
  if (code) socket.addEventListener('open', () => socket.close(code, reason));
  await closed;
}
