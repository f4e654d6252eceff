/** Key and certificate, both PEM (RFC 5280). */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

// Programs that the tests start share the module, so it has no types.
const { href } = new URL('../node/fixtures/self-sign.mjs', import.meta.url);
const module = (await import(href)) as { selfSign(): KeyAndCertificate };

/** Makes a key and a certificate for 127.0.0.1 that the key itself has signed. */
export const { selfSign } = module;
