/** Members of `flow-remove-types` that the tests use. The package has no types. */
declare module 'flow-remove-types' {
  export default function removeTypes(source: string, options: { all: boolean }): { toString(): string };
}
