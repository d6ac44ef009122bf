/**
 * Moves the clock of this process: what `new Date()` and `Date.now()` tell is `ahead()` ms later than it is.
 * @param {() => number} ahead
 */
export const shiftClock = (ahead) => {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...parts) {
      if (parts.length === 0) super(RealDate.now() + ahead());
      else super(...parts);
    }

    static now() {
      return RealDate.now() + ahead();
    }
  };
};
