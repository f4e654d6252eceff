import { afterAll, beforeAll, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';
import { expectNotes } from '../helpers/expect-notes.ts';
import type { NotesSeen } from '../helpers/run-notes.ts';
import { type NoteServer, startNoteServer } from '../helpers/start-note-server.ts';

describeEngines((test) => {
  let server: NoteServer;
  beforeAll(async () => {
    server = await startNoteServer();
  });
  afterAll(() => server.close());

  it.each(['hooked', 'bare'])('a page notes what it knows, and no note costs a close: %s', async (notes) => {
    const { receiver } = test;
    const tab = await test.openTab({ otlp: receiver.url, metrics: '', notes });
    const seen = (await tab.evaluate(`runNotes('${server.url}')`)) as NotesSeen;
    await expectNotes(receiver, seen, {
      hasEarlyId: true,
      isHooked: notes === 'hooked',
      hasOwnLabels: false,
    });
  });
});
