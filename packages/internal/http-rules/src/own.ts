/** A copy without a prototype, so that nothing is read of a polluted `Object.prototype`. */
export function own<T extends object>(options: T): T {
  return Object.assign(Object.create(null), options)
}
