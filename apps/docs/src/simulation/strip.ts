import { type Slice, slices } from './simulation.ts'

/** Draws the last half minute: a bar for each half second, and the state below it. Colours are those of the page's theme. */
export function drawStrip(canvas: HTMLCanvasElement, history: readonly Slice[]): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const width = canvas.clientWidth
  const height = canvas.clientHeight
  const scale = devicePixelRatio
  canvas.width = width * scale
  canvas.height = height * scale
  context.scale(scale, scale)
  const style = getComputedStyle(canvas)
  const colour = (name: string) => style.getPropertyValue(`--sim-${name}`)
  const bar = width / slices
  const stateHeight = 6
  const shown = history.slice(-slices)
  const perCall = (height - stateHeight - 4) / 22
  shown.forEach((slice, n) => {
    const x = (slices - shown.length + n) * bar
    let y = height - stateHeight - 3
    for (const kind of ['answered', 'failed', 'rejected'] as const) {
      const tall = Math.min(slice[kind] * perCall, y)
      context.fillStyle = colour(kind)
      y -= tall
      context.fillRect(x + 0.5, y, Math.max(1, bar - 1), tall)
    }
    context.fillStyle = colour(slice.state)
    context.fillRect(x, height - stateHeight, bar + 0.5, stateHeight)
  })
}
