import { useEffect, useState } from 'react';

/** Shows what a WebSocket server says, and how the connection ended. */
export function Chat() {
  const [lines, setLines] = useState<string[]>([]);
  useEffect(() => {
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/chat`);
    const say = (line: string) => setLines((before) => [...before, line]);
    socket.onmessage = ({ data }) => say(String(data));
    socket.onclose = ({ code, reason }) => say(`closed: ${code} ${reason}`);
    return () => socket.close(1000, 'unmounted');
  }, []);
  return (
    <ul>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are only added
        <li key={index}>{line}</li>
      ))}
    </ul>
  );
}
