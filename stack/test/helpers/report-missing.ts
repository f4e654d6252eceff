import { findPrograms } from '../../programs/find-programs.ts';

/** Says which programs this machine lacks, so that nobody takes a skipped test for a passed one. */
export default function reportMissing(): void {
  for (const [name, path] of Object.entries(findPrograms())) {
    if (!path) console.warn(`SKIPPED: tests that need ${name}, which this machine does not have`);
  }
}
