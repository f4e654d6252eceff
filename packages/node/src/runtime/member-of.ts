/**
 * Reads a member of a socket as the library's class has it. A subclass of the app may have a field of the same name, which
 * stands before the class's getter. Compilers write such a field for a mere type, such as `url!: string`.
 */
export function memberOf<T extends object, K extends keyof T & string>(socket: T, name: K): T[K] {
  if (!Object.hasOwn(socket, name)) return socket[name];
  // `ws` 7.0 sets some of its members on the socket itself.
  return Reflect.get(Object.getPrototypeOf(socket), name, socket) ?? socket[name];
}
