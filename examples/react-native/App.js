import { createElement, useEffect, useState } from 'react';
import { Button, Text, View } from 'react-native';

/** Connects, and shows how the connection ended. */
export function App() {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState('connecting');
  useEffect(() => {
    const socket = new WebSocket(`wss://chat.example.com/rooms/7?attempt=${attempt}`);
    socket.onopen = () => setState('open');
    socket.onclose = ({ code }) => setState(`closed: ${code}`);
    return () => socket.close(1000);
  }, [attempt]);
  return createElement(
    View,
    null,
    createElement(Text, null, state),
    createElement(Button, { title: 'Connect again', onPress: () => setAttempt((number) => number + 1) }),
  );
}
