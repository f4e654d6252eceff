const socket = new WebSocket('wss://chat.example.com/rooms/7');
socket.addEventListener('close', ({ code }) => {
  document.title = `closed: ${code}`;
});
