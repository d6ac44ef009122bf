/** A bounded queue is full: nothing was done, and the caller may try again shortly. Answered as 503 with Retry-After. */
export class OverloadedError extends Error {
  override readonly name: string = 'OverloadedError';
}
