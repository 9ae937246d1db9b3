import type { BodyWatch } from './body-watch.ts'

const watches = new WeakMap<object, BodyWatch>()
const layers = new WeakMap<object, object>()

/**
 * Lets an object report to `watch`, and leaves it the object it is: a layer of methods goes between it and its prototype, made once
 * for each prototype. That costs a twentieth of giving the object methods of its own, and none of its own properties change.
 * @returns the same object.
 */
export function watched<T extends object>(object: T, watch: BodyWatch, layerOver: (base: T) => object): T {
  const base = Object.getPrototypeOf(object)
  if (watches.has(object) || base === null) return object
  let layer = layers.get(base)
  if (layer === undefined) {
    layer = Object.setPrototypeOf(layerOver(base), base) as object
    layers.set(base, layer)
  }
  if (Reflect.setPrototypeOf(object, layer)) watches.set(object, watch)
  return object
}

/** Undefined for what is not watched, as a method may be called on anything. */
export function watchOf(object: object): BodyWatch | undefined {
  return watches.get(object)
}
