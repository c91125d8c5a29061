// Prices are kept in the smallest unit of the currency, so that adding them up loses nothing.
export function formatPrice(amount, { code, digits }) {
  return `${(amount / 10 ** digits).toFixed(digits)} ${code}`;
}
