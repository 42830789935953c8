/** A number of records as a reason shows it: `3,376`. */
export function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** A share as a reason shows it: `0.36 %`. */
export function percent(part: number, whole: number): string {
  const share = whole === 0 ? 0 : (part / whole) * 100;
  return `${share > 0 && share < 0.01 ? '<0.01' : share.toFixed(2).replace(/\.?0+$/, '')} %`;
}
