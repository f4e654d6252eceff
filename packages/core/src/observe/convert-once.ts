/** Makes an object that runs a conversion when it is first asked for its number, and then gives this number again. */
export function convertOnce(convert: () => number): { valueOf(): number } {
  let number: number | undefined;
  return {
    valueOf() {
      number ??= convert();
      return number;
    },
  };
}
