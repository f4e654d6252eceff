import { startOtlpReceiver } from '@closespan/testing';

/** An OTLP receiver in a process of its own; replies to each message with how many spans have arrived. */
const receiver = await startOtlpReceiver({ delay: Number(process.argv[2]) });
process.on('message', () => process.send?.(receiver.spans.length));
process.on('disconnect', () => process.exit());
process.send?.(receiver.url);
