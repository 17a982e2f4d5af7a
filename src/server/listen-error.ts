/** No client can be served at this address. In a file of its own, for commands that serve nothing: HTTP takes long to load. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}
