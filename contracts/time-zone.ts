const known = new Map<string, boolean>();

/** Whether it names a zone of the IANA time zone database (that of ICU). A bare offset such as `+01:00` does not. */
export const isTimeZone = (name: string): boolean => {
  const answer = known.get(name);
  if (answer !== undefined) return answer;
  let valid = /^[A-Za-z]/.test(name);
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    valid = false;
  }
  // Names come from requests: only real ones, of which there are some hundreds, are worth the memory.
  if (valid) known.set(name, valid);
  return valid;
};
