export * from './index.ts';
// What stands here by name goes before what comes from there.
export { instrumentWebSockets, WebSocketInstrumentation } from './instrument-workerd.ts';
