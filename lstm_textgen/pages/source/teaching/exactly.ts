/**
 * Functions whose results have the same bits in all browsers, unlike those of `Math`, so that
 * neighbors who teach the same text get the same model.
 */

/** Return the cosine of `x`, from 0 to π. */
export function cosine(x: number) {
  return series((n) => (-x * x) / ((2 * n - 1) * (2 * n)));
}

/** Return e to the power of `x`. */
export function exponential(x: number) {
  const parts = Math.max(1, Math.ceil(Math.abs(x)));
  const part = series((n) => x / parts / n);
  let power = 1;
  for (let n = 0; n < parts; n++) {
    power *= part;
  }
  return power;
}

/**
 * Return 1 plus the products of the first factors, each next one of `factor` (1), `factor` (2), …
 */
function series(factor: (n: number) => number) {
  let [sum, term] = [1, 1];
  for (let n = 1; n < 20; n++) {
    term *= factor(n);
    sum += term;
  }
  return sum;
}

/** Return ln of `x`, above 0. */
export function logarithm(x: number) {
  let [doublings, rest] = [0, x];
  for (; rest > 1.5; doublings++) {
    rest /= 2;
  }
  for (; rest < 0.75; doublings--) {
    rest *= 2;
  }
  const part = (rest - 1) / (rest + 1);
  let [sum, power] = [0, part];
  for (let n = 1; n < 30; n += 2) {
    sum += power / n;
    power *= part * part;
  }
  return 2 * sum + doublings * Math.LN2;
}

/** Return a random number that is about normal, of mean 0 and variance 1: a sum of uniform ones. */
export function normal(random: () => number) {
  let sum = -6;
  for (let n = 0; n < 12; n++) {
    sum += random();
  }
  return sum;
}
