// The limit: Koa and zod and nothing else. POST answers with what it was given; GET answers with the bytes of a file.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Koa from 'koa';
import { z } from 'zod';
import { bookingBody, readJson } from './booking-body.mjs';

const body = bookingBody(z);
const bytes = process.argv[3] === undefined ? undefined : readFileSync(process.argv[3], 'utf8');
const app = new Koa();
app.use(async (ctx) => {
  if (ctx.method === 'GET') {
    ctx.type = 'json';
    ctx.body = bytes;
    return;
  }
  const parsed = body.safeParse(await readJson(ctx.req));
  if (!parsed.success) ctx.throw(422, parsed.error.message);
  ctx.status = 201;
  ctx.body = { id: randomUUID(), status: 'ON_HOLD', ...parsed.data };
});
app.listen(Number(process.argv[2]), '127.0.0.1');
