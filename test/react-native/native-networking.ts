import type { Emit } from './native-web-sockets.ts';

interface Query {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly data: { readonly string?: string };
  readonly responseType: 'base64' | 'text';
  readonly withCredentials: boolean;
}

/** React Native's native module `Networking`, by requests of Node. */
export interface NativeNetworking {
  sendRequest(query: Query, callback: (id: number) => void): void;
  abortRequest(id: number): void;
}

/** Makes the native part of React Native's `XMLHttpRequest`. */
export function nativeNetworking(emit: Emit): NativeNetworking {
  let next = 0;
  return {
    sendRequest({ method, url, headers, data, responseType, withCredentials }, callback) {
      const id = next++;
      // The native part calls back in a later turn.
      setTimeout(() => {
        callback(id);
        fetch(url, {
          method,
          headers: { ...headers, 'x-credentials': String(withCredentials) },
          body: data.string ?? null,
        })
          .then(async (response) => {
            const fields = Object.fromEntries(response.headers);
            emit('didReceiveNetworkResponse', [id, response.status, fields, url]);
            const body = Buffer.from(await response.arrayBuffer());
            emit('didReceiveNetworkData', [id, body.toString(responseType === 'text' ? 'utf8' : 'base64')]);
            emit('didCompleteNetworkResponse', [id, null, false]);
          })
          .catch((error) => emit('didCompleteNetworkResponse', [id, String(error), false]));
      });
    },
    abortRequest() {},
  };
}
