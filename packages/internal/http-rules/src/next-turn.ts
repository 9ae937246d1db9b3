/**
 * Calls back when the event loop has delivered what has arrived. `setImmediate` if the platform has it, because a timer costs five
 * times as much.
 */
export const nextTurn: (callback: () => void) => void =
  (globalThis as { setImmediate?: (callback: () => void) => void }).setImmediate ??
  ((callback) => setTimeout(callback, 0))
