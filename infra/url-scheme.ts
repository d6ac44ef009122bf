/** The scheme of a URL, `redis:`, which is all of it that a message may show: the rest may hold a password. */
export const schemeOf = (url: string): string => `${url.split(':', 1)[0]}:`;
