import { explainClose } from '@closespan/core/explain';
import { EXPLAINED_CAUSES } from './explained-causes.ts';

const HEAD = `<!-- Written by test/core/explain-close.test.ts. To write the page again: npx vitest run --project node test/core/explain-close.test.ts -u -->

# Causes, in words

\`explainClose\` explains each value of \`websocket.close.cause\`. [The contract](telemetry.md#causes) says when a record has which cause.

\`\`\`js
import { explainClose } from '@closespan/core/explain';
import { instrumentWebSockets } from '@closespan/node';

instrumentWebSockets({
  closeHook: (record) => console.log(String(explainClose(record))),
});
\`\`\`

The function takes a close record, a close span, or the attributes of a close span. It returns:

- \`sentence\`: what happened, in at most 120 characters;
- \`evidence\`: the facts of the record, each as a short text;
- \`next\`: what to do;
- \`link\` and \`runbook\`: addresses of the sections that say more.
`;

/** The page about all causes, made of what the explanations say. */
export function causesPage(): string {
  const sections = Object.entries(EXPLAINED_CAUSES).map(([cause, closes]) => {
    const explained = closes.map(({ close }) => explainClose({ ...close, 'websocket.close.cause': cause }));
    const lines = explained.map(
      ({ sentence, evidence, next }) => `- **${sentence}** ${next}\n  - Evidence: ${evidence.join('; ')}`,
    );
    const runbook = explained[0]?.runbook?.split('/').at(-1);
    const more = runbook ? `\n\nThe [runbook](${runbook}) continues.` : '';
    return `## ${cause}\n\n${lines.join('\n')}${more}\n`;
  });
  return [HEAD, ...sections].join('\n');
}
