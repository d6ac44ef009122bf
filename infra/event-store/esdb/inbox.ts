import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadCall } from './connection.ts';

type Answer = InstanceType<typeof streamsPb.ReadResp>;

/**
 * What a call has brought, in the order in which the server sent it. Reads ahead of its taker up to a limit, since the
 * stream's own buffer of 16 would make every batch a small one; beyond it the server waits.
 */
export class Inbox {
  readonly #call: ReadCall;
  readonly #limit: number;
  readonly #maxBytes: number;
  #answers: Answer[] = [];
  #taken = 0;
  #bytes = 0;
  #end: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  /** @param limit answers kept; @param maxBytes of event data kept, give or take one event. */
  constructor(call: ReadCall, limit: number, maxBytes: number) {
    this.#call = call;
    this.#limit = limit;
    this.#maxBytes = maxBytes;
    const end = (error: unknown) => () => this.#ended(error);
    call.on('data', (answer: Answer) => this.#add(answer));
    call.on('error', (error) => this.#ended(error));
    call.on('end', end(undefined));
    call.on('close', end(undefined));
  }

  /** The next answer, if one is there. */
  take(): Answer | undefined {
    const answer = this.#answers[this.#taken];
    if (answer !== undefined) {
      this.#taken++;
      return answer;
    }
    if (this.#taken > 0) {
      this.#answers = [];
      this.#taken = 0;
      this.#bytes = 0;
      this.#call.resume();
    }
    return undefined;
  }

  /**
   * Waits for more. False when the call has ended as it should.
   * @throws what broke the call; Error when nothing came for `withinMs`.
   */
  async more(withinMs?: number): Promise<boolean> {
    if (this.#taken < this.#answers.length) return true;
    if (this.#end === undefined) {
      let timer: NodeJS.Timeout | undefined;
      const late = await new Promise<boolean>((resolve) => {
        this.#wake = () => resolve(false);
        if (withinMs !== undefined) timer = setTimeout(resolve, withinMs, true);
      });
      clearTimeout(timer);
      if (late) throw new Error(`the server sent nothing for ${withinMs} ms`);
      if (this.#taken < this.#answers.length) return true;
    }
    if (this.#end?.error !== undefined) throw this.#end.error;
    return false;
  }

  #add(answer: Answer): void {
    this.#answers.push(answer);
    this.#bytes += answer.getEvent()?.getEvent()?.getData_asU8().length ?? 0;
    if (this.#answers.length >= this.#limit || this.#bytes >= this.#maxBytes) this.#call.pause();
    this.#wake();
  }

  #ended(error: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }
}
