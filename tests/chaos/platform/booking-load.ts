import { setTimeout as pause } from 'node:timers/promises';
import { deterministicId, randomId } from '../../../contracts/ids.ts';
import type { BookingStatus, BookingView } from '../../../contracts/views/booking.ts';
import type { DepartureView } from '../../../contracts/views/departure.ts';
import { adults, type Trip } from '../../e2e/sailing-trip.ts';

type Step = 'place' | 'update' | 'confirm' | 'cancel';

interface Request {
  readonly step: Step;
  readonly method: string;
  readonly path: string;
  readonly key: string;
  readonly body: object;
  /** What the booking is when the request was done. */
  readonly makes: Outcome;
}

/** What a client knows of a booking. `status` undefined: no answer ever told that it exists. */
interface Outcome {
  readonly status: BookingStatus | undefined;
  readonly seats: number;
}

/** A booking as its client has it: what was acknowledged, and the request whose answer never came. */
export interface Sold {
  readonly id: string;
  readonly departureId: string;
  acknowledged: Outcome;
  inDoubt: Request | undefined;
}

/** Somebody took a request in a way that a client must never see, whatever happened to the platform. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

/** A request that was acknowledged. */
export type Done = Pick<Request, 'step' | 'key'> & Pick<Sold, 'id'>;

export interface LoadOptions {
  /**
   * Whether clients go on with another booking after a request that got no answer, and take 503 and 504 for none. Default: a client
   * stops then, and such an answer is unexpected.
   */
  readonly ridesOutages: boolean;
}

/** Of a client that got no answer, before it goes on. */
const BREATH_MS = 50;
/** Answers of a platform, or of what stands before it, that can't tell what became of the request. */
const OUTAGES: readonly number[] = [503, 504];

/**
 * Clients that hold, change, confirm and cancel bookings, each request under a key of its own, and write down what was
 * acknowledged to them. A client whose request gets no answer leaves that booking alone: nobody knows what became of it.
 */
export class BookingLoad {
  readonly ledger = new Map<string, Sold>();
  readonly done: Done[] = [];
  acknowledged = 0;
  readonly #tenant: string;
  readonly #random: () => number;
  readonly #options: LoadOptions;
  #isStopped = false;

  constructor(tenant: string, random: () => number, options: LoadOptions = { ridesOutages: false }) {
    this.#tenant = tenant;
    this.#random = random;
    this.#options = options;
  }

  /** Runs until the platform is gone or `stop` is called. Resolves when the last client has stopped. */
  async run(origin: string, token: string, trip: Trip, clients: number): Promise<void> {
    this.#isStopped = false;
    await Promise.all(Array.from({ length: clients }, () => this.#client(origin, token, trip)));
  }

  /** Each client ends what it has begun with its booking, and takes up no other. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Sends again, under the same key, what got no answer, as a client does that comes back. */
  async retry(origin: string, token: string, sold: Sold): Promise<void> {
    const request = sold.inDoubt;
    if (request !== undefined) await this.#send(origin, token, sold, request);
  }

  async #client(origin: string, token: string, trip: Trip): Promise<void> {
    while (!this.#isStopped) {
      if (await this.#book(origin, token, trip)) continue;
      if (!this.#options.ridesOutages) return;
      await pause(BREATH_MS);
    }
  }

  /** One booking from its beginning to what its client wants of it. False: a request got no answer. */
  async #book(origin: string, token: string, trip: Trip): Promise<boolean> {
    const departure = this.#oneOf(trip.departures);
    const placing = this.#placing(trip, departure);
    const sold: Sold = {
      id: deterministicId('booking', this.#tenant, placing.key),
      departureId: departure.id,
      acknowledged: { status: undefined, seats: 0 },
      inDoubt: undefined,
    };
    if (!(await this.#send(origin, token, sold, placing))) return false;
    // A small departure is sold out most of the time, so that seats that come back are fought for.
    const isSmall = (departure.capacity ?? 0) < 100;
    const dice = this.#random();
    const steps: readonly Step[] =
      dice < 0.2 ? ['update'] : dice < 0.6 ? ['confirm'] : dice < 0.75 ? ['update', 'confirm'] : ['confirm', 'cancel'];
    for (const step of isSmall ? [...steps, 'cancel' as const] : steps) {
      if (sold.acknowledged.status === undefined || sold.acknowledged.status === 'CANCELLED') break;
      if (!(await this.#send(origin, token, sold, this.#next(step, sold)))) return false;
    }
    return true;
  }

  /** False: no answer came. */
  async #send(origin: string, token: string, sold: Sold, request: Request): Promise<boolean> {
    this.ledger.set(sold.id, sold);
    sold.inDoubt = request;
    const answer = await fetch(`${origin}${request.path}`, {
      method: request.method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': request.key,
      },
      body: JSON.stringify(request.body),
    })
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      .catch(() => undefined);
    if (answer === undefined || (this.#options.ridesOutages && OUTAGES.includes(answer.status))) return false;
    sold.inDoubt = undefined;
    this.#note(sold, request, answer);
    return true;
  }

  #note(
    sold: Sold,
    { step, key, makes }: Request,
    { status, text }: { readonly status: number; readonly text: string },
  ): void {
    const body = JSON.parse(text) as BookingView & { readonly code?: string };
    // HOLD_EXPIRED: it comes back so late that its seats were given to others.
    const isRefusal = status === 409 && ['SOLD_OUT', 'CONFLICT', 'HOLD_EXPIRED'].includes(body.code ?? '');
    if (isRefusal && (step === 'place' || step === 'update')) {
      if (step === 'place') this.ledger.delete(sold.id);
      return;
    }
    if (status !== (step === 'place' ? 201 : 200) || body.id !== sold.id || body.status !== makes.status) {
      throw new UnexpectedAnswer(`${step} of ${sold.id}: ${status} ${text}`);
    }
    if (body.seats !== makes.seats) throw new UnexpectedAnswer(`${step} of ${sold.id}: ${body.seats} seats`);
    this.acknowledged++;
    this.done.push({ id: sold.id, step, key });
    sold.acknowledged = makes;
  }

  #placing(trip: Trip, departure: DepartureView): Request {
    const seats = 1 + Math.floor(this.#random() * 3);
    return {
      step: 'place',
      method: 'POST',
      path: '/v1/bookings',
      key: randomId(),
      body: { ...adults(trip, departure, seats), contact: { firstName: 'Casey', lastName: `Chaos ${seats}` } },
      makes: { status: 'ON_HOLD', seats },
    };
  }

  #next(step: Step, { id, acknowledged: { status, seats } }: Sold): Request {
    const at = `/v1/bookings/${id}`;
    const key = randomId();
    if (step === 'update') {
      const party = 1 + Math.floor(this.#random() * 4);
      const body = { unitItems: Array.from({ length: party }, () => ({ unitId: 'adult' })) };
      return { step, method: 'PATCH', path: at, key, body, makes: { status, seats: party } };
    }
    const becomes = step === 'confirm' ? 'CONFIRMED' : 'CANCELLED';
    return { step, method: 'POST', path: `${at}/${step}`, key, body: {}, makes: { status: becomes, seats } };
  }

  #oneOf<T>(all: readonly T[]): T {
    const one = all[Math.floor(this.#random() * all.length)];
    if (one === undefined) throw new RangeError('nothing to choose from');
    return one;
  }
}
