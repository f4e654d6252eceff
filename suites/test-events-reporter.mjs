/** Reporter of Node's test runner: a line of JSON for each test, for each file that failed as a whole, and for no `describe`. */
export default async function* reportTestEvents(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details?.type === 'suite') continue;
    const isSkipped = data.skip !== undefined || data.todo !== undefined;
    const outcome = isSkipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    yield `${JSON.stringify({ file: data.file ?? data.name, name: data.name, outcome })}\n`;
  }
}
