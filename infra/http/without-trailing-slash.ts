import type { Middleware } from 'koa';

/**
 * Takes the slash off the end of paths under `prefix`, for APIs whose standard writes collections with one
 * (OCTO: `/products/`). Elsewhere a path with a slash at its end is another path.
 */
export const withoutTrailingSlash = (prefix: string): Middleware => {
  return (ctx, next) => {
    const { url } = ctx;
    if (url.startsWith(`${prefix}/`)) {
      const end = url.includes('?') ? url.indexOf('?') : url.length;
      if (url[end - 1] === '/') ctx.url = url.slice(0, end - 1) + url.slice(end);
    }
    return next();
  };
};
